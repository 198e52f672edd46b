"""How far an edit is, step by step, and how long what is left of it will take."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch

from catalog.back_ends import COMPOSITE, VACE
from catalog.models import EditJob

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlcore.editing.order import Backend, EditOrder
    from pipelines.jobs import Claim

TOLD_EVERY = 0.5
"""Seconds between two writes of the edit's row."""
SURE = 0.02
"""Share of all that is foretold after which a real pace counts as much as what was expected"""
TUNING = "tuning"
ONE_STAGE = {COMPOSITE: "compositing", VACE: "sampling"}
"""Of back-ends whose work is nearly all in a stage: a region is tracked before."""


@dataclass(frozen=True)
class Pace:
    """Seconds that work took, and those that were foretold for it."""

    took: float = 0.0
    foretold: float = 0.0

    def __add__(self, other: Pace) -> Pace:
        """Return that of both."""
        return Pace(self.took + other.took, self.foretold + other.foretold)

    def beside(self, expected: float, sure: float) -> float:
        """Return times what was foretold: as expected, until about so many seconds are."""
        if not self.foretold + sure:
            return expected
        return (self.took + expected * sure) / (self.foretold + sure)


class Told:
    """Tells the job and the edit's row how far a back-end is; stops it when asked to."""

    def __init__(self, claim: Claim, edit: EditJob) -> None:
        self._claim, self._edit = claim, edit
        self._at, self._stage = 0.0, ""
        told = edit.estimate
        whole = told.get("frames", 0) * told.get("seconds_a_frame", 0.0)
        self._gone = Gone(told.get("shares", {}), whole)

    def step(self, stage: str, done: int, of: int) -> None:
        """Hear of a step. Raises Cancelled or LostClaim where the edit should end."""
        self._gone.hear(stage, done / max(1, of))
        if stage != self._stage or time.monotonic() - self._at >= TOLD_EVERY:
            self._stage, self._at = stage, time.monotonic()
            with self._claim.writing():
                EditJob.objects.filter(pk=self._edit.pk).update(
                    stage=stage, step=done, step_count=of, estimate=self._estimate()
                )
        self._claim.progress(done / max(1, of), f"{stage} {done} of {of}")

    def _estimate(self) -> dict[str, object]:
        told = self._edit.estimate
        if not told:
            # It is being foretold.
            return {}
        return {**told, "left": round(self._gone.left, 3)}


class Gone:
    """Which share of all the work is done, which never falls, and the seconds that are left.

    Stages come again with every chunk of frames, and those that an earlier attempt has
    finished are not heard of. `whole` are the seconds that were foretold.
    """

    def __init__(
        self,
        shares: dict[str, float],
        whole: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._shares, self._whole, self._clock = shares, whole, clock
        self._far = dict.fromkeys(shares, 0.0)
        self._paces: dict[str, Pace] = {}
        self._heard_at = clock()

    def hear(self, stage: str, far: float) -> None:
        """Hear how far, 0..1, a stage is in all chunks together."""
        now = self._clock()
        took, self._heard_at = now - self._heard_at, now
        if stage not in self._far:
            return
        if stage in self._paces:
            gone = self._shares[stage] * max(0.0, far - self._far[stage])
            self._paces[stage] += Pace(took, gone * self._whole)
        else:
            # How much of it an earlier attempt has done is not known before.
            self._paces[stage] = Pace()
        self._far[stage] = max(self._far[stage], far)
        if stage != TUNING and TUNING in self._far:
            # It is over before anything else begins.
            self._far[TUNING] = 1.0

    @property
    def share(self) -> float:
        """Return it, 0..1."""
        return sum(self._shares[stage] * far for stage, far in self._far.items())

    @property
    def left(self) -> float:
        """Return seconds: what was foretold, by the pace of each stage, else of all so far."""
        sure = SURE * self._whole
        so_far = sum(self._paces.values(), Pace()).beside(1.0, sure)
        return sum(
            self._shares[stage]
            * (1 - far)
            * self._whole
            * self._paces.get(stage, Pace()).beside(so_far, sure)
            for stage, far in self._far.items()
        )


def shares_of(back_end: Backend, order: EditOrder) -> dict[str, float]:
    """Return which share of the work each stage is, by passes of the network.

    Together 1. What is not counted in passes (a codec, laying over) goes along with them.
    """
    if back_end.name in ONE_STAGE:
        return {ONE_STAGE[back_end.name]: 1.0}
    # Diffusers takes seconds to import, and the composite does without.
    from mlcore.editing.edit import GuidedEdit  # noqa: PLC0415
    from mlcore.editing.prepared import Prepared  # noqa: PLC0415

    if not isinstance(back_end, GuidedEdit):
        return {}
    config = back_end.config
    prepared = Prepared(order, back_end.denoiser, config)
    whole = prepared.passes()
    prepared.config = replace(config, tuning=replace(config.tuning, steps=0))
    tuning = whole - prepared.passes()
    prepared.config = replace(config, refined=config.refined + 1)
    inverting = (prepared.passes() - whole) * (1 + config.refined)
    prepared.config = config
    marked = torch.ones(1, 1, 1, dtype=torch.bool)
    size = (len(order.frames), *order.frames.shape[2:])
    prepared.order = replace(order, region=marked.expand(size))
    finding = whole - prepared.passes()
    passes = {TUNING: tuning, "inversion": inverting, "regions": finding}
    passes["sampling"] = whole - sum(passes.values())
    return {stage: round(many / whole, 4) for stage, many in passes.items()}
