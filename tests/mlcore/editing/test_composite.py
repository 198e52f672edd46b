import unittest

import numpy as np
import torch

from mlcore.editing.backends.composite import Composite
from mlcore.editing.composite.cutting import cut_out, placed, steadied
from mlcore.editing.composite.filling import camera_steps, filled
from mlcore.editing.composite.tracking import tracked
from mlcore.editing.order import EditOrder, Impossible
from mlcore.editing.stages import NoShelf
from mlcore.editing.world import EditingWorld, Scenes, Things
from tests.mlcore.editing.small import chance

WORLD = EditingWorld(size=96)


def a_scene(seed: int = 0) -> tuple[Scenes, Things]:
    drawn = WORLD.draw(1, 8, chance(seed))
    # Far enough that what is behind is seen in some other frame.
    drawn.at[0, :] = torch.stack(
        [torch.linspace(0.25, 0.75, 8), torch.linspace(0.4, 0.6, 8)], dim=1
    )
    drawn = WORLD.with_others(drawn, drawn.things, chance(seed))
    return drawn, WORLD.other_things(drawn.things, chance(seed + 1))


def an_order(drawn: Scenes, others: Things, **more) -> EditOrder:
    picture = WORLD.pictures(others, chance(5))[0]
    return EditOrder(
        frames=(drawn.frames[0] * 255).round().to(torch.uint8),
        picture=(picture * 255).round().to(torch.uint8),
        source_prompt=drawn.things.prompts[0],
        target_prompt=others.prompts[0],
        **more,
    )


class CompositeTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.drawn, cls.others = a_scene()
        cls.order = an_order(cls.drawn, cls.others, region=cls.drawn.masks[0])
        cls.stages = []
        cls.edited = Composite().edit(
            cls.order, lambda stage, done, of: cls.stages.append((stage, done, of))
        )

    def test_outside_what_it_covers_every_pixel_is_the_sources(self):
        same = self.edited.frames == self.order.frames
        outside = (self.edited.cover == 0)[:, None].expand_as(same)
        self.assertTrue(same[outside].all())
        self.assertEqual(self.edited.frames.shape, self.order.frames.shape)
        self.assertLess(self.edited.share, 0.4)

    def test_the_targets_colour_is_where_the_source_was_and_follows_it(self):
        rgb = self.others.rgb[0]
        frames = self.edited.frames.float() / 255
        near = (frames - rgb[:, None, None]).abs().amax(dim=1) < 0.25
        place = (torch.arange(96) + 0.5) / 96
        for frame, mask in enumerate(near):
            share = mask.float() / mask.sum()
            x, y = (share.sum(0) * place).sum(), (share.sum(1) * place).sum()
            found = torch.stack([x, y])
            size = 2 * self.drawn.things.tall[0]
            away = (found - self.drawn.at[0, frame]).norm()
            self.assertLess(float(away), float(0.15 * size), frame)

    def test_what_was_behind_comes_from_other_frames(self):
        behind = self.edited.cover > 0
        rgb = self.drawn.things.rgb[0]
        frames = self.edited.frames.float() / 255
        still_there = (frames - rgb[:, None, None]).abs().amax(dim=1) < 0.1
        self.assertEqual(int((still_there & behind).sum()), 0)

    def test_each_frame_is_told_of(self):
        camera = [("camera", done, 7) for done in range(1, 8)]
        made = [("compositing", done, 8) for done in range(1, 9)]
        self.assertEqual(self.stages, camera + made)

    def test_frames_are_shown_as_they_are_made(self):
        shown = []

        class Seen(NoShelf):
            def show(self, pictures):
                shown.append(np.stack(pictures))

        edited = Composite(shelf=Seen()).edit(self.order)
        self.assertEqual([len(each) for each in shown], list(range(1, 9)))
        there = (edited.cover == 1).numpy()
        made = edited.frames.permute(0, 2, 3, 1).numpy()
        self.assertTrue((shown[-1][there] == made[there]).all())

    def test_frames_that_are_tried_are_not_shown(self):
        class Unseen(NoShelf):
            def show(self, pictures):
                raise AssertionError

        self.assertEqual(Composite(shelf=Unseen()).cost(self.order).frames, 8)

    def test_twice_the_same_gives_the_same_pixels(self):
        again = Composite().edit(self.order)
        self.assertTrue(torch.equal(again.frames, self.edited.frames))

    def test_the_cost_is_foretold_for_all_frames(self):
        ticks = iter(range(100))
        cost = Composite(clock=lambda: float(next(ticks))).cost(self.order)
        self.assertEqual(cost.frames, 8)
        self.assertGreater(cost.seconds, cost.seconds_a_frame)

    def test_it_says_what_is_missing(self):
        with self.assertRaisesRegex(Impossible, "region"):
            Composite().edit(an_order(self.drawn, self.others))
        plain = torch.full((3, 40, 40), 90, dtype=torch.uint8)
        order = EditOrder(
            frames=self.order.frames,
            picture=plain,
            source_prompt="a",
            target_prompt="b",
            region=self.order.region,
        )
        with self.assertRaisesRegex(Impossible, "stands out"):
            Composite().edit(order)


class PartTests(unittest.TestCase):
    def setUp(self):
        self.drawn, self.others = a_scene(3)
        frames = (self.drawn.frames[0] * 255).round().to(torch.uint8)
        self.frames = frames.permute(0, 2, 3, 1).numpy()
        self.masks = self.drawn.masks[0].numpy()

    def test_a_mask_of_one_frame_is_followed_through_all(self):
        first = np.zeros_like(self.masks)
        first[0] = self.masks[0]
        found = tracked(self.frames, first)
        for frame in range(1, 8):
            both, either = (
                found[frame] & self.masks[frame],
                found[frame] | self.masks[frame],
            )
            self.assertGreater(both.sum() / either.sum(), 0.7, frame)

    def test_the_ground_is_filled_with_what_was_behind(self):
        hidden = self.masks | np.roll(self.masks, 1, 1) | np.roll(self.masks, -1, 1)
        hidden |= np.roll(hidden, 1, 2) | np.roll(hidden, -1, 2)
        steps = camera_steps(self.frames, hidden)
        found = filled(self.frames, hidden, 0, steps)
        ground = self.drawn.ground[0].permute(1, 2, 0).numpy() * 255
        seen = self.masks[0] & ~hidden[7]
        off = np.abs(found[seen] - ground[seen]).mean()
        self.assertLess(off, 3)

    def test_a_camera_that_pans_is_followed(self):
        wide = np.concatenate([self.frames[0], self.frames[0][:, ::-1]], axis=1)
        panned = np.stack([wide[:, 3 * at : 3 * at + 96] for at in range(4)])
        steps = camera_steps(panned, np.zeros((4, 96, 96), bool))
        for step in steps:
            np.testing.assert_allclose(step, [[1, 0, -3], [0, 1, 0]], atol=0.2)

    def test_a_cut_out_is_the_thing_of_a_picture(self):
        things = self.others
        scene = WORLD.draw(1, 1, chance())
        scene.at[:] = 0.5
        picture = WORLD.with_others(scene, things, chance())
        cut = cut_out(
            (picture.frames[0, 0].permute(1, 2, 0).numpy() * 255).astype(np.uint8)
        )
        rows, columns = (
            np.flatnonzero(picture.masks[0, 0].any(dim=side)) for side in (1, 0)
        )
        self.assertLess(abs(cut.cover.shape[0] - len(rows)), 4)
        self.assertLess(abs(cut.cover.shape[1] - len(columns)), 4)

    def test_a_pictures_own_cover_is_kept(self):
        cover = np.zeros((20, 20), np.uint8)
        cover[5:9, 3:13] = 255
        cut = cut_out(np.zeros((20, 20, 3), np.uint8), cover)
        self.assertEqual(cut.cover.shape, (4, 10))

    def test_where_a_mask_shrinks_abruptly_none_becomes_smaller_than_the_smallest(self):
        masks = np.zeros((6, 64, 64), bool)
        masks[:, :60, :60] = True
        masks[4:] = False
        masks[4:, :3, :3] = True
        tall = placed(masks).tall
        self.assertEqual(float(tall.min()), 3)
        self.assertGreater(float(tall[3]), 3)

    def test_what_moves_evenly_does_not_lag_behind(self):
        line = np.stack([np.arange(9.0), 2 * np.arange(9.0)], axis=1)
        np.testing.assert_allclose(steadied(line), line, atol=1e-9)
        shaking = line[:, 0] + np.array([1, -1] * 4 + [1])
        self.assertLess(np.abs(steadied(shaking) - line[:, 0]).max(), 1)
