"""Every Celery entry point: a key in, nothing out."""

from celery import shared_task

from catalog import services
from catalog.dispatch import (
    CLEAR_LEFTOVERS,
    LOOK_FOR_SOURCES,
    RING_SCHEDULE,
    RUN_JOB,
    SWEEP_JOBS,
)
from catalog.services import refresh_locations
from catalog.services import sweep_jobs as sweep
from pipelines import schedules
from pipelines.jobs import run_claimed
from pipelines.work import WORK


@shared_task(name=RUN_JOB)
def run_job(job_id: int) -> None:
    """Do one job, if it is still to be had."""
    run_claimed(job_id, WORK)


@shared_task(name=SWEEP_JOBS)
def sweep_jobs() -> None:
    """Release dead workers' jobs and ring again for unheard ones."""
    sweep()


@shared_task(name=LOOK_FOR_SOURCES)
def look_for_sources() -> None:
    """See which sources are online."""
    refresh_locations()


@shared_task(name=CLEAR_LEFTOVERS)
def clear_leftovers() -> None:
    """Remove half-done files that nobody goes on with."""
    schedules.clear_leftovers()


@shared_task(name=RING_SCHEDULE)
def ring_schedule(schedule_id: int) -> None:
    """Begin what a schedule asks for, if there is need for it."""
    services.ring_schedule(schedule_id)
