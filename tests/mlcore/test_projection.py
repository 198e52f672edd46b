"""The projection that makes the learned space, and the kind that compares in it."""

import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

from mlcore.matching.kinds import KINDS, LearnedKind
from mlcore.matching.moments import Slot
from mlcore.matching.ranking.contrast import (
    ContrastConfig,
    cosines,
    nt_xent,
    train_projection,
)
from mlcore.matching.ranking.keeping import load_projection, save_projection
from mlcore.matching.ranking.projection import Projection, ProjectionConfig
from mlcore.matching.stored import StoredVectors
from mlcore.metrics import average_precision
from tests.full_disk import check_saved_whole


def sorted_looks(n, seed, dims=60):
    """Pairs of looks; those of one sort are good. Sorts share a faint direction."""
    chance = np.random.default_rng(seed)
    marks = np.linalg.qr(np.random.default_rng(99).normal(size=(dims, 3)))[0].T
    sorts = chance.integers(0, 3, (2, n))
    noise = chance.normal(size=(2, n, dims)) / np.sqrt(dims)
    looks = noise + 0.4 * marks[sorts]
    looks /= np.linalg.norm(looks, axis=2, keepdims=True)
    return *looks.astype(np.float32), (sorts[0] == sorts[1]).astype(np.int64)


class ProjectionTests(unittest.TestCase):
    def test_untrained_it_is_the_identity(self):
        projection = Projection(ProjectionConfig(dims=12, rank=3), torch.Generator())
        x = torch.nn.functional.normalize(torch.rand(5, 12), dim=1)

        torch.testing.assert_close(projection(x), x)

    def test_the_loss_by_hand_with_rejects_alone_in_the_denominator(self):
        good, bad = torch.tensor([0.5, 0.9]), torch.tensor([0.2, 0.4, -1.0])

        found = nt_xent(good, bad, 0.5)

        against = sum(np.exp(2 * b) for b in (0.2, 0.4, -1.0))
        expected = -np.mean(
            [np.log(np.exp(2 * g) / (np.exp(2 * g) + against)) for g in (0.5, 0.9)]
        )
        self.assertAlmostEqual(float(found), expected, places=6)

    def test_gradients_reach_every_weight(self):
        projection = Projection(ProjectionConfig(dims=12, rank=3), torch.Generator())
        torch.nn.init.normal_(projection.up.weight)
        a, b = projection(torch.rand(6, 12)), projection(torch.rand(6, 12))
        cosine = (a * b).sum(dim=1)

        nt_xent(cosine[:3], cosine[3:], 0.1).backward()

        for name, weight in projection.named_parameters():
            with self.subTest(name):
                self.assertGreater(float(weight.grad.abs().sum()), 0)

    def test_it_brings_pairs_of_unseen_titles_nearer_and_the_same_seed_the_same_way(
        self,
    ):
        leaving, entering, labels = sorted_looks(300, 1)
        titles = np.arange(300) % 15
        config = ContrastConfig(rank=8, seed=2)

        projection, seen = train_projection(leaving, entering, labels, titles, config)
        again, _ = train_projection(leaving, entering, labels, titles, config)

        a, b, truth = sorted_looks(600, 3)
        before = average_precision(truth, (a * b).sum(axis=1))
        self.assertEqual(seen[0][0], 0)
        self.assertGreater(
            average_precision(truth, cosines(projection, a, b)), before + 0.1
        )
        torch.testing.assert_close(
            projection.up.weight, again.up.weight, rtol=0, atol=0
        )

    def test_labels_that_say_nothing_leave_the_looks_as_they_are(self):
        leaving, entering, _ = sorted_looks(200, 4)
        # Good is what is near already: no change helps titles left out.
        near = (leaving * entering).sum(axis=1)
        labels = (near > np.quantile(near, 0.8)).astype(np.int64)

        projection, _ = train_projection(
            leaving, entering, labels, np.arange(200) % 10, ContrastConfig(rank=8)
        )

        self.assertEqual(float(projection.up.weight.detach().abs().sum()), 0.0)

    def test_it_is_kept_whole_and_read_again(self):
        projection = Projection(ProjectionConfig(dims=12, rank=3), torch.Generator())
        torch.nn.init.normal_(projection.up.weight)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "weights.safetensors"
            save_projection(projection, path)
            again = load_projection(path)
            check_saved_whole(self, path, lambda: save_projection(projection, path))

        x = torch.rand(4, 12)
        torch.testing.assert_close(again(x), projection(x), rtol=0, atol=0)


class LearnedKindTests(unittest.TestCase):
    def test_without_weights_it_scores_rows_and_makes_none(self):
        kind = KINDS["learned"]
        stored = StoredVectors(
            shot=np.arange(3),
            slot=np.full(3, Slot.TAIL, np.uint8),
            frame=np.arange(3),
            vector=np.float32([[1, 0], [0.6, 0.8], [-1, 0]]),
            magnitude=np.full(3, np.nan, np.float32),
            aspect=np.ones(3, np.float32),
        )
        rows = kind.rows(stored)

        scores = kind.scores(rows, rows)

        np.testing.assert_allclose(scores[0], [1, 0.6, 0], atol=1e-6)
        i, j = (at.ravel() for at in np.indices(scores.shape))
        again = kind.score_from_parts(kind.parts(rows.pick(i), rows.pick(j)))
        np.testing.assert_array_equal(scores.ravel(), again)
        with self.assertRaisesRegex(ValueError, "no weights"):
            kind.project(np.ones((1, 2), np.float32))

    def test_with_weights_it_keeps_ends_of_shots_alone(self):
        projection = Projection(ProjectionConfig(dims=4, rank=2), torch.Generator())
        kind = LearnedKind(projection)
        look = np.float32([0.5, 0.5, 0.5, 0.5])

        kept = {slot: kind.represent(_Seen(slot, look)) for slot in Slot}

        self.assertEqual([len(kept[slot]) for slot in Slot], [1, 0, 1, 0])
        np.testing.assert_allclose(kept[Slot.HEAD][0].vector, look, atol=1e-6)
        self.assertEqual(KINDS["learned"].represent(_Seen(Slot.HEAD, look)), [])


class _Seen:
    """As much of an Observation as this kind looks at."""

    def __init__(self, slot, appearance):
        self.slot, self.appearance = slot, appearance


if __name__ == "__main__":
    unittest.main()
