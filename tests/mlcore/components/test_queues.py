"""Queues of embeddings, and the centres made from them."""

import unittest

import torch
from torch.nn.functional import normalize

from mlcore.components.learning.centres import followed, k_means, type_means
from mlcore.components.learning.queues import Queues


def push_all(queues, component, values):
    for value in values:
        row = torch.tensor([[1.0, value]])
        queues.push(torch.tensor([component]), row)


class QueueTests(unittest.TestCase):
    def test_the_oldest_goes_first(self):
        queues = Queues(components=1, embedding=2, places=3)

        push_all(queues, 0, [1, 2, 3, 4, 5])

        kept = queues.entries[0, :, 1] / queues.entries[0, :, 0]
        self.assertEqual(sorted(round(v) for v in kept.tolist()), [3, 4, 5])

    def test_what_joins_has_length_1_and_so_has_the_reference(self):
        queues = Queues(components=2, embedding=2)

        queues.push(torch.tensor([1, 0]), torch.tensor([[3.0, 4.0], [0.0, 0.2]]))
        queues.push(torch.tensor([1]), torch.tensor([[0.0, 9.0]]))

        references, filled = queues.references()
        torch.testing.assert_close(queues.entries[1, 0], torch.tensor([0.6, 0.8]))
        mean = normalize(torch.tensor([0.6, 1.8]), dim=0)
        torch.testing.assert_close(references[1], mean)
        self.assertEqual(filled.tolist(), [True, True])

    def test_they_are_full_when_every_component_has_five(self):
        queues = Queues(components=2, embedding=2)

        push_all(queues, 0, range(7))
        push_all(queues, 1, range(4))
        self.assertFalse(queues.full)
        push_all(queues, 1, [9])

        self.assertTrue(queues.full)

    def test_a_component_joins_once_a_batch(self):
        with self.assertRaisesRegex(ValueError, "once a batch"):
            Queues(3, 2).push(torch.tensor([1, 1]), torch.ones(2, 2))

    def test_no_gradient_goes_through_them(self):
        queues = Queues(1, 2)
        embedding = torch.ones(1, 2, requires_grad=True)

        queues.push(torch.tensor([0]), embedding)

        self.assertFalse(queues.references()[0].requires_grad)


class CentreTests(unittest.TestCase):
    def setUp(self):
        chance = torch.Generator().manual_seed(0)
        poles = torch.eye(3)[torch.tensor([0, 0, 1, 1, 2, 2])]
        noise = 0.1 * torch.randn(6, 3, generator=chance)
        self.references = normalize(poles + noise, dim=1)

    def test_a_type_s_centre_is_the_mean_of_its_references(self):
        centres = type_means(self.references, torch.tensor([0, 0, 1, 1, 0, 0]), 2)

        mean = normalize(self.references[2:4].mean(dim=0), dim=0)
        torch.testing.assert_close(centres[1], mean)

    def test_k_means_finds_the_groups(self):
        chance = torch.Generator().manual_seed(1)

        centres = k_means(self.references, 3, chance=chance)

        group = (self.references @ centres.T).argmax(dim=1).tolist()
        self.assertEqual(group[0::2], group[1::2])
        self.assertEqual(len(set(group)), 3)

    def test_a_centre_that_nobody_is_near_stays(self):
        start = torch.cat([torch.eye(3), -torch.ones(1, 3) / 3**0.5])

        centres = k_means(self.references, 4, start_GE=start)

        torch.testing.assert_close(centres[3], start[3])

    def test_centres_follow_slowly(self):
        moved = followed(torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 1.0]]), 0.9)

        torch.testing.assert_close(moved, normalize(torch.tensor([[0.9, 0.1]]), dim=1))
