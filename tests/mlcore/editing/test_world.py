import unittest

import torch

from mlcore.editing.network.eyes import Eyes, UnknownWord, places
from mlcore.editing.world import EditingWorld
from tests.mlcore.editing.small import chance, scenes


class WorldTests(unittest.TestCase):
    def test_the_same_chance_draws_the_same_scenes(self):
        one, two = scenes(seed=3), scenes(seed=3)
        torch.testing.assert_close(one.frames, two.frames, rtol=0, atol=0)

    def test_a_mask_is_where_the_things_colour_is(self):
        drawn = scenes(8, 3, 32)
        for frames, masks, rgb in zip(
            drawn.frames, drawn.masks, drawn.things.rgb, strict=True
        ):
            away = (frames - rgb[:, None, None]).abs().sum(dim=1)
            self.assertLess(away[masks].mean(), away[~masks].mean() / 2)

    def test_the_thing_goes_evenly_along_a_line(self):
        steps = scenes(4, 5).at.diff(dim=1)
        torch.testing.assert_close(steps, steps[:, :1].expand_as(steps))

    def test_with_another_thing_all_else_stays_as_it_was(self):
        world = EditingWorld(size=32)
        drawn = world.draw(6, 3, chance())
        others = world.other_things(drawn.things, chance(1))
        edited = world.with_others(drawn, others, chance(2))
        differ = (drawn.frames != edited.frames).any(dim=2)
        wide = torch.nn.functional.max_pool2d(
            (drawn.masks | edited.masks).float(), 5, stride=1, padding=2
        )
        self.assertFalse((differ & (wide == 0)).any())
        self.assertTrue((others.shape != drawn.things.shape).all())
        self.assertTrue((others.colour != drawn.things.colour).all())

    def test_flicker_is_what_frames_do_not_share(self):
        still = EditingWorld(size=16, flicker=0.05).draw(1, 8, chance())
        ground = ~still.masks.any(dim=1)[0]
        deviation = still.frames[0][:, :, ground].std(dim=0).mean()
        self.assertAlmostEqual(float(deviation), 0.05, delta=0.01)

    def test_a_prompt_names_colour_and_shape(self):
        for prompt in scenes(6).things.prompts:
            self.assertRegex(prompt, r"^a [a-z]+ (disc|square|triangle|cross)$")


class EyesTests(unittest.TestCase):
    def test_embeddings_have_length_one_whatever_the_pictures_size(self):
        eyes = Eyes(16, chance())
        for size in (16, 32, 48):
            seen = eyes.embed(torch.rand(2, 3, size, size, generator=chance()))
            torch.testing.assert_close(seen.norm(dim=1), torch.ones(2))

    def test_a_word_it_does_not_know_is_named(self):
        with self.assertRaisesRegex(UnknownWord, "white bus"):
            places(["a white bus"])

    def test_it_learns_to_name_what_it_sees(self):
        eyes, world = Eyes(16, chance()), EditingWorld(size=16)
        optimiser = torch.optim.Adam(eyes.parameters(), 3e-3)
        losses = []
        for step in range(60):
            drawn = world.draw(32, 1, chance(step))
            names = sorted(set(drawn.things.prompts))
            right = torch.tensor([names.index(each) for each in drawn.things.prompts])
            loss = eyes.contrast(drawn.frames[:, 0], right, names)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
        self.assertLess(sum(losses[-5:]), sum(losses[:5]) / 2)
