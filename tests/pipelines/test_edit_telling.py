"""What is foretold, how it falls, and what is said where memory is too small for it."""

import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch

from catalog.back_ends import COMPOSITE, TOY
from mlcore.editing.backends.vace import VaceConfig, load_vace
from mlcore.editing.order import EditOrder, TooMany
from mlcore.editing.stages import NoShelf
from pipelines.editing.back_ends import load_back_end
from pipelines.editing.telling import Gone, shares_of
from tests.edits import HIGH, SIDE, WIDE, corner, pictures
from tests.mlcore.editing.placed import place_vace


def asked(frames: int, *, marked: bool = True, small: bool = False) -> EditOrder:
    """An order of the film's first frames."""
    every = 3 if small else 1
    clip = np.stack(list(pictures())[:frames])[:, ::every, ::every]
    region = np.zeros((frames, HIGH, WIDE), bool)
    for frame in range(frames):
        x, y = corner(frame)
        region[frame, y : y + SIDE, x : x + SIDE] = True
    region = np.ascontiguousarray(region[:, ::every, ::every])
    picture = np.zeros((4, 32, 32), np.uint8)
    picture[:, 8:24, 8:24] = 200
    return EditOrder(
        frames=torch.from_numpy(clip.transpose(0, 3, 1, 2).copy()),
        picture=torch.from_numpy(picture),
        source_prompt="a red square",
        target_prompt="a blue disc",
        region=torch.from_numpy(region) if marked else None,
        steps=4,
    )


def gone_while(back_end, order: EditOrder) -> list[float]:
    """The share of the work that is done, at every step of an edit."""
    gone, seen = Gone(shares_of(back_end, order)), []

    def hear(stage: str, done: int, of: int) -> None:
        gone.hear(stage, done / of)
        seen.append(gone.share)

    back_end.edit(order, hear)
    return seen


class GoneTests(unittest.TestCase):
    def test_what_is_left_falls_to_nothing_and_never_rises(self):
        for key, marked in ((COMPOSITE, True), (TOY, True), (TOY, False)):
            with self.subTest(key, marked=marked):
                order = asked(11, marked=marked)
                back_end = load_back_end(key, NoShelf()).back_end
                gone = gone_while(back_end, order)
                self.assertEqual(gone, sorted(gone))
                self.assertGreater(len(set(gone)), 10)
                self.assertAlmostEqual(gone[-1], 1.0, delta=0.001)

    def test_a_network_s_stages_share_the_work_as_its_passes_do(self):
        back_end = load_back_end(TOY, NoShelf()).back_end

        found, given = (shares_of(back_end, asked(11, marked=m)) for m in (False, True))

        self.assertAlmostEqual(sum(found.values()), 1, delta=0.001)
        self.assertEqual(given["regions"], 0)
        self.assertGreater(found["regions"], 0)
        # 40 steps of tuning, forth and back, of 8 frames; 4 of inversion, each mended
        # once, of two chunks that overlap, 14 frames, and of the one that leads the second.
        ratio = given["tuning"] / given["inversion"]
        self.assertAlmostEqual(ratio, 3 * 40 * 8 / (4 * 2 * 15), delta=0.01)

    def test_stages_of_an_earlier_attempt_count_as_soon_as_a_later_one_is_heard(self):
        gone = Gone({"tuning": 0.5, "inversion": 0.2, "sampling": 0.3})

        gone.hear("sampling", 0.5)

        self.assertAlmostEqual(gone.share, 0.65)


class LeftTests(unittest.TestCase):
    """Of 100 seconds that were foretold: 60 of tuning, 40 of sampling."""

    def setUp(self):
        self.now = 0.0
        shares = {"tuning": 0.6, "sampling": 0.4}
        self.gone = Gone(shares, 100.0, lambda: self.now)

    def goes(self, stage: str, seconds: float, steps: int, begin: int = 1) -> None:
        """Go on with a stage to its last of so many steps, each in so many seconds."""
        for done in range(begin, steps + 1):
            self.now += seconds
            self.gone.hear(stage, done / steps)

    def test_before_anything_is_done_it_is_what_was_foretold(self):
        self.assertAlmostEqual(self.gone.left, 100)

    def test_it_follows_the_pace_of_the_stage_and_of_those_before(self):
        self.gone.hear("tuning", 0.0)
        # Half of what was foretold.
        self.goes("tuning", 0.5, 60)
        self.assertAlmostEqual(self.gone.left, 20, delta=1)
        # Twice of it: first the others' pace counts, then its own.
        self.gone.hear("sampling", 0.0)
        self.goes("sampling", 2.0, 40)
        self.assertAlmostEqual(self.gone.left, 0)

        self.gone = Gone({"tuning": 0.6, "sampling": 0.4}, 100.0, lambda: self.now)
        self.gone.hear("tuning", 0.0)
        self.goes("tuning", 0.5, 60)
        self.gone.hear("sampling", 0.0)
        for done in range(1, 21):
            self.now += 2.0
            self.gone.hear("sampling", done / 40)
        self.assertAlmostEqual(self.gone.left, 40, delta=4)

    def test_what_an_earlier_attempt_has_done_is_no_pace(self):
        self.now += 5
        self.gone.hear("sampling", 0.5)
        self.assertAlmostEqual(self.gone.left, 20)

    def test_work_that_was_not_foretold_is_no_pace_of_what_was(self):
        self.gone.hear("tuning", 0.0)
        self.now += 500
        self.gone.hear("tracking", 1.0)
        self.goes("tuning", 1.0, 60)
        self.assertAlmostEqual(self.gone.left, 40)


def only_for(network: torch.nn.Module, frames: int, axis: int) -> None:
    """Let a network run out of memory where it sees more frames than so many."""

    def look(_network, args, kwargs):
        seen = kwargs["hidden_states"] if "hidden_states" in kwargs else args[0]
        if seen.shape[axis] > frames:
            raise torch.OutOfMemoryError("CUDA out of memory.")

    network.register_forward_pre_hook(look, with_kwargs=True)


class MemoryTests(unittest.TestCase):
    def vace(self, latent_frames: int):
        """VACE that makes 9 frames at once, with memory for so many of its codec."""
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        place_vace(Path(folder.name))
        config = VaceConfig(at_once=9, overlap=2, longest=32)
        back_end = load_vace(Path(folder.name), config=config)
        only_for(back_end.pipeline.transformer, latent_frames, 2)
        return back_end

    def test_so_many_frames_as_are_said_to_fit_do(self):
        # A reference, the first frame, and one that stands for four.
        back_end = self.vace(3)
        with self.assertRaisesRegex(TooMany, "^8 frames at once .* 5 may") as raised:
            back_end.edit(asked(24, small=True))

        back_end.take(raised.exception.fewer)

        self.assertEqual(len(back_end.edit(asked(24, small=True)).frames), 24)
