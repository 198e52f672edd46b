"""What a plan of pretraining has to be, for forms: the web process loads no torch.

`mlcore.videomae.plan` decides in the end; a test holds that both refuse the same.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PLANS = (
    *("tpl4", "tpl4-one-cosine", "tpl4-two-cosines", "tpl2", "tpl3", "tpl5"),
    *("single", "cooldown2", "plain", "found"),
)
"""Those worth training for use; `mlcore.videomae.plan` has controls, too."""
SCHEDULES = ("restarts", "two", "one", "cooldown")
ORDERS = ("progressive", "reversed", "shuffled")
PARTS = ("stages", "schedule", "order", "warm")
SHAPES = ("toy", "little", "tiny", "small", "base", "large", "huge")
COMPONENT_SHAPES = ("small", "cpu", "gpu")
"""Of encoders of editing components; `mlcore.components.learning.shapes` has one more,
for weights that have to be placed."""
LONGEST = 16
"""Frames of the longest clip of every shape."""
ROUNDING = 1e-6


def check_plan(plan: Any) -> None:
    """Raise ValueError, one sentence, for what is no plan."""
    if isinstance(plan, str):
        if plan not in PLANS:
            raise ValueError(f"{plan!r} is no plan; there are {', '.join(PLANS)}.")
        return
    stages = plan.get("stages") if isinstance(plan, dict) else None
    if not isinstance(stages, list) or not stages:
        raise ValueError("A plan is a name, or has a list of stages.")
    _check_course(plan)
    for number, stage in enumerate(stages, start=1):
        _check_stage(number, stage)
    frames = [stage["frames"] for stage in stages]
    if sorted(set(frames)) != frames:
        raise ValueError(
            f"The frames of a plan must grow from stage to stage, not {_list(frames)}."
        )
    if frames[-1] != LONGEST:
        raise ValueError(
            f"The last stage must have clips of {LONGEST} frames, not {frames[-1]}."
        )
    total = sum(stage["share"] for stage in stages)
    if abs(total - 1) > ROUNDING:
        shares = _list(stage["share"] for stage in stages)
        raise ValueError(
            f"The shares of a plan must add up to 1; {shares} make {total:g}."
        )


def plan_of(text: str) -> Any:
    """Return what a plan's name, a JSON file or JSON itself says; a name stays one.

    Raises ValueError, one sentence, for a file that cannot be read, or what is not JSON;
    whether it is a plan says `check_plan`.
    """
    written, named = text, repr(text[:200])
    if not text.lstrip().startswith("{"):
        if text in PLANS:
            return text
        try:
            written = Path(text).read_text()
        except FileNotFoundError:
            return text
        except (OSError, ValueError) as error:  # of the system, or no text
            reason = getattr(error, "strerror", None) or "it is no text"
            raise ValueError(f"{named} cannot be read: {reason}.") from None
    try:
        return json.loads(written)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{named} is not JSON: {error}.") from None


def _check_course(plan: dict[str, Any]) -> None:
    """How the rate goes, and in which order the stages come; all of it may be left out."""
    if others := [repr(each) for each in plan if each not in PARTS]:
        raise ValueError(f"A plan has {', '.join(PARTS)}, not {', '.join(others)}.")
    for name, known in (("schedule", SCHEDULES), ("order", ORDERS)):
        if (said := plan.get(name, known[0])) not in known:
            raise ValueError(
                f"{said!r} is no {name} of a plan; there are {', '.join(known)}."
            )
    warm = plan.get("warm", 0.05)
    if type(warm) not in (int, float) or not 0 < warm < 1:
        raise ValueError(f"The warm of a plan lies between 0 and 1, not {warm!r}.")
    if plan.get("order") == "shuffled" and plan.get("schedule") != "one":
        raise ValueError("Shuffled stages have no ends: their schedule is `one`.")


def _check_stage(number: int, stage: Any) -> None:
    if not isinstance(stage, dict) or set(stage) != {
        *("frames", "share", "batch", "rate"),
    }:
        raise ValueError(f"Stage {number} needs frames, share, batch and rate.")
    whole = (stage["frames"], stage["batch"])
    if not all(type(each) is int and each >= 1 for each in whole):
        raise ValueError(
            f"Frames and batch of stage {number} are whole numbers from 1."
        )
    if stage["frames"] != 1 and stage["frames"] % 2:
        raise ValueError(f"Clips of stage {number} have 1 frame or an even number.")
    shares = (stage["share"], stage["rate"])
    if not all(type(each) in (int, float) and 0 < each <= 1 for each in shares):
        raise ValueError(f"Share and rate of stage {number} lie above 0 and up to 1.")


def _list(numbers: Any) -> str:
    return ", ".join(f"{each:g}" for each in numbers)
