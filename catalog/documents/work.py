"""Jobs, and versions of encoders."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.documents import Document
    from catalog.models import EncoderVersion, Job


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
