"""Task names, and the bell: a message that says a row is waiting."""

import logging

from django.db import transaction

from catalog.celery import app

RUN_JOB = "pipelines.run_job"
SWEEP_JOBS = "pipelines.sweep_jobs"
LOOK_FOR_SOURCES = "pipelines.look_for_sources"
CLEAR_LEFTOVERS = "pipelines.clear_leftovers"
RING_SCHEDULE = "pipelines.ring_schedule"

log = logging.getLogger(__name__)


def ring(job_id: int, queue: str) -> None:
    """Send the bell now. A broker that is down costs time, never the job."""
    try:
        app.send_task(RUN_JOB, args=[job_id], queue=queue, retry=False)
    except Exception:  # kombu raises its transport's own errors, whatever it is
        log.warning("broker unreachable: job %s waits for the sweep", job_id)


def ring_after_commit(job_id: int, queue: str) -> None:
    """Send the bell once the row is there for a worker to find."""
    transaction.on_commit(lambda: ring(job_id, queue))
