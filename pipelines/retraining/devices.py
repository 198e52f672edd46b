"""What a run computes on, said in one sentence where this worker does not have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from catalog.models import TrainingRun
from mlcore.fit import place
from pipelines.errors import PipelineError

if TYPE_CHECKING:
    from pipelines.jobs import Claim


def device_for(claim: Claim) -> torch.device:
    """The device of a job's run; what there is for a version that a person puts live.

    Raises PipelineError.
    """
    run = TrainingRun.objects.filter(job=claim.job).first()
    return device_of(run) if run else place(None)


def device_of(run: TrainingRun) -> torch.device:
    """The device that a run asks for, else what there is. Raises PipelineError."""
    word = run.config["device"]
    if not _is_here(word):
        raise PipelineError(
            f"This is to run on {word}, which this worker does not have: press Retry when "
            "one runs that has it, or have the schedule name another device, and run it."
        )
    return place(word or None)


def _is_here(word: str) -> bool:
    if word in {"", "cpu"}:
        return True
    name, _, number = word.partition(":")
    known = name == "cuda" and (not number or number.isdecimal())
    return known and int(number or 0) < torch.cuda.device_count()
