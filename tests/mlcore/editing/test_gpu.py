"""What only a GPU shows; run on a machine that has one.

python3 -m unittest tests.mlcore.editing.test_gpu
"""

import gc
import os
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

import torch

from mlcore.clock import clock_of
from mlcore.editing.backends.toy import load_toy, toy_config
from mlcore.editing.edit import GuidedEdit
from mlcore.editing.network.tuning import TuningConfig, tuned_parameters
from mlcore.editing.order import Edited, EditOrder, Impossible
from mlcore.editing.stages import FolderShelf
from mlcore.editing.weights import TOY
from mlcore.editing.world import EditingWorld
from tests.mlcore.editing.small import chance

# As the worker has it.
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
MEGABYTE = 2**20
QUICK = replace(toy_config(32), tuning=TuningConfig(steps=4, rate=3e-4))


def an_order(frames: int) -> EditOrder:
    world, drawn = EditingWorld(), chance(3)
    source = world.draw(1, frames, drawn)
    others = world.other_things(source.things, drawn)
    return EditOrder(
        frames=(source.frames[0] * 255).round().to(torch.uint8),
        picture=(world.pictures(others, drawn)[0] * 255).round().to(torch.uint8),
        source_prompt=source.things.prompts[0],
        target_prompt=others.prompts[0],
        steps=6,
    )


@unittest.skipUnless(torch.cuda.is_available(), "there is no GPU")
class GpuTests(unittest.TestCase):
    order: EditOrder
    edited: Edited

    @classmethod
    def setUpClass(cls):
        cls.order = an_order(12)
        cls.edited = by().edit(cls.order)

    def test_the_same_order_gives_the_same_pixels(self):
        again = by().edit(self.order)
        self.assertGreater(again.share, 0)
        self.assertTrue(torch.equal(again.frames, self.edited.frames))

    def test_after_a_kill_it_goes_on_to_the_same_pixels(self):
        with tempfile.TemporaryDirectory() as folder:
            for ends_in in ("inversion", "regions", "sampling"):
                with self.subTest(ends_in), self.assertRaises(InterruptedError):
                    by(folder).edit(self.order, killed_in(ends_in))
            # Tuning, and of the first of two chunks inversion and regions.
            self.assertEqual(len(list(Path(folder).iterdir())), 3)
            finished = by(folder).edit(self.order)
        self.assertTrue(torch.equal(finished.frames, self.edited.frames))

    def test_seconds_are_those_until_the_gpu_has_done_it(self):
        device = torch.device("cuda")
        clock = clock_of(device)
        much = torch.ones(8192, 8192, device=device)
        much @ much
        began, events = clock(), [torch.cuda.Event(enable_timing=True) for _ in "ab"]
        events[0].record()
        for _ in range(20):
            much @ much
        events[1].record()
        taken = clock() - began
        by_itself = events[0].elapsed_time(events[1]) / 1000
        self.assertGreater(taken, 0.9 * by_itself)


@unittest.skipUnless(torch.cuda.is_available(), "there is no GPU")
class GpuMemoryTests(unittest.TestCase):
    def test_it_says_how_many_frames_may_fit_until_they_do(self):
        """As somebody would who does what it says, with 160 MB beyond the weights."""
        guided = by()
        before = tuned(guided)
        with limited_to(torch.cuda.memory_allocated() + 160 * MEGABYTE):
            frames, refused = 128, []
            while (edited := self.tried(guided, frames, refused)) is None:
                frames = int(refused[-1].split(": ")[1].split()[0])
        self.assertIn("128 frames at once do not fit into memory: 64 may", refused[0])
        self.assertEqual(len(edited.frames), frames)
        for name, parameter in tuned(guided).items():
            self.assertTrue(torch.equal(parameter, before[name]), name)
        # The limit gone, the same back-end edits what it refused.
        order = an_order(128)
        guided.config = replace(QUICK, at_once=128)
        self.assertEqual(guided.edit(order).frames.shape, order.frames.shape)

    def tried(
        self, guided: GuidedEdit, frames: int, refused: list[str]
    ) -> Edited | None:
        guided.config = replace(QUICK, at_once=frames)
        try:
            return guided.edit(an_order(frames))
        except Impossible as error:
            self.assertIsInstance(error.__cause__, torch.OutOfMemoryError)
            refused.append(str(error))
        return None


def by(folder: str | None = None) -> GuidedEdit:
    shelf = FolderShelf(Path(folder)) if folder else None
    return load_toy(TOY, "cuda", config=QUICK, shelf=shelf)


def killed_in(ends_in: str):
    def told(stage: str, *_: int) -> None:
        if stage == ends_in:
            raise InterruptedError

    return told


def tuned(guided: GuidedEdit) -> dict[str, torch.Tensor]:
    pairs = tuned_parameters(guided.denoiser.unet)
    return {name: each.detach().clone() for name, each in pairs}


class limited_to:  # noqa: N801  used as a function
    """This program may hold so many bytes of the GPU's memory."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __enter__(self) -> None:
        gc.collect()
        torch.cuda.empty_cache()
        there = torch.cuda.get_device_properties(0).total_memory
        torch.cuda.set_per_process_memory_fraction(self.limit / there)

    def __exit__(self, *_: object) -> None:
        torch.cuda.set_per_process_memory_fraction(1.0)


if __name__ == "__main__":
    unittest.main()
