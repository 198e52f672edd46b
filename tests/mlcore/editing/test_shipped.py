"""The toy weights that ship, from a drawn scene to its edit."""

import unittest
from dataclasses import replace

import torch

from mlcore.editing.backends.toy import load_toy, toy_config
from mlcore.editing.measures import iou
from mlcore.editing.network.tuning import TuningConfig
from mlcore.editing.order import Edited, EditOrder
from mlcore.editing.weights import TOY
from mlcore.editing.world import EditingWorld, Scenes
from tests.mlcore.editing.small import chance

QUICK = replace(toy_config(32), tuning=TuningConfig(steps=4, rate=3e-4))


def asked_bytes(picture: torch.Tensor) -> torch.Tensor:
    return (picture * 255).round().to(torch.uint8)


class ShippedWeightsTests(unittest.TestCase):
    source: Scenes
    wanted: Scenes
    order: EditOrder
    edited: Edited

    @classmethod
    def setUpClass(cls):
        world, drawn = EditingWorld(), chance(3)
        cls.source = world.draw(1, 5, drawn)
        others = world.other_things(cls.source.things, drawn)
        cls.wanted = world.with_others(cls.source, others, drawn)
        cls.order = EditOrder(
            frames=asked_bytes(cls.source.frames[0]),
            picture=asked_bytes(world.pictures(others, drawn)[0]),
            source_prompt=cls.source.things.prompts[0],
            target_prompt=others.prompts[0],
            steps=20,
        )
        cls.edited = load_toy(TOY, config=QUICK).edit(cls.order)

    def test_they_fit_into_sixteen_megabytes_and_have_a_card(self):
        self.assertLess(TOY.stat().st_size, 16 * 2**20)
        self.assertIn("toy.safetensors", TOY.with_name("CARD.md").read_text())

    def test_the_region_is_found_where_one_thing_is_or_the_other_will_be(self):
        either = self.source.masks[0] | self.wanted.masks[0]
        self.assertGreater(iou(self.edited.cover > 0, either), 0.5)

    def test_inside_it_the_colour_becomes_the_targets(self):
        both = self.source.masks[0] & self.wanted.masks[0]
        seen = (self.edited.frames.float() / 255).permute(0, 2, 3, 1)[both].mean(dim=0)
        to_target = (seen - self.wanted.things.rgb[0]).norm()
        to_source = (seen - self.source.things.rgb[0]).norm()
        self.assertLess(float(to_target), 0.5 * float(to_source))

    def test_outside_it_every_pixel_is_the_sources(self):
        outside = (self.edited.cover == 0)[:, None].expand_as(self.order.frames)
        self.assertGreater(float(outside.float().mean()), 0.5)
        self.assertTrue(
            torch.equal(self.edited.frames[outside], self.order.frames[outside])
        )


class NothingToEditTests(unittest.TestCase):
    def test_asked_for_what_is_there_already_it_gives_the_source_back(self):
        world, drawn = EditingWorld(), chance(3)
        source = world.draw(1, 4, drawn)
        order = EditOrder(
            frames=asked_bytes(source.frames[0]),
            picture=asked_bytes(world.pictures(source.things, drawn)[0]),
            source_prompt=source.things.prompts[0],
            target_prompt=source.things.prompts[0],
            steps=20,
        )
        edited = load_toy(TOY, config=QUICK).edit(order)
        self.assertLess(edited.share, 0.02)


if __name__ == "__main__":
    unittest.main()
