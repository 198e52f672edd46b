"""Where clips come from: a drawn world whose single frames tell nothing, and footage."""

import json
import tempfile
import unittest
from pathlib import Path
from unittest.mock import patch

# Before decord, which would give its old libx264 to what is loaded after it.
import av
import numpy as np
import torch

from mlcore.videomae import reading
from mlcore.videomae.footage import Footage, Span, shots_in
from mlcore.videomae.looks import some_looks
from mlcore.videomae.mixing import Mixed
from mlcore.videomae.reading import NoFootage, Stretches, opened
from mlcore.videomae.sampling import Sampling
from mlcore.videomae.world import DIRECTIONS, SPEEDS, MotionWorld
from tests.mlcore.videomae.small import chance

WORLD = MotionWorld(size=24)
PHOTOGRAPHS = torch.randint(0, 256, (2, 3, 40, 60), generator=chance()).to(torch.uint8)


def ridge(inputs, labels, unseen):
    """What a linear classifier, fitted to inputs and labels, says of the unseen."""
    middle = inputs.mean(0)
    x, wanted = inputs - middle, torch.eye(int(labels.max()) + 1)[labels]
    gram = x @ x.T + 100 * torch.eye(len(x))
    weights = x.T @ torch.linalg.solve(gram, wanted - wanted.mean(0))
    return ((unseen - middle) @ weights + wanted.mean(0)).argmax(1)


class SamplingTests(unittest.TestCase):
    def test_strided_clips_keep_the_stride_and_stay_in_the_span(self):
        sampling = Sampling(longest=16, stride=2)

        times = sampling.times(200, 4, chance())

        self.assertEqual(set(times.diff(dim=1).flatten().tolist()), {2})
        self.assertEqual((int(times.min()), int(times.max())), (0, 31))

    def test_segments_spread_over_the_span_one_frame_in_each(self):
        times = Sampling(how="segments", longest=16, stride=2).times(200, 4, chance())

        for segment in range(4):
            inside = times[:, segment]
            self.assertGreaterEqual(int(inside.min()), 8 * segment)
            self.assertLess(int(inside.max()), 8 * (segment + 1))


class WorldTests(unittest.TestCase):
    def test_clips_are_the_same_from_the_same_numbers_and_rows_of_one_batch(self):
        times = Sampling().times(4, 4, chance())

        whole, again = (WORLD.draw(times, 3, slice(None)) for _ in range(2))
        half = WORLD.draw(times, 3, slice(2, 4))

        self.assertTrue(torch.equal(whole, again))
        self.assertTrue(torch.equal(whole[2:], half))
        self.assertFalse(torch.equal(whole, WORLD.draw(times, 4, slice(None))))

    def test_things_go_where_their_labels_say(self):
        drawn, labels = WORLD.labelled(400, 16, 0)
        # The middle of what differs from the next frame, followed round the edges.
        for direction in range(DIRECTIONS):
            chosen = (labels.direction == direction) & (labels.speed == 1)
            angle = _way(drawn[chosen])
            apart = (angle - direction * torch.pi / 4 + torch.pi) % (2 * torch.pi)
            self.assertAlmostEqual(apart, torch.pi, delta=0.35)

    def test_a_single_frame_does_not_tell_direction_speed_or_arrow(self):
        # 1,600 clips learn, 1,600 are asked: beyond chance by 3 standard errors is a leak.
        drawn, labels = WORLD.labelled(3200, 1, 0)
        frames = drawn.flatten(1).float() / 255
        for name, classes in (("direction", 8), ("speed", len(SPEEDS)), ("arrow", 2)):
            with self.subTest(name):
                wanted = getattr(labels, name)

                said = ridge(frames[:1600], wanted[:1600], frames[1600:])

                share = (said == wanted[1600:]).float().mean().item()
                error = (1 / classes * (1 - 1 / classes) / 1600) ** 0.5
                self.assertLess(share, 1 / classes + 3 * error)

    def test_the_same_motion_looks_different(self):
        one, two = MotionWorld(size=24, camera=False).alike(4, 8, 0)

        self.assertFalse((one[:, 0] == two[:, 0]).flatten(1).all(1).any())

    def test_a_share_of_those_that_move_alike_may_look_alike_too(self):
        world = MotionWorld(size=24, camera=False, things=0)

        one, two = world.alike(4, 4, 0, looks=0.5)

        self.assertTrue(torch.equal(one[:2], two[:2]))
        away = (one.float() - two.float()).abs().mean((1, 2, 3, 4))
        self.assertTrue((away[2:] > 5).all(), away)

    def test_photographs_can_be_the_grounds(self):
        drawn = MotionWorld(size=24, pictures=PHOTOGRAPHS).draw(
            Sampling().times(2, 4, chance()), 0, slice(None)
        )

        self.assertEqual((drawn.shape, drawn.dtype), ((2, 4, 3, 24, 24), torch.uint8))

    def test_grounds_are_pieces_of_photographs_some_mirrored(self):
        across = torch.linspace(60, 180, 90).expand(60, 90)
        down = torch.linspace(60, 180, 60)[:, None].expand(60, 90)
        ramps = torch.stack([across, down, 0 * down]).to(torch.uint8)[None]

        ground = some_looks(40, 1, ramps, chance()).ground
        # Other light takes colours off the scale in none of these.
        to_the_right = ground[:, 0, :, -1] - ground[:, 0, :, 0]
        downwards = ground[:, 1, -1] - ground[:, 1, 0]

        rises = (to_the_right > 0).all(dim=1)
        self.assertTrue((rises | (to_the_right < 0).all(dim=1)).all())
        self.assertTrue(10 < int(rises.sum()) < 30, int(rises.sum()))
        self.assertTrue((downwards > 0).all())
        self.assertFalse(ground[:, 2].any())

    def test_grounds_are_made_where_the_network_is(self):
        elsewhere = torch.device("meta")
        for grounds in (PHOTOGRAPHS, 5):
            looks = some_looks(2, 1, grounds, chance(), elsewhere)
            self.assertEqual(looks.ground.device, elsewhere)


def _way(clips):
    """The angle of the mean shift that makes frames most like the next ones."""
    moved = (clips[:, 1:].float() - clips[:, :-1].float()).abs().sum(2)
    side = clips.shape[-1]
    waves = torch.exp(2j * torch.pi * torch.arange(side) / side)
    x = torch.angle((moved.sum(2) * waves).sum(-1))
    y = torch.angle((moved.sum(3) * waves).sum(-1))
    dx, dy = (torch.angle(torch.exp(1j * each.diff(dim=1))).mean() for each in (x, y))
    return torch.atan2(dy, dx).item()


def write_film(path, frames=40):
    """Frame n is all grey 5 n."""
    with av.open(str(path), "w") as film:
        stream = film.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(frames):
            grey = np.full((48, 64, 3), 5 * number, np.uint8)
            film.mux(stream.encode(av.VideoFrame.from_ndarray(grey, "rgb24")))
        film.mux(stream.encode())


class FootageTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.path = Path(cls.folder.name)
        write_film(cls.path / "a.mp4")

    def footage(self, *spans, pace=1.0):
        path = self.path / "a.mp4"
        listed = [Span(path=path, first=a, end=b, pace=pace) for a, b in spans]
        return Footage(spans=listed, size=16, span=8)

    def test_clips_hold_frames_of_one_shot_in_order(self):
        times = torch.arange(0, 8, 2).expand(8, -1)

        drawn = self.footage((0, 20), (20, 40)).draw(times, 0, slice(None), range(8))

        self.assertEqual((drawn.shape, drawn.dtype), ((8, 4, 3, 16, 16), torch.uint8))
        shade = drawn.float().mean((2, 3, 4))
        step = shade.diff(dim=1)
        self.assertTrue((step > 4).all() and (step < 16).all(), step)

    def test_of_faster_footage_a_clip_has_as_many_frames_of_the_same_time(self):
        times = torch.arange(0, 8, 2).expand(8, -1)

        drawn = self.footage((0, 40), pace=2.0).draw(times, 0, slice(None), range(8))

        # Every fourth frame, each lighter by 5 than the one before, under any light.
        step = drawn.float().mean((2, 3, 4)).diff(dim=1)
        self.assertTrue((step > 16).all() and (step < 24).all(), step)

    def test_a_short_shot_holds_its_last_frame(self):
        times = torch.arange(0, 8, 2).expand(2, -1)

        drawn = self.footage((10, 13)).draw(times, 0, slice(None), range(8))

        self.assertTrue(torch.equal(drawn[:, 2], drawn[:, 3]))
        self.assertFalse(torch.equal(drawn[:, 0], drawn[:, 1]))

    def test_rows_of_a_batch_are_those_of_the_whole(self):
        times = torch.arange(4).expand(4, -1)
        footage = self.footage((0, 40))

        whole, half = (
            footage.draw(times, 5, r, range(4)) for r in (slice(None), slice(1, 3))
        )

        self.assertTrue(torch.equal(whole[1:3], half))

    def test_steps_that_share_a_seed_see_other_crops_of_stretches_read_once(self):
        times = torch.arange(4).expand(3, -1)
        footage = self.footage((0, 40))

        one, two = (
            footage.draw(times, seed, slice(None), (1, 2, 3)) for seed in (5, 6)
        )
        read = len(footage.stretches.kept)
        elsewhere = footage.draw(times, 5, slice(None), (4, 5, 6))

        self.assertEqual(read, 3)
        self.assertGreater(len(footage.stretches.kept), 3)
        self.assertFalse(torch.equal(one, two))
        self.assertFalse(torch.equal(one, elsewhere))

    def test_what_was_read_is_dropped_when_there_is_too_much_of_it(self):
        stretches = Stretches(low=24)

        with patch.object(reading, "KEPT", 2 * 4 * 3 * 24 * 32):
            for first in (0, 4, 8, 0):
                found = stretches.take(self.path / "a.mp4", first, first + 4)

        self.assertEqual(found.shape, (4, 3, 24, 32))
        firsts = [first for _, first, _ in stretches.kept]
        self.assertEqual(firsts, [8, 0])

    def test_a_folder_s_films_are_shots_unless_it_lists_them(self):
        self.assertEqual([(e.first, e.end) for e in shots_in(self.path)], [(0, 40)])
        listed = self.path / "shots.json"
        listed.write_text(json.dumps({"a.mp4": [[0, 9], [9, 40]]}))
        self.addCleanup(listed.unlink)

        found = shots_in(self.path)

        self.assertEqual([(e.first, e.end) for e in found], [(0, 9), (9, 40)])

    def test_what_cannot_be_read_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaisesRegex(NoFootage, "no film in"):
                shots_in(Path(folder))
            (Path(folder) / "bad.mp4").write_bytes(b"not a film")
            with self.assertRaisesRegex(NoFootage, r"bad\.mp4 cannot be read"):
                shots_in(Path(folder))
            (Path(folder) / "shots.json").write_text("[1]")
            with self.assertRaisesRegex(NoFootage, "does not list shots"):
                shots_in(Path(folder))
        with self.assertRaisesRegex(NoFootage, "no shot to learn from"):
            Footage(spans=[], size=16, span=8)


class Plain:
    """Clips of one shade."""

    def __init__(self, shade):
        self.shade = shade

    def draw(self, times, seed, rows, shared):
        many = len(range(*rows.indices(len(times))))
        return torch.full((many, times.shape[1], 3, 4, 4), self.shade).to(torch.uint8)


class MixedTests(unittest.TestCase):
    def shades(self, rows, share=0.25):
        mixed = Mixed(first=Plain(1), rest=Plain(2), share=share)
        return mixed.draw(torch.zeros(8, 2), 0, rows, range(8))[:, 0, 0, 0, 0].tolist()

    def test_a_share_of_every_batch_is_drawn_whoever_draws_which_rows(self):
        self.assertEqual(self.shades(slice(None)), [1, 1, 2, 2, 2, 2, 2, 2])
        self.assertEqual(self.shades(slice(1, 4)), [1, 2, 2])
        self.assertEqual(self.shades(slice(4, 8)), [2, 2, 2, 2])

    def test_a_share_of_all_or_none_is_no_mixture(self):
        for share in (0, 1, 1.5):
            with self.assertRaisesRegex(ValueError, "between 0 and 1"):
                self.shades(slice(None), share)


class WithoutDecordTests(unittest.TestCase):
    def test_footage_without_its_reader_says_what_to_install(self):
        with (
            patch.dict("sys.modules", {"decord": None}),
            self.assertRaisesRegex(NoFootage, "pip install decord"),
        ):
            opened(Path("any.mp4"))
