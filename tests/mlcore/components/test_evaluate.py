"""Recall, intervals and controls, on embeddings whose truth is known; baselines on clips."""

import math
import unittest
from argparse import Namespace

import numpy as np
import torch
from torch.nn.functional import normalize

from mlcore.components.component import CATEGORIES, Component
from mlcore.components.evaluate import asked_of, judge, over_seeds, table
from mlcore.components.learning.training import new_encoder
from mlcore.components.measuring.baselines import frozen, histograms
from mlcore.components.measuring.controls import (
    found_by_material,
    library,
    mirrored,
    mirrored_told_apart,
    nearest,
    told_apart,
)
from mlcore.components.measuring.retrieval import (
    Recall,
    embedded,
    embedder,
    gain,
    ranks,
    recall,
    recall_in_draws,
)
from mlcore.components.sources import chosen_components
from tests.mlcore.components.photographed import (
    CPU,
    TINY,
    components,
    eight,
    few,
    studio,
)
from tests.mlcore.photographs import weights_folder


def named(many):
    """Components of all categories in turn."""
    return [Component(CATEGORIES[n % 6], f"base {n}", 0, {}) for n in range(many)]


def drawn(materials=4, components=24, dims=64, noise=0.0, by_material=0.0, seed=0):
    """Embeddings made of a part for the component, one for the material, and noise."""
    chance = torch.Generator().manual_seed(seed)
    own = torch.randn(1, components, dims, generator=chance)
    material = torch.randn(materials, 1, dims, generator=chance)
    rest = torch.randn(materials, components, dims, generator=chance)
    return normalize(own + by_material * material + noise * rest, dim=2)


class RankTests(unittest.TestCase):
    def test_ranks_are_counted_by_hand(self):
        here = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]])
        # The second component's other clip is nearer to the third's query than its own.
        there = torch.tensor([[1.0, 0.0], [0.6, 0.8], [0.8, 0.6]])

        found = ranks(torch.stack([here, there]))

        self.assertEqual(found[0].tolist(), [1, 1, 2])
        self.assertEqual(found.shape, (2, 3))

    def test_every_ordered_pair_of_materials_is_asked(self):
        self.assertEqual(ranks(drawn(materials=5)).shape, (20, 24))

    def test_an_encoder_that_says_the_same_of_all_finds_nothing(self):
        same = torch.ones(3, 24, 8) / math.sqrt(8)

        self.assertEqual(recall(same, named(24)).macro(), 0.0)

    def test_macro_weighs_categories_alike_and_micro_components(self):
        places = np.array([0, 0, 0, 1])
        found = Recall(
            at_1=np.array([1.0, 1.0, 1.0, 0.0]), at_10=np.ones(4), categories=places
        )

        self.assertEqual(found.macro(), 0.5)
        self.assertEqual(found.rows()["micro"]["r1"], 0.75)
        self.assertEqual(found.rows()["animation"]["r1"], 0.0)

    def test_the_interval_holds_the_value_and_narrows_with_components(self):
        few_found = recall(drawn(noise=2.5), named(24))
        many_found = recall(drawn(components=240, noise=2.5), named(240))

        low, high = few_found.interval()
        self.assertLessEqual(low, few_found.macro())
        self.assertGreaterEqual(high, few_found.macro())
        narrow_low, narrow_high = many_found.interval()
        self.assertLess(narrow_high - narrow_low, high - low)

    def test_smaller_galleries_are_easier_so_open_is_compared_with_drawn_ones(self):
        found = drawn(components=240, noise=2.5)
        components = named(240)

        whole = recall(found, components).rows()["macro"]["r1"]
        small = recall_in_draws(found, components, like=named(24))["macro"]["r1"]

        self.assertGreater(small, whole + 0.1)
        fresh = recall(drawn(noise=2.5, seed=5), named(24)).rows()["macro"]["r1"]
        self.assertAlmostEqual(small, fresh, delta=0.15)

    def test_a_gain_over_itself_is_nothing_and_a_true_one_is_above_0(self):
        worse = [
            recall(drawn(components=120, noise=3.0, seed=s), named(120))
            for s in range(2)
        ]
        better = [
            recall(drawn(components=120, noise=2.0, seed=s), named(120))
            for s in range(2)
        ]

        self.assertEqual(gain(worse, worse), (0.0, 0.0, 0.0))
        self.assertGreater(gain(better, worse)[1], 0.0)


class ControlTests(unittest.TestCase):
    def test_retrieval_by_material_is_at_chance_only_without_material(self):
        clean = found_by_material(drawn(components=120, noise=0.5))
        leaking = found_by_material(drawn(components=120, by_material=2.0))

        self.assertEqual(clean["chance_of_others"], 0.25)
        self.assertAlmostEqual(clean["chance"], 119 / 479)
        self.assertAlmostEqual(clean["of_others"], 0.25, delta=0.06)
        self.assertGreater(leaking["of_others"], 0.9)
        self.assertGreater(leaking["share"], 0.9)

    def test_a_trace_of_material_stands_behind_the_component_but_before_others(self):
        traced = found_by_material(drawn(components=120, by_material=0.6))

        self.assertEqual(traced["share"], 0)
        self.assertGreater(traced["of_others"], 0.6)

    def test_auroc_counts_ties_half(self):
        self.assertEqual(told_apart(torch.tensor([2.0, 3.0]), torch.tensor([1.0])), 1)
        self.assertEqual(told_apart(torch.tensor([1.0]), torch.tensor([1.0])), 0.5)
        self.assertEqual(
            told_apart(torch.tensor([1.0, 3.0]), torch.tensor([2.0, 0.0])), 0.75
        )

    def test_what_is_of_no_component_is_far_from_the_library(self):
        found = drawn(noise=0.5)
        strangers = drawn(noise=0.5, seed=9)

        known = library(found[:2])

        asked = nearest(found[2:].flatten(0, 1), known)
        self.assertGreater(
            told_apart(asked, nearest(strangers.flatten(0, 1), known)), 0.95
        )

    def test_left_and_right_of_one_transition_are_a_mirrored_pair(self):
        ways = ("left", "right", "up")
        push = [Component("transition", f"push {way}", 0, {}) for way in ways]
        tumble = [Component("transition", "tumble", 0, {"side": w}) for w in ways[:2]]

        self.assertEqual(mirrored([*push, *tumble]), [(0, 1), (3, 4)])

    def test_a_mirrored_pair_is_told_apart_or_not(self):
        found = drawn(components=2, noise=0.1)
        same = found[:, :1].expand(-1, 2, -1)

        self.assertEqual(mirrored_told_apart(found, [(0, 1)]), 1.0)
        self.assertEqual(mirrored_told_apart(same, [(0, 1)]), 0.0)


class BaselineTests(unittest.TestCase):
    def test_histograms_of_one_colour_are_alike_and_of_two_not(self):
        red, blue = torch.zeros(2, 4, 3, 16, 16, dtype=torch.uint8)
        red[:, 0], blue[:, 2] = 200, 200

        rows = histograms(torch.stack([red, blue, red]))

        torch.testing.assert_close(rows.norm(dim=1), torch.ones(3))
        self.assertAlmostEqual(float(rows[0] @ rows[2]), 1.0, places=5)
        self.assertEqual(float(rows[0] @ rows[1]), 0.0)

    def test_the_frozen_network_sees_the_same_in_any_order_of_frames(self):
        embed = frozen(weights_folder() / "efficientnet-lite0.safetensors", CPU)
        clips = embedded_clips()

        rows = embed(clips, None)

        self.assertEqual(rows.shape, (len(clips), 1280))
        torch.testing.assert_close(rows, embed(clips.flip(1), None))


class JudgeTests(unittest.TestCase):
    def test_a_document_says_all_that_was_measured(self):
        embed = embedder(new_encoder(TINY, 0), CPU)

        one = judge(embed, studio(), eight(), few(), pairs=4)
        document = over_seeds([one, one])

        self.assertEqual(document["seeds"], 2)
        self.assertEqual(document["macro_r1"]["deviation"], 0.0)
        self.assertEqual(document["each"][0]["components"], 8)
        self.assertIn("transition", document["closed"])
        lines = {line.split()[0]: line for line in table({"encoder": document})}
        macro, unseen = document["closed"]["macro"], one.document["open"]["macro"]
        for name, row in (("macro", macro), ("unseen", unseen)):
            self.assertIn(
                f"{100 * row['r1']:.1f} / {100 * row['r10']:.1f}", lines[name]
            )
        self.assertTrue({"micro", "transition", "of", "interval"} <= set(lines))

    def test_what_was_trained_on_can_be_asked_about_too(self):
        embed = embedder(new_encoder(TINY, 0), CPU)

        test, train = (
            judge(embed, studio(), eight(), few(), pairs=2, pool=pool).document
            for pool in ("test", "train")
        )

        self.assertNotEqual(test["by_material"], train["by_material"])

    def test_left_and_right_are_asked_of_all_pairs_there_are_and_of_those_learned(self):
        sides = ("transition/push left", "transition/push right")
        embed = embedder(new_encoder(TINY, 0), CPU)

        told = judge(embed, studio(), [*eight(), *components(*sides)], few(), pairs=2)

        found = told.document["mirrored"]
        self.assertGreater(found["pairs"], 10)
        self.assertEqual(found["pairs_trained"], 1)
        for name in ("told_apart", "told_apart_trained"):
            self.assertTrue(0 <= found[name] <= 1, name)

    def test_embedding_in_parts_or_together_is_the_same(self):
        whole = embedded(histograms, studio(), few(), [0, 1])

        alone = embedded(histograms, studio(), few()[2:3], [1])

        torch.testing.assert_close(whole[1, 2], alone[0, 0])


class AskedTests(unittest.TestCase):
    def test_an_encoder_of_many_is_asked_of_the_few_that_one_of_few_has_learned(self):
        many, few = (
            [[each.key for each in part] for part in chosen_components(sources(count))]
            for count in (48, 24)
        )
        known = {"components": many[0], "unseen": many[1]}

        for count, expected in ((None, many), (24, few)):
            found = asked_of(sources(count), known)
            self.assertEqual([[each.key for each in part] for part in found], expected)

    def test_where_none_was_learned_that_is_said(self):
        with self.assertRaisesRegex(ValueError, "none of the components"):
            asked_of(sources(24), {"components": [], "unseen": []})


def sources(count):
    """What the command line has to say, of so many components."""
    return Namespace(components=count, unseen_share=0.25, choice=0)


def embedded_clips():
    room = studio()
    pair = room.pair("test", 0)
    return torch.stack([room.clip(each, pair, 0) for each in few()[:2]])
