"""The losses, against values worked by hand."""

import math
import unittest

import torch
from torch.nn.functional import normalize

from mlcore.components.learning.losses import in_batch_loss, proxy_loss, queue_loss

X, Y = (1.0, 0.0), (0.0, 1.0)


def rows(*of):
    return torch.tensor(of)


def different(many):
    return torch.arange(many)


class InBatchTests(unittest.TestCase):
    def test_it_is_what_it_is_by_hand(self):
        # Each clip sees its other clip at cosine 1 and two clips at cosine 0; itself not.
        loss = in_batch_loss(rows(X, Y), rows(X, Y), different(2), temperature=1.0)

        self.assertAlmostEqual(loss.item(), math.log(1 + 2 / math.e), places=6)

    def test_a_clip_is_no_candidate_for_itself(self):
        # Were the own similarity a candidate at logit 0 the loss would be ln(3 + 1).
        one, two = rows(X, X), rows(Y, Y)

        loss = in_batch_loss(one, two, different(2), temperature=1.0)

        # Own clip 0, both clips of the other component 1 and 0.
        self.assertAlmostEqual(loss.item(), math.log(2 + math.e), places=6)

    def test_clips_of_the_same_component_are_no_negatives_of_one_another(self):
        one, two = rows(X, X, Y), rows(X, Y, Y)

        loss = in_batch_loss(one, two, torch.tensor([7, 7, 2]), temperature=1.0)

        # Beside its partner the first two rows' clips see those of the third row alone,
        # which see all four of theirs: three at cosine 0 and one at 1.
        e = math.e
        by_hand = [1 + 2 / e, 3.0, 1 + 2 / e, 1 + 2 * e, *2 * [2 + 3 / e]]
        expected = sum(map(math.log, by_hand)) / 6
        self.assertAlmostEqual(loss.item(), expected, places=6)

    def test_it_is_the_same_with_the_views_exchanged(self):
        chance = torch.Generator().manual_seed(0)
        one, two = normalize(torch.randn(2, 6, 8, generator=chance), dim=-1)

        there, back = (
            in_batch_loss(*views, different(6), 0.07)
            for views in ((one, two), (two, one))
        )

        self.assertAlmostEqual(there.item(), back.item(), places=5)

    def test_a_small_temperature_weighs_hard_negatives_more(self):
        query, near, far = rows(X), rows((0.8, 0.6)), rows(Y)
        pulls = {}
        for temperature in (0.07, 0.7):
            negatives = torch.cat([near, far]).requires_grad_()
            one = torch.cat([query, negatives])
            in_batch_loss(one, one.detach(), different(3), temperature).backward()
            by_row = negatives.grad.norm(dim=1)
            pulls[temperature] = (by_row[0] / by_row[1]).item()

        self.assertGreater(pulls[0.07], 2 * pulls[0.7])


class QueueTests(unittest.TestCase):
    def test_it_is_what_it_is_by_hand(self):
        filled = torch.tensor([True, True])

        loss = queue_loss(rows(X), torch.tensor([0]), rows(X, Y), filled, 0.5)

        self.assertAlmostEqual(loss.item(), math.log(1 + math.exp(-2)), places=6)

    def test_all_filled_queues_are_in_the_denominator_and_empty_ones_are_not(self):
        references = rows(X, Y, Y, Y)
        own = torch.tensor([0])

        for filled, others in (((1, 1, 1, 1), 3), ((1, 1, 0, 0), 1)):
            loss = queue_loss(
                rows(X), own, references, torch.tensor(filled, dtype=torch.bool), 1.0
            )
            with self.subTest(filled=filled):
                expected = math.log(1 + others / math.e)
                self.assertAlmostEqual(loss.item(), expected, places=6)

    def test_clips_whose_queue_is_empty_are_left_out_of_the_mean(self):
        filled = torch.tensor([True, False])

        both = queue_loss(rows(X, Y), torch.tensor([0, 1]), rows(X, Y), filled, 1.0)
        one = queue_loss(rows(X), torch.tensor([0]), rows(X, Y), filled, 1.0)

        self.assertEqual(both.item(), one.item())

    def test_without_any_filled_queue_it_is_zero_and_has_a_gradient(self):
        clips = rows(X).requires_grad_()

        loss = queue_loss(clips, torch.tensor([0]), rows(X), torch.tensor([False]), 1.0)
        loss.backward()

        self.assertEqual(loss.item(), 0.0)
        self.assertEqual(clips.grad.abs().sum().item(), 0.0)

    def test_at_the_printed_temperature_even_a_perfect_encoder_loses_much(self):
        # 3,094 references, all but the own one orthogonal to the clip.
        own, others = torch.zeros(1, 3094), torch.eye(3094)
        own[0, 0] = 1.0
        filled = torch.ones(3094, dtype=torch.bool)

        said = {
            t: queue_loss(own, torch.tensor([0]), others, filled, t).item()
            for t in (0.7, 0.07)
        }

        self.assertAlmostEqual(math.exp(-said[0.7]), 0.00135, places=5)
        self.assertGreater(math.exp(-said[0.07]), 0.99)


class ProxyTests(unittest.TestCase):
    def test_it_is_what_it_is_by_hand_whatever_length_proxies_have(self):
        for length in (1.0, 3.0):
            proxies = length * rows(X, Y)

            loss = proxy_loss(rows(X), torch.tensor([0]), proxies, 0.5)

            # The own proxy at cosine 1, the other one at 0, both over .5.
            self.assertAlmostEqual(loss.item(), math.log(1 + math.exp(-2)), places=6)

    def test_a_margin_is_taken_off_the_cosine_to_the_own_proxy_alone(self):
        loss = proxy_loss(rows(X), torch.tensor([0]), rows(X, Y), 0.5, margin=0.3)

        # The own proxy at 1 - .3, the other one at 0, both over .5.
        self.assertAlmostEqual(loss.item(), math.log(1 + math.exp(-1.4)), places=6)

    def test_clips_draw_their_proxy_and_drive_the_others_off(self):
        proxies = rows((0.6, 0.8), (0.8, 0.6)).requires_grad_()

        proxy_loss(rows(X), torch.tensor([0]), proxies, 0.07).backward()

        # Down the gradient: towards X, and away from it.
        self.assertLess(proxies.grad[0, 0].item(), 0)
        self.assertGreater(proxies.grad[1, 0].item(), 0)
