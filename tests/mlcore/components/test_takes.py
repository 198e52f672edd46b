"""Takes: many shots made out of few materials, always the same ones, paired anew."""

import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

import torch

from mlcore.components.drawing.scenes import Dice
from mlcore.components.drawing.studio import Studio
from mlcore.components.drawing.takes import make_takes, recoloured
from mlcore.components.network.keeping import load_encoder
from mlcore.components.stretch import Layout
from mlcore.components.train import train
from tests.mlcore.components.photographed import CPU, Photographs, order, studio

LAYOUT = Layout(frames=4, height=16, width=24)


def takes(many=40, seed=0, loaders=0):
    room = Studio(materials=Photographs(), layout=LAYOUT)
    return make_takes(room, many, seed, loaders=loaders)


def chance(seed):
    return torch.Generator().manual_seed(seed)


class TakesTests(unittest.TestCase):
    def test_at_least_as_many_as_asked_for_are_made_all_different(self):
        made = takes(40).made

        self.assertGreaterEqual(len(made), 40)
        self.assertEqual(tuple(made.shape[1:]), (4, 3, 16, 24))
        self.assertEqual(made.dtype, torch.uint8)
        self.assertEqual(len(made.flatten(1).unique(dim=0)), len(made))

    def test_the_same_are_made_here_and_in_other_programs(self):
        here, there, others = takes(), takes(loaders=2), takes(seed=1)

        self.assertTrue(torch.equal(here.made, there.made))
        self.assertFalse(torch.equal(here.made, others.made))

    def test_those_for_windows_of_titles_all_move(self):
        room = Studio(materials=Photographs(), layout=LAYOUT, windows=True)
        made = make_takes(room, 40, 0).made.float()

        self.assertTrue(all((each[0] - each[-1]).abs().mean() > 2 for each in made))

    def test_two_different_ones_are_drawn_to_train_on(self):
        made = replace(takes(2), made=takes(2).made[:2])

        for seed in range(8):
            a, b = made.draw(chance(seed), "train", LAYOUT)
            for each in (a, b):
                self.assertEqual(tuple(each.shape), (4, 3, 16, 24))
                self.assertTrue(0 <= float(each.min()) <= float(each.max()) <= 1)
            mirrored = [torch.corrcoef(_both(a, b.flip(k)))[0, 1] for k in ([], [3])]
            self.assertLess(float(max(mirrored)), 0.999)

    def test_what_is_drawn_is_known_by_the_numbers_it_is_drawn_from(self):
        one, again, other = (
            takes().draw(chance(seed), "train", LAYOUT) for seed in (3, 3, 4)
        )

        self.assertTrue(torch.equal(one[0], again[0]) and torch.equal(one[1], again[1]))
        self.assertFalse(torch.equal(one[0], other[0]))

    def test_materials_that_are_measured_on_stay_as_they_are(self):
        made, plain = takes(), Photographs()

        for shown, own in (
            (made.pair("test", 3, LAYOUT), plain.pair("test", 3, LAYOUT)),
            (
                made.draw(chance(5), "test", LAYOUT),
                plain.draw(chance(5), "test", LAYOUT),
            ),
        ):
            self.assertTrue(torch.equal(shown[0], own[0]))
            self.assertTrue(torch.equal(shown[1], own[1]))

    def test_none_are_refused(self):
        with self.assertRaisesRegex(ValueError, "at least one take, got 0"):
            takes(0)

    def test_other_colours_leave_light_light_and_dark_dark(self):
        ramp = torch.linspace(0.05, 0.95, 9).expand(1, 3, 1, 9)
        red = torch.tensor([0.8, 0.2, 0.2]).view(1, 3, 1, 1).expand(1, 3, 2, 2)
        hues = set()
        for seed in range(12):
            light = recoloured(Dice(chance(seed)), ramp).mean(dim=1).flatten()
            self.assertTrue(bool((light.diff() > 0).all()))
            hues.add(int(recoloured(Dice(chance(seed)), red)[0, :, 0, 0].argmax()))

        self.assertEqual(hues, {0, 1, 2})


class TrainingOnTakesTests(unittest.TestCase):
    def test_an_encoder_learns_on_them_and_the_same_again(self):
        with tempfile.TemporaryDirectory() as folder:
            weights = [
                self._trained(Path(folder) / f"{number}.safetensors", many)
                for number, many in enumerate((8, 8, 0))
            ]

        self.assertTrue(torch.equal(weights[0], weights[1]))
        self.assertFalse(torch.equal(weights[0], weights[2]))

    def _trained(self, out, many):
        asked = order(out, "proxies-titles", steps=2)
        asked = replace(asked, learning=replace(asked.learning, takes=many))
        known = train(asked, studio(), CPU, resume=False)
        self.assertEqual(known["learning"]["takes"], many)
        return load_encoder(out)[0].temporal.place.clone()


def _both(a, b):
    return torch.stack([a.flatten(), b.flatten()])
