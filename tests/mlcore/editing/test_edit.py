import tempfile
import unittest
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from mlcore.editing.edit import GuidedEdit
from mlcore.editing.network.tuning import TuningConfig
from mlcore.editing.order import EditOrder, Impossible, TooMany, laid_over
from mlcore.editing.prepared import EditConfig, Prepared
from mlcore.editing.regions import RegionConfig
from mlcore.editing.sizes import on_grey, working_size
from mlcore.editing.stages import FolderShelf
from mlcore.editing.world import EditingWorld
from tests.mlcore.editing.small import Asked, chance, tiny

CONFIG = EditConfig(
    tuning=TuningConfig(steps=2, rate=1e-3),
    # An untrained network's differences mean nothing: let them through.
    regions=RegionConfig(threshold=1.05, floor=0.0),
    guidance=2.0,
    at_once=4,
    overlap=1,
    longest=16,
    feather=1,
)


def an_order(length: int = 4, size: int = 16, **more) -> EditOrder:
    world = EditingWorld(size=size)
    drawn = world.draw(1, length, chance(1))
    picture = world.pictures(world.other_things(drawn.things, chance(2)), chance(3))
    asked: dict[str, Any] = {
        "frames": (drawn.frames[0] * 255).round().to(torch.uint8),
        "picture": (picture[0] * 255).round().to(torch.uint8),
        "source_prompt": "a red disc",
        "target_prompt": "a blue cross",
        "steps": 3,
    }
    return EditOrder(**asked | more)


def by(config: EditConfig = CONFIG, **more) -> GuidedEdit:
    return GuidedEdit(tiny(), config, name="tiny", **more)


class EditTests(unittest.TestCase):
    def test_frames_and_untouched_pixels_are_kept(self):
        order = an_order()
        edited = by().edit(order)
        self.assertEqual(edited.frames.shape, order.frames.shape)
        self.assertGreater(edited.share, 0)
        outside = (edited.cover == 0)[:, None].expand_as(order.frames)
        self.assertGreater(int(outside.sum()), 0)
        self.assertTrue(torch.equal(edited.frames[outside], order.frames[outside]))
        self.assertTrue((edited.frames != order.frames).any())
        self.assertEqual(edited.heat.shape, (4, 16, 16))

    def test_every_stage_tells_how_far_it_is(self):
        told = []
        by().edit(an_order(), lambda stage, done, of: told.append((stage, done, of)))
        stages = list(dict.fromkeys(stage for stage, _, _ in told))
        self.assertEqual(stages, ["tuning", "inversion", "regions", "sampling"])
        for stage, of in (
            ("tuning", 2),
            ("inversion", 3),
            # Half of them against the source itself.
            ("regions", 4),
            ("sampling", 3),
        ):
            steps = [(done, many) for name, done, many in told if name == stage]
            # Frames are encoded before the first and decoded after the last.
            before = [(0, of)] * (4 if stage in ("tuning", "inversion") else 0)
            after = [(of, of)] * (4 if stage == "sampling" else 0)
            going = [(done, of) for done in range(1, of + 1)]
            self.assertEqual(steps, [*before, *going, *after])

    def test_it_is_tuned_under_the_sources_prompt_and_frames(self):
        denoiser, order = Asked(), an_order()
        config = replace(CONFIG, tuning=TuningConfig(steps=6))
        GuidedEdit(denoiser, config, name="tiny").edit(order)
        frames, pictures = order.frames.float() / 255, []
        for prompt, picture, _ in denoiser.conditions[:6]:
            self.assertEqual(prompt, order.source_prompt)
            same = [torch.equal(picture, frame) for frame in frames]
            pictures.append(same.index(True))
        self.assertGreater(len(set(pictures)), 1)

    def test_one_that_was_killed_goes_on_to_the_same_pixels(self):
        order = an_order()
        whole = by().edit(order)
        with tempfile.TemporaryDirectory() as folder:
            shelf = FolderShelf(Path(folder))

            def killed(stage, done, of):
                if stage == "sampling":
                    raise KeyboardInterrupt

            with self.assertRaises(KeyboardInterrupt):
                by(shelf=shelf).edit(order, killed)
            told = []
            again = by(shelf=shelf).edit(order, lambda stage, *_: told.append(stage))
        self.assertEqual(set(told), {"sampling"})
        self.assertTrue(torch.equal(again.frames, whole.frames))

    def test_a_torn_file_on_the_shelf_is_made_anew(self):
        order = an_order()
        with tempfile.TemporaryDirectory() as folder:
            one = by(shelf=FolderShelf(Path(folder))).edit(order)
            (Path(folder) / "regions-0.safetensors").write_bytes(b"torn")
            two = by(shelf=FolderShelf(Path(folder))).edit(order)
        self.assertTrue(torch.equal(one.frames, two.frames))

    def test_another_seed_makes_something_else(self):
        one, two = an_order(), an_order(seed=1)
        self.assertFalse(torch.equal(by().edit(one).frames, by().edit(two).frames))

    def test_a_long_clip_is_edited_in_chunks_that_join(self):
        order = an_order(9)
        told = []
        edited = by().edit(
            order, lambda stage, done, of: told.append((stage, done, of))
        )
        self.assertEqual(len(edited.frames), 9)
        self.assertEqual(told[-1], ("sampling", 9, 9))

    def test_a_given_region_is_the_one_that_is_edited(self):
        region = torch.zeros(4, 16, 16, dtype=torch.bool)
        region[:, 4:8, 4:8] = True
        edited = by().edit(an_order(region=region))
        self.assertTrue(torch.equal(edited.cover == 1, region))
        self.assertIsNone(edited.heat)

    def test_where_nothing_differs_nothing_is_edited(self):
        order = an_order()
        strict = replace(CONFIG, regions=RegionConfig(floor=1e6))
        edited = by(strict).edit(order)
        self.assertEqual(edited.share, 0)
        self.assertTrue(torch.equal(edited.frames, order.frames))

    def test_a_picture_larger_than_the_network_keeps_its_own_pixels_around_the_edit(
        self,
    ):
        order = an_order(size=48)
        edited = by().edit(order)
        outside = (edited.cover == 0)[:, None].expand_as(order.frames)
        self.assertEqual(edited.frames.shape, order.frames.shape)
        self.assertTrue(torch.equal(edited.frames[outside], order.frames[outside]))

    def test_what_does_not_fit_into_memory_says_how_many_frames_may(self):
        guided = by()

        hook = guided.denoiser.unet.register_forward_pre_hook(
            lambda *_: torch.empty(1 << 50)
        )
        # As many as the network would see together, not as many as there are.
        for frames, sentence in (
            (9, "4 frames .* 2 may"),
            (3, "3 frames .* 2 may"),
            (2, "2 frames .* another back-end"),
        ):
            for act in (guided.edit, guided.cost):
                with self.assertRaisesRegex(TooMany, sentence):
                    act(an_order(frames))
        hook.remove()
        self.assertGreater(guided.edit(an_order()).share, 0)

    def test_fewer_at_once_overlap_by_less(self):
        config = EditConfig(at_once=32, overlap=6)
        for at_once, overlap in ((16, 4), (8, 2), (4, 1), (2, 1)):
            config = config.taking(config.fewer(100))
            self.assertEqual((config.at_once, config.overlap), (at_once, overlap))
        self.assertEqual(config.fewer(100), 0)
        self.assertEqual(EditConfig(at_once=32).fewer(5), 2)

    def test_a_prompt_it_cannot_read_is_the_askers_mistake(self):
        with self.assertRaisesRegex(Impossible, "toy world"):
            by().edit(an_order(target_prompt="a bus"))


class CostTests(unittest.TestCase):
    def test_it_is_what_a_pass_takes_times_the_passes(self):
        ticks = iter([0.0, 1.0])
        guided = by(clock=lambda: next(ticks))
        cost = guided.cost(an_order())
        # A second for the four frames of a chunk; tuning 3 x 2 x 4, then 6 + 8 + 6 for each of 4.
        self.assertAlmostEqual(cost.seconds, 0.25 * (24 + 4 * 20))
        self.assertAlmostEqual(cost.seconds_a_frame, cost.seconds / 4)

    def test_it_counts_what_the_network_is_really_asked(self):
        half_guided = replace(CONFIG, guided=0.5)
        for frames, config in ((4, CONFIG), (9, CONFIG), (4, half_guided)):
            guided, order, seen = by(config), an_order(frames), []
            hook = guided.denoiser.unet.register_forward_hook(
                lambda _module, given, _out, seen=seen: seen.append(len(given[0]))
            )
            guided.edit(order)
            hook.remove()
            passes = Prepared(order, guided.denoiser, config).passes()
            # Tuning's passes back are no calls.
            self.assertEqual(sum(seen) + 2 * 2 * 4, passes)


class OrderTests(unittest.TestCase):
    def test_what_cannot_be_edited_is_said_in_a_sentence(self):
        bytes_ = torch.zeros(4, 3, 16, 16, dtype=torch.uint8)
        for wrong, said in (
            ({"frames": bytes_[:1]}, "one frame"),
            ({"frames": bytes_.float()}, "bytes"),
            ({"picture": bytes_}, "target"),
            ({"picture": torch.zeros(3, 4, 4, dtype=torch.uint8)}, "4 x 4"),
            ({"target_prompt": "  "}, "prompts"),
            ({"steps": 0}, "steps"),
            ({"region": torch.zeros(4, 8, 8, dtype=torch.bool)}, "region"),
        ):
            with self.subTest(said), self.assertRaisesRegex(Impossible, said):
                an_order(**wrong)

    def test_an_empty_region_is_said_to_be_empty(self):
        empty = torch.zeros(4, 16, 16, dtype=torch.bool)
        with self.assertRaisesRegex(Impossible, "empty"):
            by().edit(an_order(region=empty))


class SizeTests(unittest.TestCase):
    def test_a_working_size_is_near_small_enough_and_whole_grains(self):
        self.assertEqual(working_size((1080, 1920), 768, 64), (448, 768))
        self.assertEqual(working_size((16, 16), 32, 16), (16, 16))
        self.assertEqual(working_size((20, 300), 32, 16), (16, 32))

    def test_a_transparent_ground_is_grey(self):
        picture = torch.zeros(4, 2, 2, dtype=torch.uint8)
        picture[3, 0] = 255
        seen = on_grey(picture)
        self.assertEqual(float(seen[:, 0].max()), 0)
        self.assertEqual(float(seen[:, 1].min()), 0.5)

    def test_laying_over_does_not_touch_what_is_not_covered(self):
        source = (
            torch.arange(256, dtype=torch.uint8).view(1, 1, 16, 16).expand(1, 3, -1, -1)
        )
        cover = torch.zeros(1, 16, 16)
        cover[0, 0] = 0.5
        laid = laid_over(source, torch.full_like(source, 100), cover)
        self.assertTrue(torch.equal(laid[:, :, 1:], source[:, :, 1:]))
        self.assertEqual(laid[0, 0, 0, :3].tolist(), [50, 50, 51])
