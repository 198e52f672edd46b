"""Every Celery entry point: a key in, nothing out."""

from celery import shared_task

from catalog.dispatch import RUN_JOB, SWEEP_JOBS
from catalog.services import sweep_jobs as sweep
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
