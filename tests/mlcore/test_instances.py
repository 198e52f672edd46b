import json
import tempfile
import unittest
from itertools import combinations
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from transformers import (
    Mask2FormerConfig,
    Mask2FormerForUniversalSegmentation,
    SwinConfig,
)
from transformers.utils import logging

from mlcore.matching.segmenters import INSTANCE_FOLDER, choose_segmenter
from mlcore.matching.segmenters.base import shared_share
from mlcore.matching.segmenters.instance import InstanceSegmenter
from tests.mlcore.drawn import texture

PICTURE = texture(1, (90, 160))


def save_network(folder: Path) -> None:
    """A very small Mask2Former, at random, as an operator would place a real one."""
    backbone = SwinConfig(
        image_size=64,
        embed_dim=8,
        depths=[1, 1, 1, 1],
        num_heads=[1, 1, 2, 2],
        window_size=4,
        out_features=["stage1", "stage2", "stage3", "stage4"],  # type: ignore[call-arg]
    )
    config = Mask2FormerConfig(
        backbone_config=backbone,
        feature_size=32,
        mask_feature_size=32,
        hidden_dim=32,
        encoder_feedforward_dim=16,
        dim_feedforward=16,
        encoder_layers=1,
        decoder_layers=2,
        num_attention_heads=2,
        num_queries=6,
        id2label={0: "person", 1: "cat"},
        label2id={"person": 0, "cat": 1},
    )
    state = torch.random.get_rng_state()
    torch.manual_seed(0)
    Mask2FormerForUniversalSegmentation(config).save_pretrained(folder)
    torch.random.set_rng_state(state)


class InstanceTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        logging.disable_progress_bar()
        cls.addClassCleanup(logging.enable_progress_bar)
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.weights = Path(folder.name)
        cls.placed = cls.weights / INSTANCE_FOLDER
        save_network(cls.placed)

    def test_a_placed_network_is_chosen_before_the_others(self):
        segmenter = choose_segmenter(self.weights)

        self.assertIsInstance(segmenter, InstanceSegmenter)
        self.assertEqual(segmenter.name, "mask2former instances")
        self.assertEqual(
            [file.name for file in segmenter.weights],
            ["config.json", "model.safetensors"],
        )

    def test_every_instance_has_a_mask_a_subject_and_a_score(self):
        found = InstanceSegmenter(self.placed, least=0.0).instances(PICTURE)

        self.assertGreater(len(found), 1)
        for one in found:
            self.assertEqual(one.coverage.shape, (88, 160))
            self.assertTrue(0.0 <= one.coverage.min() <= one.coverage.max() <= 1.0)
            self.assertIn(one.subject, ("person", "foreground"))
            self.assertTrue(0.0 <= one.score <= 1.0)

    def test_the_subject_is_the_weightiest_person(self):
        segmenter = InstanceSegmenter(self.placed, least=0.0)

        chosen = segmenter.segment(PICTURE)

        people = [o for o in segmenter.instances(PICTURE) if o.subject == "person"]
        self.assertEqual(chosen.subject, "person")
        self.assertEqual(
            chosen.score * chosen.coverage.sum(),
            max(o.score * o.coverage.sum() for o in people),
        )

    def test_subjects_are_each_instance_once_the_largest_first(self):
        segmenter = InstanceSegmenter(self.placed, least=0.0)

        found = segmenter.subjects(PICTURE)

        shares = [float((one.coverage >= 0.5).mean()) for one in found]
        self.assertTrue(found)
        self.assertEqual(shares, sorted(shares, reverse=True))
        self.assertTrue(all(0.02 <= share <= 0.85 for share in shares), shares)
        for one, other in combinations(found, 2):
            self.assertLess(shared_share(one, other), 0.7)
        again = segmenter.follow(PICTURE, found)
        for one, other in zip(found, again, strict=True):
            self.assertTrue(np.array_equal(one.coverage, other.coverage))

    def test_what_is_unsure_is_left_out(self):
        self.assertIsNone(InstanceSegmenter(self.placed, least=0.99).segment(PICTURE))

    def test_the_weights_of_the_file_are_the_ones_used(self):
        before = InstanceSegmenter(self.placed, least=0.0).instances(PICTURE)
        other = self.weights / "other"
        save_network(other)
        stored = load_file(other / "model.safetensors")
        changed = {name: tensor * 1.5 for name, tensor in stored.items()}
        save_file(changed, other / "model.safetensors", metadata={"format": "pt"})

        after = InstanceSegmenter(other, least=0.0).instances(PICTURE)

        self.assertNotEqual([o.score for o in before], [o.score for o in after])

    def test_the_mean_and_spread_beside_it_are_used(self):
        other = self.weights / "tinted"
        save_network(other)
        file = other / "preprocessor_config.json"
        file.write_text(json.dumps({"image_mean": [0.0] * 3, "image_std": [1.0] * 3}))

        plain = InstanceSegmenter(self.placed, least=0.0).instances(PICTURE)
        tinted = InstanceSegmenter(other, least=0.0).instances(PICTURE)

        self.assertNotEqual([o.score for o in plain], [o.score for o in tinted])

    def test_twice_is_the_same(self):
        segmenter = InstanceSegmenter(self.placed, least=0.0)

        one, two = segmenter.segment(PICTURE), segmenter.segment(PICTURE)

        self.assertTrue(np.array_equal(one.coverage, two.coverage))

    def test_a_missing_file_is_named(self):
        with tempfile.TemporaryDirectory() as empty:
            half = Path(empty)
            (half / "config.json").write_text("{}")
            with self.assertRaises(FileNotFoundError) as caught:
                InstanceSegmenter(half)

        self.assertTrue(caught.exception.filename.endswith("model.safetensors"))

    def test_half_a_network_is_refused(self):
        half = self.weights / "half"
        save_network(half)
        stored = load_file(half / "model.safetensors")
        kept = dict(list(stored.items())[:-5])
        save_file(kept, half / "model.safetensors", metadata={"format": "pt"})

        with self.assertRaisesRegex(ValueError, "lacks weights"):
            InstanceSegmenter(half)


if __name__ == "__main__":
    unittest.main()
