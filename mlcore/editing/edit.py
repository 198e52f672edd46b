"""The whole of an image-guided edit: tune, invert, find regions, sample, lay over.

t: frames of a chunk, H, W: picture, h, w: latents
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import torch
from torch import Tensor

from mlcore.checkpoint import Tensors
from mlcore.clock import Clock, clock_of
from mlcore.editing.chunks import joined
from mlcore.editing.correction import check_block
from mlcore.editing.exact import exactly
from mlcore.editing.inversion import Inverted, invert
from mlcore.editing.memory import together, within_memory
from mlcore.editing.network.denoiser import Denoiser, Told, one_by_one
from mlcore.editing.network.tuning import tune, tuned_parameters
from mlcore.editing.order import (
    FORETELLING,
    Cost,
    Edited,
    EditOrder,
    Progress,
    laid_over,
)
from mlcore.editing.prepared import EditConfig, Prepared
from mlcore.editing.regions import binarised, feathered, fitted, heat
from mlcore.editing.sampling import Aim, sample
from mlcore.editing.sizes import sized
from mlcore.editing.stages import NoShelf, Shelf, left_by


class GuidedEdit:
    """The back-end that is the source's method, with whichever denoiser it is given.

    The denoiser is inflated, and is after each edit as it was before. Raises ValueError
    where it has no such block as the correction compares.
    """

    def __init__(
        self,
        denoiser: Denoiser,
        config: EditConfig,
        *,
        name: str,
        shelf: Shelf | None = None,
        clock: Clock | None = None,
    ) -> None:
        if config.correction.form != "off":
            check_block(denoiser.unet, config.correction.block)
        self.denoiser, self.config, self.name = denoiser, config, name
        self.shelf = shelf or NoShelf()
        self.clock = clock or clock_of(next(denoiser.parameters()).device)

    @exactly()
    @torch.no_grad()
    def cost(self, order: EditOrder, told: Progress | None = None) -> Cost:
        """Return what one pass of the network takes here for a chunk, times passes.

        Raises Impossible; TooMany where smaller chunks may do.
        """
        tell = partial(told or _nobody, FORETELLING)
        prepared = Prepared(order, self.denoiser, self.config)
        frames = len(order.frames)
        tried = prepared.frames[: self.config.at_once]
        with together(len(tried), self.config.fewer(frames)):
            still = partial(tell, 0, 2)
            latents = one_by_one(self.denoiser.encode, tried, still)
            seen = prepared.source(0)
            # The first pass is slower than those to come.
            self.denoiser.eps(latents, 1, seen)
            tell(1, 2)
            began = self.clock()
            self.denoiser.eps(latents, 1, seen)
            a_pass = (self.clock() - began) / len(latents)
            tell(2, 2)
        return Cost(frames, a_pass * prepared.passes() / frames)

    @property
    def at_once(self) -> int:
        """Frames that the network sees together."""
        return self.config.at_once

    def take(self, at_once: int) -> None:
        """See so many together from now on."""
        self.config = self.config.taking(at_once)

    def edit(self, order: EditOrder, told: Progress | None = None) -> Edited:
        """Carry it out. Raises Impossible; TooMany where smaller chunks may do."""
        alone = learning_only_for_now(self.denoiser)
        with within_memory(len(order.frames)), alone, exactly():
            prepared = Prepared(order, self.denoiser, self.config)
            return _Run(prepared, self.shelf, told or _nobody, self.clock).result()


class _Run:
    """One edit while it is made."""

    def __init__(
        self, of: Prepared, shelf: Shelf, tell: Progress, clock: Clock
    ) -> None:
        self.of, self.shelf, self.tell, self.clock = of, shelf, tell, clock
        self.denoiser, self.config, self.order = of.denoiser, of.config, of.order
        self.seconds: dict[str, float] = {}

    def result(self) -> Edited:
        """Stage after stage, chunk after chunk."""
        # What goes through the network together; all else holds the whole clip.
        frames = len(self.order.frames)
        many = min(self.config.at_once, frames)
        with together(many, self.config.fewer(frames)):
            self._tuned()
            parts = [self._chunk(place) for place in range(len(self.of.where))]
        made, region, heats = (
            joined([part[name] for part in parts], self.of.where)
            for name in ("made", "region", "heat")
        )
        size = (self.order.frames.shape[2], self.order.frames.shape[3])
        # Where one of two chunks edits a frame that both hold, it is edited.
        cover = feathered(fitted(region > 0, size), self.config.feather)
        made_bytes = (sized(made, size) * 255).round().to(torch.uint8)
        return Edited(
            frames=laid_over(self.order.frames, made_bytes, cover),
            cover=cover,
            heat=None if self.order.region is not None else heats,
            seconds=self.seconds,
        )

    def _tuned(self) -> None:
        tuned = self._timed("tuning", "tuning", self._tune)
        with torch.no_grad():
            for name, parameter in tuned_parameters(self.denoiser.unet):
                if name in tuned:
                    parameter.copy_(tuned[name])

    def _tune(self) -> Tensors:
        if not self.config.tuning.steps:
            return {}
        frames = self.of.frames
        many = min(self.config.at_once, len(frames))
        spread = torch.linspace(0, len(frames) - 1, many).round().long()
        tune(
            self.denoiser,
            frames[spread],
            self.order.source_prompt,
            self.config.tuning,
            self.of.chance("tuning"),
            lambda done, of: self.tell("tuning", done, of),
        )
        tuned = tuned_parameters(self.denoiser.unet)
        return {name: each.detach().clone() for name, each in tuned}

    def _chunk(self, place: int) -> Tensors:
        """What becomes of one chunk: "made" 0..1, "region" 0 or 1, "heat", on the processor."""
        frames = self.of.chunk(place)
        inverted = self._inverted(frames, place)
        found = self._timed(
            "regions", f"regions-{place}", lambda: self._regions(inverted, place)
        )
        region = found["region"].to(frames.device) > 0.5
        made = self._timed(
            "sampling",
            f"sampling-{place}",
            lambda: {"made": self._sampled(frames, inverted, region, place)},
        )
        led = self.of.led(place)
        return {name: each[led:].cpu() for name, each in {**found, **made}.items()}

    def _inverted(self, frames: Tensor, place: int) -> Inverted:
        def make() -> Tensors:
            source, told = self.of.source(0), self._told("inversion", place)
            still = partial(told, 0, self.order.steps)
            with torch.no_grad():
                clean = one_by_one(self.denoiser.encode, frames, still)
            inverted = invert(
                self.denoiser,
                clean,
                source,
                self.order.steps,
                told,
                refined=self.config.refined,
            )
            return {"latents": inverted.latents}

        left = self._timed("inversion", f"inversion-{place}", make)
        steps = self.denoiser.schedule.steps(self.order.steps)
        return Inverted(steps, left["latents"].to(frames.device))

    def _regions(self, inverted: Inverted, place: int) -> Tensors:
        size = (inverted.latents.shape[-2], inverted.latents.shape[-1])
        told = self._told("regions", place)
        given = self.of.given_region(size, place, partial(self.tell, "tracking"))
        if given is not None:
            return {"region": given, "heat": torch.zeros_like(given)}
        source, config = self.of.source(0), self.config.regions
        between = heat(
            self.denoiser,
            inverted,
            (source, self.of.target()),
            config,
            lambda done, of: told(done, 2 * of),
        )
        own = heat(
            self.denoiser,
            inverted,
            (source, self.of.source(1)),
            config,
            lambda done, of: told(of + done, 2 * of),
        )
        return {"region": binarised(between, config, own).float(), "heat": between}

    def _sampled(
        self, frames: Tensor, inverted: Inverted, region: Tensor, place: int
    ) -> Tensor:
        """Frames (t, 3, H, W) 0..1."""
        if not region.any():
            # Nothing differs: the source is what was asked for.
            return frames
        told, config = (
            self._told("sampling", place),
            self.config.sampling(self.order.strength),
        )
        going = config.going(self.order.steps)
        latents = sample(
            self.denoiser,
            inverted,
            Aim(self.of.target(), region, away=self.of.source(0)),
            config,
            # The same in all chunks: what is drawn goes on where the region goes.
            self.of.chance("sampling"),
            told,
        )
        with torch.no_grad():
            return one_by_one(
                self.denoiser.decode, latents, partial(told, going, going)
            )

    def _told(self, stage: str, place: int) -> Told:
        many = len(self.of.where)
        return lambda done, of: self.tell(stage, place * of + done, many * of)

    def _timed(self, stage: str, name: str, make: Callable[[], Tensors]) -> Tensors:
        began = self.clock()
        left = left_by(name, self.shelf, make)
        self.seconds[stage] = self.seconds.get(stage, 0.0) + self.clock() - began
        return left


def _nobody(_stage: str, _done: int, _of: int) -> None:
    """Hear of an edit that nobody waits for."""


@contextmanager
def learning_only_for_now(denoiser: Denoiser) -> Iterator[None]:
    """Let the block tune a network; afterwards it is as it was."""
    before = {
        name: each.detach().clone() for name, each in tuned_parameters(denoiser.unet)
    }
    try:
        yield
    finally:
        with torch.no_grad():
            for name, parameter in tuned_parameters(denoiser.unet):
                parameter.copy_(before[name])
