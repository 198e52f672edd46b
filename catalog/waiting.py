"""Wait for jobs at the command line, with a worker of our own when none runs."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.conf import settings

from catalog.celery import app
from catalog.models import Job, TrainingRun
from catalog.services import Refused, sweep_jobs
from catalog.supervisor.children import Child, Leash
from catalog.supervisor.commands import worker_command

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

POLL_SECONDS = 0.3
SWEEP_SECONDS = 5.0


def wait_for(
    jobs: Sequence[Job], say: Callable[[str], None], worker: Child | None
) -> list[Job]:
    """Return the jobs as they ended; says each change of stage on the way.

    Sweeps as beat does, so that a worker killed meanwhile costs seconds only.
    Raises Refused when `worker`, the one of our own, cannot be kept running.
    """
    keys, swept = [job.pk for job in jobs], time.monotonic()
    said: dict[int, str] = {}
    while True:
        rows = list(Job.objects.filter(pk__in=keys).select_related("title"))
        for row in rows:
            about = row.title or row.get_kind_display()
            now = f"{about}: {row.get_state_display().lower()} {row.stage}".strip()
            if said.get(row.pk) != now:
                said[row.pk] = now
                say(now)
        if all(row.is_over for row in rows):
            return sorted(rows, key=lambda row: keys.index(row.pk))
        if worker is not None and not worker.is_alive:
            raise Refused(f"The worker ended; its log is {worker.log_path}.")
        if time.monotonic() - swept > SWEEP_SECONDS:
            sweep_jobs()
            swept = time.monotonic()
        time.sleep(POLL_SECONDS)


@contextmanager
def a_worker() -> Iterator[Child | None]:
    """Have a worker for the block: the one that answers (None), or one of our own."""
    if app.control.ping(timeout=1.0):
        yield None
        return
    leash = Leash()
    own = Child(
        name="command-worker",
        argv=worker_command("default,interactive,gpu", concurrency=1),
        log_path=settings.VAR / "log" / "command-worker.log",
        leash=leash,
    )
    own.start()
    try:
        yield own
    finally:
        own.stop(grace_seconds=30)
        leash.close()


def seen_to_its_end(run: TrainingRun, say: Callable[[str], None]) -> TrainingRun:
    """Return a training as it ended. Raises Refused as `wait_for` does."""
    if run.job is not None:
        with a_worker() as worker:
            wait_for([run.job], say, worker)
    return TrainingRun.objects.get(pk=run.pk)
