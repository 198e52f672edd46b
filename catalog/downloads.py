"""Files as answers to a request: a timeline just written, loops of a job, an edit's result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import FileResponse, Http404, HttpResponse
from django.utils.http import content_disposition_header

from catalog.exports import FORMATS
from catalog.files import local_path
from catalog.models import EditJob, Job, Title
from catalog.services.edits import RESULT

if TYPE_CHECKING:
    from pathlib import Path

    from django.contrib.auth.models import AnonymousUser, User

    from catalog.services import Exported

MOST_SAID = 5
"""Warnings that are told of one export; a thousand clips may lack the same thing."""


def timeline_download(name: str, exported: Exported, form: str) -> HttpResponse:
    """The file, or a ZIP of them; nothing of it is kept."""
    file, content = exported.as_one(name)
    zipped = file.endswith(".zip")
    media = "application/zip" if zipped else FORMATS[form].media_type
    answer = HttpResponse(content, content_type=media)
    answer["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=file
    )
    answer["Cache-Control"] = "private, no-store"
    return answer


def loops_of(job: Job) -> Path | None:
    """The ZIP that an export job has made, once it is there."""
    path = local_path(job.result.get("key", "none"))
    return path if job.state == Job.State.DONE and path.is_file() else None


def loops_download(job: Job) -> FileResponse:
    """The ZIP of loops. Raises Http404 before it is rendered."""
    path = loops_of(job)
    if path is None:
        raise Http404("These loops are not rendered yet.")
    answer = FileResponse(
        path.open("rb"), as_attachment=True, filename=f"{job.subject['name']}.zip"
    )
    answer["Cache-Control"] = "private, no-store"
    return answer


def edit_download(edit: EditJob) -> FileResponse:
    """The result of an edit for editing programs. Raises Http404 before it is there."""
    path = local_path(edit.file_key(RESULT))
    if not edit.is_done or not path.is_file():
        raise Http404("This edit has no result yet.")
    name = f"{edit.title} edit {edit.pk}.mov"
    answer = FileResponse(path.open("rb"), as_attachment=True, filename=name)
    answer["Cache-Control"] = "private, no-store"
    return answer


def visible_export(user: User | AnonymousUser, number: int) -> Job:
    """An export of titles that the asker may see, all of them, still today.

    Raises Http404 for any other number.
    """
    job = Job.objects.filter(pk=number, kind=Job.Kind.EXPORT).first()
    wanted = set(job.subject["titles"]) if job else set()
    seen = Title.objects.visible_to(user).filter(pk__in=wanted).count()
    if job is None or seen != len(wanted):
        raise Http404("There is no such export.")
    return job
