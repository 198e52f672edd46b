"""What a run computes on, said in one sentence where this worker does not have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from mlcore.fit import place
from pipelines.errors import PipelineError

if TYPE_CHECKING:
    from catalog.models import TrainingRun


def device_of(run: TrainingRun) -> torch.device:
    """The device that a run asks for, else what there is. Raises PipelineError."""
    return device_named(run.config["device"])


def device_named(word: str) -> torch.device:
    """The device of this name, or what there is. Raises PipelineError if it is not here."""
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
