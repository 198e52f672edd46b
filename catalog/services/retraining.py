"""Retraining: begun by the clock or by hand, and what a run would be like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.timezone import now

from catalog.footage import MOVING, FootageSplit, new_shots, split_footage
from catalog.labels import labels_of
from catalog.models import (
    ComponentEmbedding,
    EditingComponent,
    EncoderVersion,
    Job,
    RetrainSchedule,
    Shot,
    TrainingRun,
)
from catalog.services.rankings import ask_training, is_encoder, kind_of, told_gate
from catalog.services.schedules import check_schedule
from catalog.services.titles import Refused
from catalog.services.training import begin_run

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import User

CLIP, COMPONENT = EncoderVersion.Family.CLIP, EncoderVersion.Family.COMPONENT
LEAST_HELD_OUT = 3
"""Hold-out titles that a gate for encoders asks for; `mlcore.videomae.judging` says why,
and a test holds both."""


def run_now(schedule: RetrainSchedule, *, user: User | None) -> TrainingRun:
    """Ask for a run, or return the unfinished one of the family.

    Raises Refused where there is nothing to learn from.
    """
    return _begin(schedule, split_footage(), user=user)


def pretrain_now(wanted: RetrainSchedule, *, user: User | None) -> TrainingRun:
    """Ask for a run as a schedule would that is not written down.

    The unfinished one of the family is returned where it was asked for alike. Raises
    Refused where it was not, or there is nothing to learn from.
    """
    run = _begin(wanted, split_footage(), user=user)
    if (run.config, run.seed) != (_config(wanted), wanted.seed):
        raise Refused(
            f"{run} is not over and was asked for otherwise: wait for it, or "
            f"`retrain cancel {run.pk}`."
        )
    return run


@transaction.atomic
def ring_schedule(key: int, at: datetime | None = None) -> TrainingRun | None:
    """Do what the clock asks: begin a run, unless there is no need for one.

    Rung twice for one minute, or while a run of the family is unfinished, it begins none.
    What came of it stands on the schedule.
    """
    # The other of two that ring at once waits here and finds the first one's run.
    rows = RetrainSchedule.objects.select_for_update().filter(pk=key, enabled=True)
    schedule = rows.first()
    if schedule is None:
        return None
    minute = (at or now()).replace(second=0, microsecond=0)
    try:
        run = _rung(schedule, minute)
        said = f"{run} began."
    except Refused as refused:
        run, said = None, str(refused)
    schedule.said, schedule.rang_at = said[:300], now()
    schedule.save(update_fields=["said", "rang_at"])
    return run


def _rung(schedule: RetrainSchedule, minute: datetime) -> TrainingRun:
    """Raises Refused where no run is to begin."""
    if (twice := schedule.runs.filter(due_for=minute).first()) is not None:
        raise Refused(f"Rung twice; {twice} had begun.")
    same = TrainingRun.objects.filter(family=schedule.family)
    same.close_over()
    if (other := same.unfinished().first()) is not None:
        raise Refused(f"{other} was not over yet.")
    split = split_footage()
    shots = _new_shots(split, schedule.family)
    labels = _new_labels(schedule.family, _labels(schedule.family))
    if lacking := _lacking(schedule, shots, labels):
        raise Refused(lacking)
    run = _begin(schedule, split, user=schedule.made_by, due_for=minute)
    if run.schedule_id != schedule.pk:  # another schedule's, rung at the same moment
        raise Refused(f"{run} was not over yet.")
    return run


@dataclass(frozen=True, kw_only=True)
class Foreseen:
    """What a run would be like if it began now."""

    shots: int
    components: int
    """What an encoder of components learns instead of shots; else 0."""
    new_shots: int
    """Of shots, or of components."""
    titles: int
    held_out_shots: int
    held_out_titles: int
    labels: int
    new_labels: int
    seconds: float | None
    """None: no training of this shape was measured here."""
    seconds_from: str
    """What that number comes from, or why there is none."""
    lacking: str
    """Why the clock would not begin it; empty: it would."""
    undecided: str
    """What a gate would miss to decide by measure; empty: nothing."""


def dry_run(schedule: RetrainSchedule) -> Foreseen:
    """Say what a schedule would train on now, and for how long; nothing is begun."""
    split, labels = split_footage(), _labels(schedule.family)
    shots = _new_shots(split, schedule.family)
    new_labels = _new_labels(schedule.family, labels)
    seconds, source = _expected(schedule)
    missing = LEAST_HELD_OUT - len(split.held_out)
    undecided = f"{missing} more hold-out titles" if missing > 0 else ""
    if not is_encoder(schedule.family):
        undecided = labels_of(kind_of(schedule.family)).missing_to_decide()
    if schedule.family == COMPONENT:
        split, undecided = FootageSplit(), ""
    return Foreseen(
        shots=split.count(),
        components=_components(schedule.family),
        new_shots=shots,
        titles=len(split.shots),
        held_out_shots=split.count_held_out(),
        held_out_titles=len(split.held_out),
        labels=labels,
        new_labels=new_labels,
        seconds=seconds,
        seconds_from=source,
        lacking=_lacking(schedule, shots, new_labels),
        undecided=undecided,
    )


def _begin(
    schedule: RetrainSchedule,
    split: FootageSplit,
    *,
    user: User | None,
    due_for: datetime | None = None,
) -> TrainingRun:
    kept = schedule if schedule.pk else None
    told = {"schedule": kept, "due_for": due_for, "seed": schedule.seed}
    if not is_encoder(schedule.family):
        kind, config = kind_of(schedule.family), told_gate(schedule)
        job = ask_training(kind, user=user, config=config, **told)
        return TrainingRun.objects.get(job=job)
    check_schedule(schedule)
    family = schedule.family
    if family == CLIP and not split.count():
        raise Refused(
            "There is no shot to train on: no title that is ready, outside the hold-out, "
            "belongs to a production that may train."
        )
    if family == COMPONENT and not _components(family):
        raise Refused("There are no components to learn: none are listed.")
    return begin_run(
        family,
        Job.Kind.RETRAIN,
        subject={"family": family},
        user=user,
        config=_config(schedule),
        **told,
    )


def _config(schedule: RetrainSchedule) -> dict[str, Any]:
    return {
        "shape": schedule.shape,
        "plan": schedule.plan,
        "frames": schedule.frames,
        "minutes": schedule.minutes,
        "motion_steps": schedule.motion_steps,
        "device": schedule.device,
        **told_gate(schedule),
    }


def _lacking(schedule: RetrainSchedule, shots: int, labels: int) -> str:
    if shots < (wanted := schedule.least_new_shots):
        own = schedule.family == COMPONENT
        what = "components to learn" if own else "shots to train on"
        return f"{shots} new {what}, {wanted} wanted."
    if labels < (wanted := schedule.least_new_labels):
        return f"{labels} new labels, {wanted} wanted."
    return ""


def _components(family: str) -> int:
    return EditingComponent.objects.offered().count() if family == COMPONENT else 0


def _new_shots(split: FootageSplit, family: str) -> int:
    """How many shots, or components, no version of the family has learned from."""
    if family != COMPONENT:
        return new_shots(split, family)
    live = EncoderVersion.objects.actives().filter(family=family)
    known = ComponentEmbedding.objects.filter(version__in=live).values("component")
    return EditingComponent.objects.offered().exclude(pk__in=known).count()


def _labels(family: str) -> int:
    if family == COMPONENT:
        return 0
    kinds = MOVING if family == CLIP else (kind_of(family),)
    return sum(len(labels_of(kind).pairs) for kind in kinds)


def _new_labels(family: str, labels: int) -> int:
    """Of so many labels, those more than the newest finished run of the family had."""
    last = TrainingRun.objects.filter(family=family, version__isnull=False).first()
    known = last.frozen if last else {}
    pairs = known.get("pairs", [])
    for found in known.get("labels", {}).values():
        pairs = [*pairs, *found["pairs"]]
    return max(0, labels - len(pairs))


def _expected(schedule: RetrainSchedule) -> tuple[float | None, str]:
    """The seconds of all that takes long, and where they come from, or what is not known."""
    if not is_encoder(schedule.family):
        return None, "Rankings train within minutes; nothing is measured."
    same = TrainingRun.objects.filter(family=schedule.family)
    last = same.measured(schedule.shape).first()
    clip = schedule.family == CLIP
    if schedule.minutes is not None:
        training: float | None = 60 * schedule.minutes
    elif last is None or schedule.frames is None:
        return None, f"Unknown: no run of shape {schedule.shape} was measured here."
    else:
        training = _paced(last.spent, "frames", schedule.frames)
    told = last.spent if last else {}
    parts = {"training": training}
    if clip and schedule.minutes is None:
        parts["motion"] = _paced(told.get("motion"), "steps", schedule.motion_steps)
    if clip:
        shots = Shot.objects.pictures().exclude(title__proxy_key="").count()
        parts["the backfill"] = _paced(told.get("backfill"), "shots", shots)
    else:
        parts["the library"] = parts["the look at titles"] = None
    return sum(each or 0.0 for each in parts.values()), _source(schedule, last, parts)


def _paced(told: dict[str, Any] | None, unit: str, many: int) -> float | None:
    """Seconds of so many, as fast as they were; None where that was not measured."""
    if not told or not told.get(unit):
        return None
    return float(many * told["seconds"] / told[unit])


def _source(
    schedule: RetrainSchedule,
    last: TrainingRun | None,
    parts: dict[str, float | None],
) -> str:
    said = [name for name, seconds in parts.items() if seconds is not None]
    words = f"Of {' and '.join(said)}"
    if schedule.minutes is not None:
        words += ", whose budget is a time" if len(said) == 1 else ", by the budget"
    if last is not None and (schedule.minutes is None or len(said) > 1):
        words += f", as fast as {last} on {last.spent['device']}"
    unknown = [name for name, seconds in parts.items() if seconds is None]
    missing = [*unknown, "judging and boards"] if schedule.family == CLIP else unknown
    return f"{words}. Not in it, for it is not known: {', '.join(missing)}."
