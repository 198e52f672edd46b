"""Training an encoder: which clips a step sees, and what it learns from them."""

import unittest
from dataclasses import replace

import torch

from mlcore.components.catalogue import catalogue
from mlcore.components.learning.arms import ARMS
from mlcore.components.learning.batches import Batches
from mlcore.components.learning.training import Training, new_encoder
from mlcore.fit import drawn_ahead
from tests.mlcore.components.photographed import CPU, QUICK, TINY, eight, few, studio


def batches(components, batch=4, **changes):
    return Batches(
        studio=studio(),
        components=components,
        batch=batch,
        seed=0,
        **{"together": 2, **changes},
    )


def training(components, arm="full", **changes):
    encoder, learning = ARMS[arm].of(TINY, replace(QUICK, **changes))
    return Training(new_encoder(encoder, 0), learning, components, CPU)


def batches_of(one):
    """As its training draws them."""
    titles, raw = one.config.titles, one.encoder.config.raw
    return batches(one.components, titles=titles, raw=raw)


class BatchTests(unittest.TestCase):
    def test_components_of_a_batch_are_distinct_and_all_come_in_turn(self):
        drawn = batches(eight())

        rounds = [drawn.chosen(step).tolist() for step in range(4)]

        self.assertEqual(sorted(rounds[0] + rounds[1]), list(range(8)))
        self.assertEqual(sorted(rounds[2] + rounds[3]), list(range(8)))
        self.assertNotEqual(rounds[:2], rounds[2:])

    def test_a_step_is_drawn_alike_whenever_it_is_drawn(self):
        one, two = batches(eight())[5], batches(eight())[5]
        other = batches(eight())[6]

        self.assertTrue(torch.equal(one.one, two.one))
        self.assertTrue(torch.equal(one.two, two.two))
        self.assertFalse(torch.equal(one.one, other.one))

    def test_both_clips_of_a_component_are_on_different_material(self):
        drawn = batches(eight(), raw=True)[0]

        self.assertFalse(torch.equal(drawn.raw_one, drawn.raw_two))

    def test_those_that_share_material_in_one_view_part_in_the_other(self):
        drawn = batches(eight(), raw=True)[0]

        for view, (a, b) in ((drawn.raw_one, (0, 1)), (drawn.raw_two, (0, 2))):
            self.assertTrue(torch.equal(view[a], view[b]))
        self.assertFalse(torch.equal(drawn.raw_two[0], drawn.raw_two[1]))

    def test_of_a_large_batch_one_in_twenty_four_has_no_component(self):
        many = catalogue()[:64]

        drawn = batches(many, batch=60, together=1, titles=True).chosen(0).tolist()

        self.assertEqual(drawn[-2:], [64, 64])
        self.assertEqual(len(set(drawn[:-2])), 58)

    def test_several_without_a_component_share_a_queue(self):
        many = catalogue()[:64]
        one = training(many, "proxies-titles", batch=60)

        one.step(batches(many, batch=60, together=1, titles=True)[0], 0.5)

        self.assertEqual(int(one.queues.pushed.sum()), 59)
        self.assertEqual(int(one.queues.pushed[-1]), 1)

    def test_as_in_titles_one_has_no_component_and_others_are_within_a_shot(self):
        within, over = 0, 0
        for step in range(6):
            drawn = batches(eight(), titles=True, raw=True)[step]
            *laid, last = drawn.components.tolist()
            self.assertEqual(last, 8)
            self.assertEqual(len(set(laid)), 3)
            self.assertTrue(torch.equal(drawn.one[-1], drawn.raw_one[-1]))
            for place, raw in zip(laid, drawn.raw_one, strict=False):
                one_shot = torch.equal(raw[0], raw[-1])
                if eight()[place].category == "transition":
                    self.assertFalse(one_shot)
                else:
                    within, over = within + one_shot, over + (not one_shot)

        self.assertGreater(within, 0)
        self.assertGreater(over, 0)

    def test_programs_draw_their_rows_of_the_same_batch(self):
        whole = batches(eight())[3]

        halves = [
            batches(eight(), share=part)[3] for part in (slice(0, 2), slice(2, 4))
        ]

        self.assertTrue(torch.equal(torch.cat([h.one for h in halves]), whole.one))

    def test_batches_drawn_ahead_by_other_programs_are_the_same_in_order(self):
        here = list(drawn_ahead(batches(eight()), range(1, 4), loaders=0))

        ahead = list(drawn_ahead(batches(eight()), range(1, 4), loaders=2))

        self.assertEqual(len(ahead), 3)
        for one, two in zip(here, ahead, strict=True):
            self.assertTrue(torch.equal(one.components, two.components))
            self.assertTrue(torch.equal(one.two, two.two))

    def test_more_distinct_components_than_there_are_cannot_be_asked_for(self):
        with self.assertRaisesRegex(ValueError, "5 distinct components"):
            batches(few(), batch=5)


class LearningTests(unittest.TestCase):
    def test_every_arm_goes_a_step(self):
        for arm in ARMS:
            one = training(few(), arm)
            drawn = batches_of(one)
            with self.subTest(arm):
                losses = [one.step(drawn[step], 0.5) for step in range(12)]

                self.assertTrue(torch.tensor(losses).isfinite().all())
                # Five pushes fill a queue; one of four components may miss a step.
                self.assertTrue(bool(one.encoder.begun))

    def test_it_learns_four_clips_by_heart(self):
        one = training(few(), "in-batch")
        batch = batches(few())[0]

        losses = [one.step(batch, 0.3) for _ in range(60)]

        self.assertGreater(losses[0], 1.5)
        self.assertLess(losses[-1], 0.1)

    def test_the_first_loss_against_queues_is_of_empty_queues(self):
        queue, alone = training(few(), "queue"), training(few(), "in-batch")
        batch = batches(few())[0]

        # Loss before joining: at the first step there is no queue to lose against.
        self.assertEqual(queue.step(batch, 0.5), alone.step(batch, 0.5))
        self.assertEqual(queue.queues.pushed.tolist(), [1, 1, 1, 1])
        self.assertGreater(queue.step(batch, 0.5), alone.step(batch, 0.5))

    def test_queues_fill_from_the_start_and_teach_once_the_network_is_grown(self):
        queue, alone = training(few(), "queue"), training(few(), "in-batch")
        batch = batches(few())[0]

        young = [one.step(batch, 0.2) for one in (queue, alone, queue, alone)]
        pushed = queue.queues.pushed.tolist()
        grown = [one.step(batch, 0.5) for one in (queue, alone)]

        self.assertEqual(young[0::2], young[1::2])
        self.assertEqual(pushed, [2, 2, 2, 2])
        self.assertGreater(grown[0], grown[1])

    def test_guidance_waits_for_a_grown_network_and_full_queues(self):
        one, batch = training(few(), "full"), batches(few())[0]

        for done in [0.2] * 5:
            one.step(batch, done)
        young = bool(one.encoder.begun)
        one.step(batch, 0.5)

        self.assertFalse(young)
        self.assertTrue(bool(one.encoder.begun))

    def test_the_centres_are_those_of_the_categories(self):
        one, drawn = training(eight(), "full"), batches(eight())

        for step in range(10):
            one.step(drawn[step], 0.5)

        references, _ = one.queues.references()
        centre = torch.nn.functional.normalize(
            references[one.categories == 2].mean(dim=0), dim=0
        )
        torch.testing.assert_close(one.encoder.guides[2], centre)
