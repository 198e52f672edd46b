"""Retraining: schedules, runs with their losses, what is live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from catalog.churn import churn_of, moves
from catalog.htmx import PageRequest, render_part
from catalog.models import EncoderVersion, RetrainSchedule, TrainingRun
from catalog.models.productions import sees_everything
from catalog.services import (
    Refused,
    cancel_run,
    dry_run,
    is_switched,
    resume_run,
    run_now,
)
from catalog.views.access import admins_post, editors_only
from catalog.views.steering import done

if TYPE_CHECKING:
    from django.http import HttpResponse

CLIP = EncoderVersion.Family.CLIP
RUNS = 15
WIDE, HIGH = 600, 160
"""Of the plot, in its own units."""


@dataclass(frozen=True, slots=True)
class Plot:
    """The losses of a run as a line, the first step on the left, the least at the foot."""

    points: str
    stages: list[tuple[str, str]]
    """Where clips grow: place across, and how many frames they have from there."""
    highest: float
    lowest: float
    last: float
    steps: int


@editors_only
@require_safe
def retraining(request: PageRequest) -> HttpResponse:
    """Schedules, runs and what is live; asks again while something is trained."""
    rows = TrainingRun.objects.select_related("job", "schedule", "version")
    # The list asks again while something is trained, and shows neither of the two.
    runs = list(rows.defer("frozen", "losses", "motion_losses")[:RUNS])
    actives = EncoderVersion.objects.actives()
    live = [each for each in actives if is_switched(each.family)]
    context = {
        "schedules": RetrainSchedule.objects.all(),
        "foreseen": _foreseen(request),
        "runs": runs,
        "working": any(not run.is_over for run in runs),
        "live": live,
        "without": [] if any(each.family == CLIP for each in live) else [CLIP],
        "may_decide": sees_everything(request.user),
    }
    return render_part(request, "retraining.html", context, part="retraining")


@editors_only
@require_safe
def run_detail(request: PageRequest, run_id: int) -> HttpResponse:
    """One run: what it learns from, how it goes, what was decided and would change."""
    rows = TrainingRun.objects.select_related("job", "schedule", "version")
    run = get_object_or_404(rows, pk=run_id)
    frozen, churn = run.frozen, churn_of(run.version)
    context = {
        "run": run,
        "plots": [
            (word, plot)
            for word, losses in (
                ("Loss", run.losses),
                ("Loss of motion", run.motion_losses),
            )
            if (plot := plot_of(losses)) is not None
        ],
        "shots": sum(map(len, frozen.get("shots", {}).values())),
        "titles": len(frozen.get("shots", {})),
        "held_out": len(frozen.get("held_out", {})),
        "churn": churn,
        "moves": moves(churn, request.user),
        "working": not run.is_over,
        "may_decide": sees_everything(request.user),
    }
    return render_part(request, "retraining_run.html", context, part="run")


@admins_post
def start(request: PageRequest, schedule_id: int) -> HttpResponse:
    """Run a schedule now."""
    schedule = get_object_or_404(RetrainSchedule, pk=schedule_id)
    return done(request, lambda: run_now(schedule, user=request.user), "retraining")


@admins_post
def cancel(request: PageRequest, run_id: int) -> HttpResponse:
    """Stop a run at its next step, or half a second on."""
    run = get_object_or_404(TrainingRun, pk=run_id)
    return done(request, lambda: cancel_run(run), "retraining-run", run_id)


@admins_post
def resume(request: PageRequest, run_id: int) -> HttpResponse:
    """Go on with a run that was cancelled or failed."""
    run = get_object_or_404(TrainingRun, pk=run_id)
    return done(request, lambda: resume_run(run), "retraining-run", run_id)


def plot_of(losses: list[tuple[int, int, float]]) -> Plot | None:
    """Return the line of [step, frames, loss] rows; None before there are two."""
    if len(losses) < 2:
        return None
    first, last = losses[0][0], losses[-1][0]
    values = [loss for _, _, loss in losses]
    lowest, highest = min(values), max(values)

    def across(step: int) -> str:
        return f"{WIDE * (step - first) / max(1, last - first):.1f}"

    def down(loss: float) -> str:
        return f"{HIGH * (highest - loss) / ((highest - lowest) or 1):.1f}"

    stages: dict[int, str] = {}
    for step, frames, _ in losses:
        stages.setdefault(frames, across(step))
    return Plot(
        points=" ".join(f"{across(step)},{down(loss)}" for step, _, loss in losses),
        stages=[(place, f"{frames}") for frames, place in stages.items()],
        highest=highest,
        lowest=lowest,
        last=values[-1],
        steps=last + 1,
    )


def _foreseen(request: PageRequest) -> dict[str, Any] | None:
    word = request.GET.get("dry", "")
    if not word.isdecimal() or len(word) > 18:
        return None
    schedule = RetrainSchedule.objects.filter(pk=int(word)).first()
    if schedule is None:
        return None
    try:
        return {"schedule": schedule, "would": dry_run(schedule)}
    except Refused as refused:
        return {"schedule": schedule, "refused": str(refused)}
