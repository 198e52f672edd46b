from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.timezone import now

from catalog.dispatch import ring, ring_after_commit
from catalog.models import Job, Title

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# A bell not followed by a claim within this time has been lost, or the queue is long;
# ringing again is harmless, since one UPDATE decides who works.
RING_AGAIN_SECONDS = 30.0
INTERACTIVE = {
    Job.Kind.LOOP,
    Job.Kind.OFFSETS,
    Job.Kind.SEARCH,
    Job.Kind.EXPORT,
    Job.Kind.CHAIN,
    Job.Kind.PREVIEW,
    Job.Kind.TRYOUT,
    Job.Kind.RECOMMEND,
}
# Hours of training and editing wait for one another, not films for them.
LONG = {Job.Kind.RETRAIN, Job.Kind.EDIT}


@transaction.atomic
def add_job(
    kind: str,
    title: Title | None,
    *,
    subject: dict[str, Any] | None = None,
    key: str = "",
    asked_by: User | None = None,
) -> Job:
    """Ask for work, or return the unfinished job that already does it."""
    key = key or f"{kind}:{title.pk if title else ''}"
    wanted = Job(
        kind=kind,
        title=title,
        subject=subject or {},
        key=key,
        queue=queue_of(kind),
        asked_by=asked_by,
    )
    while not _added(wanted):
        # What stood in the way may be over by now; it began before this was asked for.
        if already := Job.objects.unfinished().filter(key=key).first():
            return already
    ring_after_commit(wanted.pk, wanted.queue)
    return wanted


def _added(job: Job) -> bool:
    try:
        with transaction.atomic():
            job.save(force_insert=True)
    except IntegrityError as error:
        if "one_unfinished_job_per_key" not in str(error):
            raise
        return False
    return True


def queue_of(kind: str) -> str:
    """Which queue a kind of job waits in."""
    if kind in INTERACTIVE:
        return "interactive"
    return "gpu" if kind in LONG else "default"


@transaction.atomic
def retry_job(job: Job) -> bool:
    """Make a job that is over ready again, from its first stage, attempts counted anew.

    What is still right is not done twice: stages look at what is there. The file may
    have been replaced meanwhile, so it is read again.
    False when it is not over, or when another unfinished job does the same work.
    """
    if Job.objects.unfinished().filter(key=job.key).exists():
        return False
    over = [Job.State.FAILED, Job.State.QUARANTINED, Job.State.CANCELLED]
    changed = Job.objects.filter(pk=job.pk, state__in=over).update(
        state=Job.State.READY,
        attempt=0,
        cancel_asked=False,
        error="",
        finished=[],
        ended_at=None,
        rung_at=now(),
    )
    if changed:
        if job.kind == Job.Kind.INGEST and job.title_id:
            Title.objects.filter(pk=job.title_id).update(
                state=Title.State.QUEUED, error=""
            )
        ring_after_commit(job.pk, job.queue)
    return bool(changed)


@transaction.atomic
def cancel_job(job: Job) -> None:
    """Stop a waiting job now, and a running one at its next step."""
    waiting = Job.objects.filter(pk=job.pk, state=Job.State.READY).update(
        state=Job.State.CANCELLED, error="Cancelled before it began.", ended_at=now()
    )
    if waiting and job.kind == Job.Kind.INGEST and job.title:
        job.title.fail("Cancelled; press Retry to go on.")
    if not waiting:
        Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(cancel_asked=True)


def sweep_jobs() -> int:
    """Release the jobs of dead workers and ring again for unheard ones.

    Returns how many bells were rung. Safe to run from anywhere, twice at once.
    """
    rung = 0
    for job in Job.objects.lost():
        rung += _release(job)
    for job in Job.objects.unheard(RING_AGAIN_SECONDS):
        Job.objects.filter(pk=job.pk).update(rung_at=now())
        ring(job.pk, job.queue)
        rung += 1
    return rung


@transaction.atomic
def _release(job: Job) -> bool:
    # The same row as was seen: a claim in between has another attempt number.
    same = Job.objects.lost().filter(pk=job.pk, attempt=job.attempt)
    if job.attempt < settings.JOB_ATTEMPTS:
        won = same.update(state=Job.State.READY, lease_until=None, rung_at=now())
        if won:
            job.note(f"attempt {job.attempt} lost its worker; going on")
            ring_after_commit(job.pk, job.queue)
        return bool(won)
    stage = job.stage or "the start"
    reason = f"Its worker died {job.attempt} times, last in stage {stage}."
    gone = same.update(state=Job.State.QUARANTINED, error=reason, ended_at=now())
    if gone and job.kind == Job.Kind.INGEST and job.title:
        job.title.fail(f"{reason} Check the file, then press Retry.")
    return False
