import tempfile
import unittest
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from mlcore.components.component import CATEGORIES
from mlcore.components.finding.detector import AT_CUTS, NONE, ON_SHOTS, likeness
from mlcore.components.finding.fitting import (
    Clips,
    category_places,
    fit_detector,
    in_shots,
    on_shots,
    references_of,
)
from mlcore.components.finding.keeping import load_detector, save_detector
from mlcore.metrics import expected_calibration_error

DIMS, OF_EACH = 24, 8


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


class World:
    """Components around the centre of their category, and clips around components."""

    def __init__(self, seed=0, spread=0.35):
        self.chance = np.random.default_rng(seed)
        self.spread = spread
        self.centres = self.chance.normal(size=(NONE + 1, DIMS))
        self.offsets = 0.8 * self.chance.normal(size=(NONE, 2 * OF_EACH, DIMS))

    def clips(self, components, each, plain):
        rows, keys, places = [], [], []
        for category in range(NONE):
            for component in components:
                middle = self.centres[category] + self.offsets[category, component]
                rows.append(middle + self._noise(each))
                keys += [f"{CATEGORIES[category]}/base {component}/0"] * each
                places += [category] * each
        rows.append(self.centres[NONE] + 0.8 * self._noise(plain) / self.spread)
        return Clips(
            embeddings=unit(np.concatenate(rows)),
            keys=(*keys, *[""] * plain),
            categories=np.array([*places, *[NONE] * plain], np.int64),
            cut=np.concatenate([np.array(places) == 2, np.arange(plain) % 2 == 0]),
        )

    def _noise(self, many):
        return self.spread * self.chance.normal(size=(many, DIMS))


KNOWN, ALL = range(OF_EACH), range(2 * OF_EACH)


@cache
def fitted():
    """A world, and a detector of it; its trees take seconds to grow."""
    world = World()
    return world, fit_detector(world.clips(KNOWN, 20, 900), world.clips(ALL, 6, 500))


class DetectorTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world, cls.detector = fitted()

    def setUp(self):
        self.world.chance = np.random.default_rng(1)

    def test_among_plain_cuts_transitions_are_found_and_few_are_false(self):
        asked = self.world.clips(KNOWN, 4, 700)
        at_cuts = (asked.categories == 2) | (asked.categories == NONE)
        asked = asked.of(at_cuts)

        found = self.detector.find(asked.embeddings, AT_CUTS, plain=0.95)

        there = asked.categories != NONE
        said = np.array([each.category is not None for each in found])
        self.assertGreater(said[there].mean(), 0.7)
        self.assertLess(said[~there].mean(), 0.03)

    def test_a_known_component_is_named_and_an_unknown_one_is_not(self):
        asked = self.world.clips(ALL, 5, 1)
        asked = asked.of(asked.categories == CATEGORIES.index("filter"))

        found = self.detector.find(asked.embeddings, ON_SHOTS, plain=0.2)

        known = np.array([key in self.detector.keys for key in asked.keys])
        named = np.array([each.key is not None for each in found])
        right = [each.key == key for each, key in zip(found, asked.keys, strict=True)]
        self.assertGreater(np.mean(np.array(right)[known]), 0.8)
        self.assertLess(named[~known].mean(), 0.3)
        self.assertTrue(all(f.nearest for f in found if f.category))

    def test_confidence_is_how_often_it_is_right(self):
        asked = self.world.clips(ALL, 12, 1200)
        asked = asked.of(on_shots(asked))

        found = self.detector.find(
            asked.embeddings, ON_SHOTS, plain=600 / len(asked.keys)
        )

        right = [
            each.key == (key or None)
            if key in self.detector.keys or not key
            else each.key is None and each.category == CATEGORIES[place]
            for each, key, place in zip(
                found, asked.keys, asked.categories, strict=True
            )
        ]
        error = expected_calibration_error([each.confidence for each in found], right)
        self.assertLess(error, 0.06)

    def test_where_no_cut_was_found_transitions_are_told_from_one_shot(self):
        asked = self.world.clips(KNOWN, 4, 700)
        asked = asked.of(in_shots(asked))

        said = np.array(
            [self.detector.crosses(row[None], plain=0.95) for row in asked.embeddings]
        )

        there = asked.categories == CATEGORIES.index("transition")
        self.assertGreater(np.mean(said[there] > 0.5), 0.7)
        self.assertLess(np.mean(said[~there] > 0.5), 0.03)

    def test_only_what_can_lie_there_is_an_answer(self):
        asked = self.world.clips(KNOWN, 3, 5)

        at_cuts = self.detector.find(asked.embeddings, AT_CUTS, plain=0.5)
        on_shots = self.detector.find(asked.embeddings, ON_SHOTS, plain=0.5)

        self.assertEqual({f.category for f in at_cuts}, {"transition", None})
        self.assertNotIn("transition", {f.category for f in on_shots})

    def test_a_share_of_plain_cuts_that_is_no_share_is_refused(self):
        with self.assertRaisesRegex(ValueError, "between 0 and 1"):
            self.detector.find(np.zeros((1, DIMS)), AT_CUTS, plain=1.0)
        with self.assertRaisesRegex(ValueError, "what may lie there"):
            self.detector.find(np.zeros((1, DIMS)), ("filter",), plain=0.5)


class KeepingTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "detector.safetensors"
        world, self.detector = fitted()
        world.chance = np.random.default_rng(5)
        self.asked = world.clips(KNOWN, 4, 100)

    def test_what_is_read_answers_as_what_was_written(self):
        save_detector(self.detector, self.path, {"encoder": "ab"})

        read, meaning = load_detector(self.path)

        self.assertEqual(meaning["encoder"], "ab")
        for among in (AT_CUTS, ON_SHOTS):
            asked = self.asked.embeddings, among
            pairs = zip(
                read.find(*asked, plain=0.6),
                self.detector.find(*asked, plain=0.6),
                strict=True,
            )
            for a, b in pairs:
                self.assertEqual((a.category, a.nearest), (b.category, b.nearest))
                self.assertAlmostEqual(a.confidence, b.confidence, delta=0.02)
        looks = self.asked.embeddings[:3]
        chances = [each.crosses(looks, plain=0.6) for each in (read, self.detector)]
        self.assertAlmostEqual(*chances, delta=1e-3)

    def test_more_references_do_not_change_whether_something_is_there(self):
        more = 3
        extra = unit(np.random.default_rng(6).normal(size=(more, DIMS)))
        wider = replace(
            self.detector,
            references=np.concatenate([self.detector.references, extra]),
            categories=np.append(self.detector.categories, [2] * more),
            keys=(*self.detector.keys, *"abc"),
            fitted=np.append(self.detector.fitted, [False] * more),
        )

        said = [
            [f.category for f in each.find(self.asked.embeddings, AT_CUTS, plain=0.9)]
            for each in (self.detector, wider)
        ]

        self.assertEqual(*said)

    def test_what_another_version_wrote_is_refused(self):
        save_detector(self.detector, self.path, {})
        arrays = load_file(self.path)
        save_file(arrays, self.path, {"detector": '{"format": 1, "keys": []}'})

        with self.assertRaisesRegex(ValueError, "the format of another version"):
            load_detector(self.path)


class FittingTests(unittest.TestCase):
    def test_what_cannot_be_learned_from_is_refused(self):
        world = World()
        train = world.clips(KNOWN, 4, 20)

        with self.assertRaisesRegex(ValueError, "must be plain in part"):
            fit_detector(train.of(train.categories != NONE), train)
        with self.assertRaisesRegex(ValueError, "each of 6 classes must occur"):
            fit_detector(train.of(train.categories != 4), train)
        with self.assertRaisesRegex(ValueError, "known components and unknown ones"):
            unknown = world.clips(range(OF_EACH, 2 * OF_EACH), 2, 5)
            fit_detector(train, unknown)

    def test_clips_that_do_not_belong_together_are_refused(self):
        with self.assertRaisesRegex(ValueError, "do not belong together"):
            Clips(
                embeddings=np.zeros((2, 3)),
                keys=("a",),
                categories=np.zeros(2),
                cut=np.zeros(2, np.bool_),
            )

    def test_a_reference_is_the_direction_of_the_mean(self):
        clips = Clips(
            embeddings=np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]),
            keys=("filter/a/0", "filter/a/0", ""),
            categories=category_places(["filter", "filter", None]),
            cut=np.zeros(3, np.bool_),
        )

        references, categories, keys = references_of(clips)

        np.testing.assert_allclose(references, [[0.5**0.5, 0.5**0.5]])
        self.assertEqual((categories.tolist(), keys), ([3], ("filter/a/0",)))

    def test_likeness_by_hand(self):
        np.testing.assert_allclose(likeness(np.array([0.2, 0.9, 0.7])), [0.9, 0.2, 1])
        np.testing.assert_allclose(likeness(np.array([0.4])), [0.4, 1, 1])


class LooksTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        world, cls.detector = fitted()
        world.chance = np.random.default_rng(2)
        asked = world.clips(KNOWN, 4, 1200)
        cls.there = asked.of(asked.categories == 2).embeddings
        cls.plain = asked.of(asked.categories == NONE).embeddings

    def looked(self, *looks):
        return self.detector.find_in_looks(np.array(looks), AT_CUTS, plain=0.95)

    def test_one_look_is_what_it_is_alone(self):
        alone = self.detector.find(self.there[:1], AT_CUTS, plain=0.95)[0]

        self.assertEqual(self.looked(self.there[0]), alone)

    def test_a_transition_that_fills_one_window_of_three_is_found_by_it(self):
        sure = [
            each for each in self.there if self.looked(each).category == "transition"
        ]

        found = [self.looked(self.plain[0], each, self.plain[1]) for each in sure]

        names = [self.looked(each).nearest for each in sure]
        right = [f.nearest == n for f, n in zip(found, names, strict=True) if f.nearest]
        self.assertGreater(len(right), 0.8 * len(sure))
        self.assertGreater(np.mean(right), 0.95)

    def test_three_looks_at_nothing_raise_no_more_alarms_than_one(self):
        threes = self.plain[: len(self.plain) // 3 * 3].reshape(-1, 3, DIMS)

        alarms = np.mean([self.looked(*three).category is not None for three in threes])

        self.assertLess(alarms, 0.04)
