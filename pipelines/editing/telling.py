"""How far an edit is, step by step, and how long what is left of it will take."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import torch

from catalog.back_ends import COMPOSITE, VACE
from catalog.models import EditJob

if TYPE_CHECKING:
    from mlcore.editing.order import Backend, EditOrder
    from pipelines.jobs import Claim

TOLD_EVERY = 0.5
"""Seconds between two writes of the edit's row."""
TUNING = "tuning"
ONE_STAGE = {COMPOSITE: "compositing", VACE: "sampling"}
"""Of back-ends whose work is nearly all in a stage: a region is tracked before."""


class Told:
    """Tells the job and the edit's row how far a back-end is; stops it when asked to."""

    def __init__(self, claim: Claim, edit: EditJob) -> None:
        self._claim, self._edit = claim, edit
        self._at, self._stage = 0.0, ""
        self._gone = Gone(edit.estimate.get("shares", {}))

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
        whole = told["frames"] * told["seconds_a_frame"]
        return {**told, "left": round(whole * (1 - self._gone.share), 3)}


class Gone:
    """Which share of all the work is done; it never falls.

    Stages come again with every chunk of frames, and those that an earlier attempt has
    finished are not heard of.
    """

    def __init__(self, shares: dict[str, float]) -> None:
        self._shares = shares
        self._far = dict.fromkeys(shares, 0.0)

    def hear(self, stage: str, far: float) -> None:
        """Hear how far, 0..1, a stage is in all chunks together."""
        if stage not in self._far:
            return
        self._far[stage] = max(self._far[stage], far)
        if stage != TUNING and TUNING in self._far:
            # It is over before anything else begins.
            self._far[TUNING] = 1.0

    @property
    def share(self) -> float:
        """Return it, 0..1."""
        return sum(self._shares[stage] * far for stage, far in self._far.items())


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
