"""The guided encoder: shapes, what guidance touches and when, CLIP as its first half."""

import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

import torch
from transformers import CLIPVisionConfig, CLIPVisionModel

from mlcore.components.learning.shapes import SHAPES
from mlcore.components.network.clip import clip_config
from mlcore.components.network.config import EncoderConfig
from mlcore.components.network.encoder import ComponentEncoder

TINY = EncoderConfig(
    size=16, frames=4, dims=24, heads=2, spatial=2, temporal=1, embedding=12
)


def encoder(seed=0, **changes):
    chance = torch.Generator().manual_seed(seed)
    return ComponentEncoder(replace(TINY, **changes), chance)


def clips(many=3, seed=1, size=16):
    chance = torch.Generator().manual_seed(seed)
    return torch.rand(many, 4, 3, size, size, generator=chance)


def open_gates(network):
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if name.endswith("gate"):
                parameter.fill_(1.0)


class ShapeTests(unittest.TestCase):
    def test_each_clip_becomes_one_vector_of_length_1(self):
        for changes in ({}, {"decoder": 0, "guided_decoder": False}):
            with self.subTest(**changes):
                found = encoder(**changes)(clips())

                self.assertEqual(found.shape, (3, 12))
                torch.testing.assert_close(found.norm(dim=1), torch.ones(3))

    def test_a_clip_s_vector_does_not_depend_on_the_others(self):
        network, several = encoder().eval(), clips()

        torch.testing.assert_close(network(several)[1:2], network(several[1:2]))

    def test_the_same_seed_gives_the_same_network_whatever_was_drawn_before(self):
        torch.rand(5)
        one = encoder(seed=3).state_dict()
        torch.rand(7)
        two, other = encoder(seed=3).state_dict(), encoder(seed=4).state_dict()

        self.assertTrue(all(torch.equal(one[name], two[name]) for name in one))
        self.assertFalse(torch.equal(one["head.weight"], other["head.weight"]))

    def test_it_knows_the_order_of_the_frames(self):
        network, forwards = encoder().eval(), clips()
        open_gates(network)

        there, back = network(forwards), network(forwards.flip(1))

        self.assertGreater((there - back).abs().max().item(), 1e-5)

    def test_patches_see_movement_only_where_they_are_made_to(self):
        seen = clips(1)
        for moving in (True, False):
            network = encoder(moving=moving, ends=False, statistics=False).eval()
            for name, parameter in network.named_parameters():
                if name.endswith("mix.weight"):
                    torch.nn.init.normal_(parameter, std=0.1)
            frames = network.spatial(seen.flatten(0, 1), None)
            # The same first frame, another second one.
            other = torch.cat([seen[:, :1], seen[:, :1], seen[:, 2:]], dim=1)
            again = network.spatial(other.flatten(0, 1), None)

            with self.subTest(moving=moving):
                same = torch.allclose(frames[0], again[0], atol=1e-6)
                self.assertEqual(same, not moving)

    def test_patches_see_the_clip_s_first_frame_only_where_they_are_made_to(self):
        seen = clips(1)
        for ends in (True, False):
            # One block, so that what neighbours tell goes no further.
            network = encoder(spatial=1, ends=ends, statistics=False).eval()
            torch.nn.init.normal_(network.spatial.moving[0].mix.weight, std=0.1)
            frames = network.spatial(seen.flatten(0, 1), None)
            other = torch.cat([seen[:, 1:2], seen[:, 1:]], dim=1)
            again = network.spatial(other.flatten(0, 1), None)

            with self.subTest(ends=ends):
                same = torch.allclose(frames[2], again[2], atol=1e-6)
                self.assertEqual(same, not ends)

    def test_what_does_not_fit_is_refused(self):
        with self.assertRaisesRegex(ValueError, "clips must be"):
            encoder()(clips(size=24))
        with self.assertRaisesRegex(ValueError, "without their raw material"):
            encoder()(clips(), clips())
        for wrong in ({"patch": 7}, {"heads": 5}, {"decoder": 0}, {"moving": False}):
            with self.subTest(**wrong), self.assertRaises(ValueError):
                replace(TINY, **wrong)

    def test_what_ships_is_at_most_16_megabytes_in_half_precision(self):
        for name in ("small", "cpu", "gpu"):
            config = SHAPES[name].encoder
            network = ComponentEncoder(config, torch.Generator())
            size = sum(2 * each.numel() for each in network.state_dict().values())
            with self.subTest(name):
                self.assertLessEqual(size, 16e6)


class GuidanceTests(unittest.TestCase):
    def test_before_it_begins_guidance_changes_nothing(self):
        network, seen = encoder().eval(), clips()
        open_gates(network)
        before = network(seen)

        network.guides.copy_(torch.randn(6, 12))

        self.assertTrue(torch.equal(network(seen), before))

    def test_with_gates_as_they_begin_it_still_changes_nothing(self):
        network, seen = encoder().eval(), clips()
        before = network(seen)

        network.begin_guidance()

        torch.testing.assert_close(network(seen), before)

    def test_with_open_gates_guides_are_seen_by_both_halves_that_are_guided(self):
        for guided in ("guided_encoder", "guided_decoder"):
            both = {"guided_encoder": False, "guided_decoder": False, guided: True}
            network, seen = encoder(**both).eval(), clips()
            open_gates(network)
            network.begin_guidance()
            before = network(seen)

            network.guides.copy_(torch.randn(6, 12))

            with self.subTest(guided):
                self.assertGreater((network(seen) - before).abs().max().item(), 1e-5)

    def test_the_order_of_guidance_tokens_is_nothing(self):
        network, seen = encoder().eval(), clips()
        open_gates(network)
        network.begin_guidance()
        before = network(seen)

        network.guides.copy_(network.guides.flip(0))

        torch.testing.assert_close(network(seen), before)

    def test_the_gradient_reaches_everything_once_gates_are_open(self):
        network = encoder(raw=True, guidance="learned")
        open_gates(network)
        network.begin_guidance()

        network(clips(), clips(seed=2))[:, :6].sum().backward()

        still = [n for n, p in network.named_parameters() if not p.grad.abs().sum()]
        # A bias of keys moves all logits of a softmax alike.
        self.assertEqual(still, [])

    def test_centres_take_no_gradient_and_are_saved(self):
        network = encoder()

        self.assertFalse(network.guides.requires_grad)
        self.assertIn("guides", network.state_dict())


class ClipTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        torch.manual_seed(0)
        config = CLIPVisionConfig(
            hidden_size=16,
            intermediate_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            image_size=16,
            patch_size=8,
        )
        self.placed = CLIPVisionModel(config).eval()
        self.placed.save_pretrained(self.folder)

    def guided(self):
        network = encoder(
            clip=clip_config(self.folder), moving=False, ends=False, statistics=False
        ).eval()
        network.spatial.take_over(self.folder)
        return network

    def test_the_weights_in_a_folder_are_the_spatial_encoder(self):
        network, seen = self.guided(), clips()
        vision = network.spatial
        pixels = (seen.flatten(0, 1) - vision.mean) / vision.deviation

        expected = self.placed(pixels).pooler_output

        torch.testing.assert_close(
            vision(seen.flatten(0, 1), None), vision.narrow(expected)
        )

    def test_guidance_begins_nearly_shut_and_opens(self):
        network, seen = self.guided(), clips()
        before = network(seen)
        network.begin_guidance()

        begun = network(seen)
        with torch.no_grad():
            network.spatial.gate.fill_(1.0)

        self.assertLess((begun - before).abs().max().item(), 1e-2)
        self.assertGreater((network(seen) - begun).abs().max().item(), 1e-4)

    def test_other_sizes_are_seen_too(self):
        network = encoder(
            clip=clip_config(self.folder),
            size=24,
            moving=False,
            ends=False,
            statistics=False,
        )

        self.assertEqual(network(clips(size=24)).shape, (3, 12))

    def test_a_folder_without_it_is_named(self):
        with self.assertRaisesRegex(ValueError, "nowhere"):
            clip_config(self.folder / "nowhere")
        (self.folder / "model.safetensors").write_bytes(b"not weights")
        with self.assertRaisesRegex(ValueError, self.folder.name):
            clip_config(self.folder)
