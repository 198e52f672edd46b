"""Edit jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.files import local_path
from catalog.services.edits import RESULT

if TYPE_CHECKING:
    from catalog.documents import Document
    from catalog.models import EditJob


def edit_document(edit: EditJob) -> Document:
    """One attempt: what was asked, how it goes, what came of it; its title and job are read."""
    job = edit.job
    return {
        "id": edit.pk,
        "job": job.pk if job else None,
        "state": job.state if job else "gone",
        "error": job.error if job else "",
        "stage": edit.stage or (job.stage if job else ""),
        "step": edit.step,
        "steps_of_stage": edit.step_count,
        "title": edit.title_id,
        "first_frame": edit.first_frame,
        "end_frame": edit.end_frame,
        "frames": edit.frames,
        "start_tc": edit.start_tc,
        "source_prompt": edit.source_prompt,
        "target_prompt": edit.target_prompt,
        "picture_sha256": edit.picture_sha256,
        "region": {"kind": edit.region, **edit.region_given},
        "back_end": edit.back_end,
        "strength": edit.strength,
        "steps": edit.steps,
        "seed": edit.seed,
        "parent": edit.parent_id,
        "reproduces": edit.reproduces_id,
        "same_pixels": edit.outcome.get("same_pixels"),
        "made_otherwise": edit.made_otherwise,
        "estimate": edit.estimate or None,
        "inputs": edit.inputs,
        **_came_of_it(edit),
        "made_by": str(edit.made_by) if edit.made_by else None,
        "made_at": edit.made_at.isoformat(),
    }


def _came_of_it(edit: EditJob) -> Document:
    return {
        "video": _video(edit),
        "pixels_sha256": edit.outcome.get("pixels_sha256"),
        "file_sha256": edit.outcome.get("file_sha256"),
        "metrics": edit.outcome.get("measures", {}),
        "flicker": edit.outcome.get("flicker", {}),
        "spent": edit.outcome.get("spent", {}),
        "accepted": edit.accepted_id,
        "accepted_by": str(edit.accepted_by) if edit.accepted_by else None,
        "accepted_at": edit.accepted_at.isoformat() if edit.accepted_at else None,
    }


def _video(edit: EditJob) -> str | None:
    video = local_path(edit.file_key(RESULT))
    return str(video) if edit.is_done and video.is_file() else None
