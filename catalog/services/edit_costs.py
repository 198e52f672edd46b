"""What an edit will take, before it is asked for: what earlier ones took here, scaled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from catalog.back_ends import BACK_ENDS
from catalog.models import EditJob, Job

if TYPE_CHECKING:
    from catalog.back_ends import BackEnd
    from catalog.models import Title

THEN = "Its worker tries a few frames before it begins, and says then."
TUNING, REGIONS, SAMPLING = "tuning", "regions", "sampling"
"""Stages of the networks that grow otherwise than by frames and steps"""


@dataclass(frozen=True, kw_only=True)
class EditPlan:
    """What of an edit has to do with how long it takes."""

    back_end: str
    title: Title
    frames: int
    steps: int
    strength: float = 1.0
    marked: bool = True
    """Whether a region is given"""


@dataclass(frozen=True, kw_only=True)
class Foretold:
    """What an edit would take."""

    frames: int
    seconds: float | None
    """None: nothing like it was measured here"""
    words: str
    """Where the number comes from, or why there is none and when there will be"""
    before: int
    """Jobs that wait or run in the same queue"""


def foretell_edit(plan: EditPlan) -> Foretold:
    """Say what an edit would take, by the last of its back-end on the device that takes it."""
    queue = Job.objects.filter(queue="gpu")
    before = queue.unfinished().count()
    back_end = BACK_ENDS[plan.back_end]
    # The worker that would take it is the one that began the last.
    worker = queue.exclude(device="").order_by("-started_at").first()
    device = worker.device if worker is not None else None
    found = _measured(plan, device) or _tried(plan, device)
    if found is None:
        words = f"{_lacking(back_end, device)} {THEN}"
        return Foretold(frames=plan.frames, seconds=None, words=words, before=before)
    last, took, came = found
    seconds = _scaled(plan, last, took)
    words = f"{came}, scaled by {_by(back_end)}."
    sought = not plan.marked and not back_end.needs_region
    if sought and not took["stages"].get(REGIONS):
        words += " Finding the region comes on top of it."
    return Foretold(frames=plan.frames, seconds=seconds, words=words, before=before)


Found = tuple[EditJob, dict[str, Any], str]
"""An edit, its seconds, frames and seconds by stage, and where they come from"""


def _measured(plan: EditPlan, device: str | None) -> Found | None:
    """The newest finished one; rather one that was marked, or not, as this one is."""
    done = EditJob.objects.measured(plan.back_end).select_related("title")
    if device is not None:
        done = done.filter(outcome__spent__device=device)
    free = EditJob.Region.NONE
    alike = done.exclude(region=free) if plan.marked else done.filter(region=free)
    last = alike.first() or done.first()
    if last is None:
        return None
    spent = last.outcome["spent"]
    took = {"stages": {}, **spent}
    return last, took, f"As edit {last.pk} took on {spent['device']}"


def _tried(plan: EditPlan, device: str | None) -> Found | None:
    """The newest that its worker foretold there, though it did not come to its end."""
    told = EditJob.objects.filter(
        back_end=plan.back_end, estimate__seconds_a_frame__gt=0
    ).select_related("title")
    if device is not None:
        told = told.filter(estimate__device=device)
    last = told.first()
    if last is None:
        return None
    estimate = last.estimate
    seconds = estimate["frames"] * estimate["seconds_a_frame"]
    shares = estimate.get("shares", {})
    stages = {stage: share * seconds for stage, share in shares.items()}
    took = {"seconds": seconds, "frames": estimate["frames"], "stages": stages}
    return last, took, f"As edit {last.pk} was foretold on {estimate['device']}"


def _scaled(plan: EditPlan, last: EditJob, took: dict[str, Any]) -> float:
    back_end = BACK_ENDS[plan.back_end]
    pixels = _pixels(plan.title, back_end) / max(1, _pixels(last.title, back_end))
    frames = plan.frames / took["frames"]
    steps = plan.steps / last.steps if back_end.takes_steps else 1.0
    strength = plan.strength / last.strength if back_end.takes_steps else 1.0
    at_once = back_end.at_once or took["frames"]
    tuned = min(plan.frames, at_once) / min(took["frames"], at_once)
    grows = {
        TUNING: tuned,
        REGIONS: 0.0 if plan.marked else frames * steps,
        SAMPLING: frames * steps * strength,
    }
    stages: dict[str, float] = took["stages"]
    other = max(0.0, took["seconds"] - sum(stages.values())) if stages else 0.0
    # Without stages told, all of it grows as most of it does.
    known = stages or {"": took["seconds"]}
    grown = sum(each * grows.get(name, frames * steps) for name, each in known.items())
    seconds: float = pixels * (grown + other * frames)
    return seconds


def _pixels(title: Title, back_end: BackEnd) -> float:
    """How many of a frame are computed: networks make large pictures smaller."""
    wide, high = (title.probe.get(f"display_{side}", 0) for side in ("width", "height"))
    longest = back_end.longest or max(wide, high)
    return float(wide * high * min(1.0, longest / max(1, wide, high)) ** 2)


def _by(back_end: BackEnd) -> str:
    names = ["frames"]
    names += ["steps", "strength"] if back_end.takes_steps else []
    return f"{', '.join(names)} and pixels"


def _lacking(back_end: BackEnd, device: str | None) -> str:
    others = EditJob.objects.measured(back_end.key).first()
    if others is None or device is None:
        return f"Unknown: no edit by {back_end.name} was measured here."
    was = others.outcome["spent"]["device"]
    return f"Unknown on {device}; edits by {back_end.name} were measured on {was}."
