"""Cubes, places, masks and the network: clips of any length through the same weights."""

import unittest
from dataclasses import replace

import torch
from torch import nn
from transformers import VideoMAEConfig, VideoMAEModel

from mlcore.fit import gains_by_bfloat16
from mlcore.videomae.autoencoder import new_autoencoder
from mlcore.videomae.batches import Batch
from mlcore.videomae.config import SHAPES
from mlcore.videomae.cubes import cut, normalised, places, put_together, tube_masks
from mlcore.videomae.encoder import ClipEncoder, clip_vectors
from mlcore.videomae.training import Training
from tests.mlcore.videomae.small import CPU, SMALL, chance, clips


def masks(config=SMALL, many=2, frames=8):
    return tube_masks(config, many, config.slices(frames), chance())


class CubeTests(unittest.TestCase):
    def test_cubes_hold_every_pixel_once_and_go_together_again(self):
        drawn = clips()

        again = put_together(cut(drawn, SMALL), SMALL)

        self.assertTrue(torch.equal((again * 255).round().to(torch.uint8), drawn))

    def test_a_single_frame_stands_in_every_frame_of_a_slice(self):
        one = clips(frames=1)

        twice = one.expand(-1, 2, -1, -1, -1)

        self.assertTrue(torch.equal(cut(one, SMALL), cut(twice, SMALL)))

    def test_targets_are_normalised_by_colour_whatever_the_light(self):
        cubes = cut(clips(), SMALL)

        wanted = normalised(cubes)

        self.assertLess(wanted.unflatten(-1, (-1, 3)).mean(-2).abs().max(), 1e-4)
        bright = normalised(0.5 * cubes + 0.25)
        self.assertLess((bright - wanted).abs().mean(), 1e-3)

    def test_clips_that_no_cubes_tile_are_refused(self):
        for frames in (3, 10):
            with self.assertRaisesRegex(ValueError, f"got {frames}"):
                cut(torch.zeros(1, frames, 3, 16, 16), SMALL)
        with self.assertRaisesRegex(ValueError, "must be"):
            cut(torch.zeros(1, 2, 3, 16, 20), SMALL)


class PlaceTests(unittest.TestCase):
    def test_prefix_places_of_short_clips_are_the_first_of_long_ones(self):
        short, long = (places(SMALL, slices, 24) for slices in (1, 4))

        self.assertTrue(torch.equal(long[: SMALL.in_slice], short))

    def test_strided_places_spread_over_the_whole(self):
        strided = replace(SMALL, places="strided")

        two, four = (places(strided, slices, 24) for slices in (2, 4))

        many = SMALL.in_slice
        self.assertTrue(torch.equal(two[many:], four[2 * many : 3 * many]))
        self.assertTrue(torch.equal(four, places(SMALL, 4, 24)))

    def test_no_two_cubes_stand_in_the_same_place(self):
        self.assertEqual(len(places(SMALL, 4, 24).unique(dim=0)), 4 * SMALL.in_slice)


class MaskTests(unittest.TestCase):
    def test_what_is_seen_is_so_in_every_slice_and_the_rest_is_restored(self):
        seen, restored = masks()

        many, visible = SMALL.in_slice, SMALL.visible
        self.assertEqual(visible, 4)
        tubes = seen.view(2, 4, visible) % many
        self.assertTrue((tubes == tubes[:, :1]).all())
        for row in range(2):
            together = torch.cat([seen[row], restored[row]]).sort().values
            self.assertTrue(torch.equal(together, torch.arange(4 * many)))

    def test_dual_masking_restores_half_and_reaches_every_masked_place(self):
        dual = replace(SMALL, decoded=0.5)

        seen, restored = masks(dual)

        many = SMALL.in_slice
        self.assertEqual(restored.shape, (2, 4 * many // 2))
        for row in range(2):
            self.assertFalse(set(seen[row].tolist()) & set(restored[row].tolist()))
            reached = len((restored[row] % many).unique())
            self.assertEqual(reached, many - SMALL.visible)

    def test_masks_differ_from_clip_to_clip(self):
        seen, _ = masks()

        self.assertFalse(torch.equal(seen[0], seen[1]))


class AutoencoderTests(unittest.TestCase):
    def setUp(self):
        self.network = new_autoencoder(SMALL, 0)

    def test_the_encoder_sees_nothing_of_what_is_masked(self):
        seen, restored = masks()
        cubes = cut(clips(), SMALL)
        at = restored[..., None].expand(-1, -1, SMALL.cube)
        changed = cubes.scatter(1, at, torch.rand(*at.shape, generator=chance()))

        before, after = (
            self.network.restore(each, seen, restored) for each in (cubes, changed)
        )

        self.assertFalse(torch.equal(cubes, changed))
        self.assertTrue(torch.equal(before, after))

    def test_what_is_restored_depends_on_what_is_seen(self):
        seen, restored = masks()
        cubes = cut(clips(), SMALL)

        before, after = (
            self.network.restore(each, seen, restored) for each in (cubes, 1 - cubes)
        )

        self.assertFalse(torch.allclose(before, after))

    def test_an_untrained_network_is_about_as_good_as_saying_the_mean(self):
        loss = self.network(clips(), *masks())

        self.assertAlmostEqual(loss.item(), 1.0, delta=0.1)

    def test_clips_grow_in_training_with_weights_and_momenta_kept(self):
        training = Training(self.network, CPU, mixed=False)
        weights = dict(self.network.named_parameters())

        for step, frames in enumerate((1, 2, 4, 6, 8), start=1):
            seen, restored = masks(frames=frames)
            training.step(
                Batch(clips=clips(frames=frames), seen=seen, restored=restored), 1e-3
            )

            self.assertEqual(dict(self.network.named_parameters()), weights)
            for each in weights.values():
                self.assertEqual(int(training.optimiser.state[each]["step"]), step)

    def test_layers_compute_in_the_type_that_is_asked_for(self):
        layers = [e for e in self.network.modules() if isinstance(e, nn.Linear)]
        seen, restored = masks()
        batch = Batch(clips=clips(), seen=seen, restored=restored)
        types = []
        for layer in layers:
            layer.register_forward_hook(lambda _, __, out: types.append(out.dtype))
        for mixed in (False, True, None):
            training = Training(self.network, CPU, mixed=mixed)
            types.clear()

            training.step(batch, 1e-3)

            wanted = gains_by_bfloat16(CPU) if mixed is None else mixed
            self.assertEqual(training.mixed, wanted)
            computed = torch.bfloat16 if wanted else torch.float32
            self.assertEqual(types, [computed] * len(layers))
            # Weights and momenta stay what they are.
            self.assertEqual(layers[0].weight.dtype, torch.float32)

    def test_it_learns_to_restore_what_it_sees_again_and_again(self):
        training = Training(self.network, CPU, mixed=False)
        drawn = clips()
        found = []

        for step in range(150):
            seen, restored = tube_masks(SMALL, 2, 4, chance(step))
            batch = Batch(clips=drawn, seen=seen, restored=restored)
            found.append(training.step(batch, 3e-3))

        self.assertGreater(found[0], 0.95)
        self.assertLess(sum(found[-10:]) / 10, 0.8)

    def test_vectors_are_of_a_width_whatever_the_length(self):
        for frames in (1, 4, 8):
            found = clip_vectors(self.network.encoder, clips(frames=frames))
            self.assertEqual(found.shape, (2, SMALL.dims))


class SizeTests(unittest.TestCase):
    def test_large_shapes_have_the_numbers_that_are_published_for_them(self):
        # Millions, with a head of 400 classes (VideoMAE, arXiv 2203.12602).
        for name, published in (
            *(("small", 22), ("base", 87)),
            *(("large", 305), ("huge", 633)),
        ):
            config = SHAPES[name]
            with self.subTest(name), torch.device("meta"):
                own = numbers(ClipEncoder(config))
                theirs = numbers(VideoMAEModel(as_videomae(config)))

                self.assertAlmostEqual(own / 1e6 / published, 1, delta=0.01)
                # Theirs has no bias of keys, and its last norm is the head's.
                more = config.depth * config.dims + 2 * config.dims
                self.assertEqual(own, theirs + more)


def numbers(network):
    return sum(each.numel() for each in network.parameters())


def as_videomae(config):
    """The same shape in other words; what is not named is as in theirs: 224 pixels."""
    return VideoMAEConfig(
        hidden_size=config.dims,
        intermediate_size=4 * config.dims,
        num_attention_heads=config.heads,
        num_hidden_layers=config.depth,
    )
