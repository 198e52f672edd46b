"""An end is heard within one step, whatever a back-end is at."""

import sys
import tempfile
import unittest
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from mlcore.editing.backends.composite import Composite
from mlcore.editing.backends.vace import VaceConfig, VaceEdit, load_vace
from mlcore.editing.composite import filling, tracking
from mlcore.editing.edit import GuidedEdit
from mlcore.editing.network.inflation import inflate
from mlcore.editing.network.toy import ToyDenoiser
from mlcore.editing.order import FORETELLING, EditOrder
from tests.mlcore.editing.placed import place_vace
from tests.mlcore.editing.small import TINY, chance
from tests.mlcore.editing.test_backends import a_region
from tests.mlcore.editing.test_edit import CONFIG, an_order


class Cancelled(Exception):
    pass


class Watch:
    """What happened, in order: steps by their names, and (stage, done, of) that were told."""

    def __init__(self, end_at: int | None = None) -> None:
        self.events: list[str | tuple[str, int, int]] = []
        self.words, self.end_at = 0, end_at

    def step(self, name: str) -> None:
        self.events.append(name)

    def told(self, stage: str, done: int, of: int) -> None:
        self.events.append((stage, done, of))
        self.words += 1
        if self.words == self.end_at:
            raise Cancelled

    @property
    def stages(self) -> list[str]:
        told = [each[0] for each in self.events if isinstance(each, tuple)]
        return list(dict.fromkeys(told))

    def most_at_once(self, name: str) -> int:
        """How often a step was gone without a word in between, at most."""
        most = count = 0
        for each in self.events:
            count = 0 if isinstance(each, tuple) else count + (each == name)
            most = max(most, count)
        return most


class Watched(ToyDenoiser):
    """A tiny network that says when it is asked."""

    def __init__(self) -> None:
        super().__init__(TINY, chance())
        self.watch = Watch()
        inflate(self.eval().unet, chance())

    def said(self, z, step, tokens, picture):
        self.watch.step("pass")
        return super().said(z, step, tokens, picture)

    def encode(self, frames):
        for _ in frames:
            self.watch.step("frame")
        return super().encode(frames)

    def decode(self, latents):
        for _ in latents:
            self.watch.step("frame")
        return super().decode(latents)


class CancellingCase(unittest.TestCase):
    def check_every_end(self, work: Callable[[Watch], object]) -> Watch:
        """Wherever it is ended, no step comes after; return what happens without an end."""
        whole = Watch()
        work(whole)
        for end_at in range(1, whole.words + 1):
            ended = Watch(end_at)
            with self.assertRaises(Cancelled):
                work(ended)
            self.assertEqual(ended.events, whole.events[: len(ended.events)], end_at)
            self.assertIsInstance(ended.events[-1], tuple)
        return whole


class GuidedTests(CancellingCase):
    def setUp(self):
        self.denoiser = Watched()
        self.guided = GuidedEdit(self.denoiser, CONFIG, name="tiny")
        self.before = {
            name: each.clone() for name, each in self.denoiser.named_parameters()
        }

    def work(self, order: EditOrder) -> Callable[[Watch], object]:
        def edit(watch: Watch) -> object:
            self.denoiser.watch = watch
            return self.guided.edit(order, watch.told)

        return edit

    def test_in_every_stage_and_the_network_is_as_it_was(self):
        whole = self.check_every_end(self.work(an_order()))
        self.assertEqual(whole.stages, ["tuning", "inversion", "regions", "sampling"])
        # A step of inversion that is mended asks twice, as do regions and guidance.
        self.assertEqual(whole.most_at_once("pass"), 2)
        self.assertEqual(whole.most_at_once("frame"), 1)
        for name, each in self.denoiser.named_parameters():
            self.assertTrue(torch.equal(each, self.before[name]), name)

    def test_while_a_given_region_is_followed(self):
        region = a_region(4, 16)
        region[1:] = False
        whole = self.check_every_end(self.work(an_order(region=region)))
        self.assertIn(("tracking", 3, 3), whole.events)

    def test_while_the_cost_is_foretold(self):
        def foretell(watch: Watch) -> object:
            self.denoiser.watch = watch
            return self.guided.cost(an_order(), watch.told)

        whole = self.check_every_end(foretell)
        self.assertEqual(whole.stages, [FORETELLING])
        for step in ("pass", "frame"):
            self.assertEqual(whole.most_at_once(step), 1, step)


STEPS = {
    each.__code__: each.__name__
    for each in (tracking.moved, filling._step, filling.filled)
}


@contextmanager
def stepping(watch: Watch) -> Iterator[None]:
    """Watch the composite's own functions, as a profiler does."""

    def seen(frame, event, _argument):
        if event == "call" and frame.f_code in STEPS:
            watch.step(STEPS[frame.f_code])

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        yield
    finally:
        sys.setprofile(before)


class CompositeTests(CancellingCase):
    def setUp(self):
        region = a_region(5, 48)
        region[1:] = False
        self.order = an_order(5, 48, region=region)

    def check(self, act: Callable[[Watch], object]) -> Watch:
        def work(watch: Watch) -> None:
            with stepping(watch):
                act(watch)

        whole = self.check_every_end(work)
        for name in STEPS.values():
            self.assertEqual(whole.most_at_once(name), 1, name)
        return whole

    def test_in_every_stage(self):
        whole = self.check(lambda watch: Composite().edit(self.order, watch.told))
        self.assertEqual(whole.stages, ["tracking", "camera", "compositing"])

    def test_while_the_cost_is_foretold(self):
        whole = self.check(lambda watch: Composite().cost(self.order, watch.told))
        self.assertEqual(whole.stages, [FORETELLING])


class VaceTests(CancellingCase):
    vace: VaceEdit

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        place_vace(Path(folder.name))
        config = VaceConfig(at_once=5, overlap=1, longest=32, grow=1, feather=1)
        cls.vace = load_vace(Path(folder.name), config=config)
        region = a_region(5, 32)
        region[1:] = False
        cls.order = an_order(5, 32, region=region, steps=2, strength=0.5)

    def check(self, act: Callable[[Watch], object]) -> Watch:
        pipeline = self.vace.pipeline
        parts = pipeline.transformer, pipeline.vae.encoder, pipeline.vae.decoder

        def work(watch: Watch) -> None:
            hooks = [
                part.register_forward_pre_hook(
                    lambda each, _: watch.step(type(each).__name__)
                )
                for part in parts
            ]
            try:
                act(watch)
            finally:
                for hook in hooks:
                    hook.remove()

        scheduler = pipeline.scheduler
        whole = self.check_every_end(work)
        self.assertIs(pipeline.scheduler, scheduler)
        # Under the prompt and under none.
        for part, most in zip(parts, (2, 1, 1), strict=True):
            self.assertEqual(whole.most_at_once(type(part).__name__), most)
            self.assertFalse(part._forward_hooks)
        return whole

    def test_in_every_stage(self):
        whole = self.check(lambda watch: self.vace.edit(self.order, watch.told))
        self.assertEqual(whole.stages, ["tracking", "sampling"])

    def test_while_the_cost_is_foretold(self):
        whole = self.check(lambda watch: self.vace.cost(self.order, watch.told))
        self.assertEqual(whole.stages, [FORETELLING])
