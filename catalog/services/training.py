"""Trainings of every family: one unfinished run each, begun, stopped, gone on with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from catalog.models import EncoderVersion, TrainingRun
from catalog.services.jobs import add_job, cancel_job, retry_job
from catalog.services.titles import Refused

if TYPE_CHECKING:
    from django.contrib.auth.models import User

KEPT = 3
"""Trainings of a family that broke off, candidates that passed and candidates that did not,
of each the newest, whose files are kept: a person may come back to them."""


@transaction.atomic
def begin_run(
    family: str,
    kind: str,
    *,
    subject: dict[str, Any],
    user: User | None,
    **fields: Any,
) -> TrainingRun:
    """Ask for a family to be trained, or return the unfinished run that already does it.

    `fields` are the run's own. Asked twice at once, both get the same run: the database
    has at most one that is unfinished.
    """
    TrainingRun.objects.filter(family=family).close_over()
    job = add_job(kind, None, subject=subject, key=f"train:{family}", asked_by=user)
    own = TrainingRun.objects.filter(job=job).first()
    if own is not None:
        return own
    try:
        with transaction.atomic():
            return TrainingRun.objects.create(family=family, job=job, **fields)
    except IntegrityError:
        return TrainingRun.objects.get(job=job)


def cancel_run(run: TrainingRun) -> None:
    """Stop a training at its next step, or half a second on; what it has kept stays.

    Raises Refused when it is over.
    """
    if run.job is None or run.is_over:
        raise Refused(f"{run} is over; there is nothing to cancel.")
    cancel_job(run.job)


def resume_run(run: TrainingRun) -> None:
    """Go on with a training that failed or was cancelled, from what it kept last.

    Raises Refused for one that ended with a decision, that still goes on, or whose
    family is being trained by another one. One that passed its gate and broke off before
    it was live has not ended with it.
    """
    if run.job is None or not run.job.is_over:
        raise Refused(f"{run} cannot be gone on with: its job still runs or is gone.")
    if run.version is not None and run.version.is_tidied:
        raise Refused(
            f"{run} cannot be gone on with: the weights of its version were tidied away; "
            "run its schedule again."
        )
    if not run.broke_off:
        raise Refused(f"{run} ended with a decision; run its schedule again.")
    TrainingRun.objects.filter(family=run.family).close_over()
    with transaction.atomic():
        reopen_run(run)
        if not retry_job(run.job):
            raise Refused(f"{run} cannot be gone on with: its job is done.")


def reopen_run(run: TrainingRun) -> None:
    """Have a run unfinished again. Raises Refused while another of its family is."""
    try:
        with transaction.atomic():
            run.ended_at = None
            run.save(update_fields=["ended_at"])
    except IntegrityError:
        other = TrainingRun.objects.unfinished().filter(family=run.family).first()
        raise Refused(f"{other or 'Another run'} is not over yet.") from None


def kept_runs(family: str) -> list[TrainingRun]:
    """Runs that broke off and whose training is kept to be gone on with, the newest first.

    One that passed its gate and ended makes those before it moot: they begin anew.
    """
    ended = TrainingRun.objects.filter(family=family, ended_at__isnull=False)
    kept: list[TrainingRun] = []
    for run in (
        ended.order_by("-ended_at", "-pk")
        .select_related("job", "version")
        .defer("frozen", "losses", "motion_losses")
    ):
        if run.broke_off:
            kept.append(run)
        elif run.outcome.get("passed"):
            break
    return kept[:KEPT]


def spare_candidates(family: str) -> list[EncoderVersion]:
    """Versions of trainings that never went live, and that nobody comes back to any more.

    Not those that are being made ready, those of runs that are kept, and the newest of
    those that passed their gate and of those that did not.
    """
    candidates = EncoderVersion.objects.filter(
        family=family,
        status=EncoderVersion.Status.CANDIDATE,
        training_run__isnull=False,
        promotions__isnull=True,
    )
    needed = {run.version_id for run in kept_runs(family)}
    needed |= set(EncoderVersion.objects.filled(family).values_list("pk", flat=True))
    spare: dict[bool, list[EncoderVersion]] = {True: [], False: []}
    for version in candidates.order_by("-pk"):
        if not (version.is_tidied or version.pk in needed):
            spare[bool(version.metrics.get("passed"))].append(version)
    return [version for each in spare.values() for version in each[KEPT:]]
