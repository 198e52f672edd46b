"""What pretraining costs, by the source's table and by a counter."""

import unittest
from dataclasses import replace

import torch
from torch.utils.flop_counter import FlopCounterMode

from mlcore.videomae.autoencoder import new_autoencoder
from mlcore.videomae.batches import Batch
from mlcore.videomae.budget import of_clip, of_encoding, of_shares, source_table
from mlcore.videomae.config import SHAPES
from mlcore.videomae.cubes import tube_masks
from mlcore.videomae.training import Training
from tests.mlcore.videomae.small import CPU, SMALL, chance, clips


def counted(compute, *inputs):
    with FlopCounterMode(display=False) as counter:
        compute(*inputs)
    # The counter gives operations, two for each multiply-add.
    return counter.get_total_flops() / 2


class FormulaTests(unittest.TestCase):
    def test_the_nine_rows_of_the_source_are_reproduced_within_0_4_g(self):
        table = source_table()

        self.assertEqual(len(table), 9)
        for shares, printed, ours in table:
            with self.subTest(shares=shares):
                self.assertAlmostEqual(ours, printed, delta=0.4)

    def test_a_training_of_large_costs_what_the_source_prints_for_200_epochs(self):
        giga = of_clip(SHAPES["large"], 16, embeds_all=True).all / 1e9

        self.assertAlmostEqual(giga * 200 / 1000, 16.62, delta=0.03)

    def test_dual_masking_saves_more_than_shorter_clips(self):
        base = SHAPES["base"]
        dual = replace(base, decoded=0.5)
        shares = {2: 0.125, 4: 0.25, 8: 0.5, 16: 0.125}

        plain, shorter, fewer, both = (
            of_shares(config, each, embeds_all=True)
            for config in (base, dual)
            for each in ({16: 1.0}, shares)
        )

        self.assertAlmostEqual(fewer / 1e9, 25.87, delta=0.1)  # V2's own figure
        self.assertLess(fewer, shorter)
        self.assertLess(shorter, plain)
        self.assertLess(both, fewer)

    def test_the_formula_says_what_a_counter_counts(self):
        for config in (SMALL, replace(SMALL, decoded=0.5)):
            network = new_autoencoder(config, 0)
            for frames in (1, 2, 6, 8):
                with self.subTest(decoded=config.decoded, frames=frames):
                    drawn = clips(frames=frames)
                    slices = config.slices(frames)
                    seen, restored = tube_masks(config, 2, slices, chance())

                    many = counted(network, drawn, seen, restored)

                    self.assertEqual(many, 2 * of_clip(config, frames).all)

    def test_a_step_costs_three_passes_less_what_no_pixel_needs(self):
        for config in (SMALL, replace(SMALL, decoded=0.5)):
            for frames in (1, 2, 8):
                with self.subTest(decoded=config.decoded, frames=frames):
                    training = Training(new_autoencoder(config, 0), CPU)
                    slices = config.slices(frames)
                    seen, restored = tube_masks(config, 2, slices, chance())
                    batch = Batch(
                        clips=clips(frames=frames), seen=seen, restored=restored
                    )

                    many = counted(training.step, batch, 1e-3)

                    each = of_clip(config, frames)
                    # Nothing goes back through the embedding into pixels.
                    self.assertEqual(many, 2 * (3 * each.all - each.embed))
                    said = training.meter.multiplied
                    self.assertAlmostEqual(many / said, 1, delta=0.03)

    def test_encoding_costs_what_a_counter_counts(self):
        network = new_autoencoder(SMALL, 0)
        drawn = clips()

        with torch.no_grad():
            many = counted(network.encoder, drawn)

        self.assertEqual(many, 2 * of_encoding(SMALL, 8))
