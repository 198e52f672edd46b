"""Jobs, trainings, and versions of encoders."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.documents import Document
    from catalog.models import EncoderVersion, Job, TrainingRun


def job_document(job: Job) -> Document:
    """A job, with what it found once it is done."""
    return {
        "id": job.pk,
        "kind": job.kind,
        "title": job.title_id,
        "state": job.state,
        "stage": job.stage,
        "progress": job.progress,
        "error": job.error,
        "seconds": job.seconds,
        "result": job.result,
        "created_at": job.created_at,
        "ended_at": job.ended_at,
    }


def encoder_document(version: EncoderVersion) -> Document:
    """An encoder version."""
    return {
        "id": version.pk,
        "family": version.family,
        "name": version.name,
        "status": version.status,
        "weights_sha256": version.weights_sha256,
        "metrics": version.metrics,
        "parent": version.parent_id,
        "created_at": version.created_at,
    }


def run_document(run: TrainingRun) -> Document:
    """A training, with how its job stands."""
    job = run.job
    return {
        "run": run.pk,
        "family": run.family,
        "schedule": run.schedule.name if run.schedule else None,
        "job": job.pk if job else None,
        "state": job.state if job else "",
        "stage": run.stage,
        "seconds_left": run.seconds_left,
        "error": job.error if job else "",
        "version": run.version_id,
        "live": bool(run.outcome.get("went_live")),
        "spent": run.spent,
        "outcome": run.outcome,
    }


def run_line(document: Document) -> str:
    """What a training's document says, for a person."""
    said = document["error"] or document["outcome"].get("reason", "")
    return f"Run {document['run']}: {document['state']}. {said}".strip()
