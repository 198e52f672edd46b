"""Edits: asked for, stopped, gone on with, made again, accepted into the catalogue."""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils.timezone import now

from catalog.files import local_path
from catalog.models import EditJob, Job, Title
from catalog.services.edit_checks import EditWish, check_edit, picture_path
from catalog.services.given import kept_or_said, within_limit
from catalog.services.jobs import add_job, cancel_job, retry_job
from catalog.services.titles import Refused, add_path

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import User

RESULT, COMPARE, POSTER = "result.mov", "compare.mp4", "poster.jpg"
HEAT = "heat.jpg"


@transaction.atomic
def ask_edit(
    wish: EditWish, *, user: User | None, picture: Iterable[bytes] | None = None
) -> EditJob:
    """Ask for an edit. Raises Refused, one sentence, for what cannot be carried out.

    A `picture` is kept as its target once nothing else stands against it.
    """
    check_edit(wish)
    sha256 = wish.picture_sha256 if picture is None else keep_target(picture)
    if not picture_path(sha256).is_file():
        raise Refused("There is no picture: drop the one whose object is to be seen.")
    parent = wish.parent
    edit = EditJob.objects.create(
        title=wish.title,
        first_frame=wish.first_frame,
        end_frame=wish.end_frame,
        source_prompt=wish.source_prompt.strip(),
        target_prompt=wish.target_prompt.strip(),
        picture_sha256=sha256,
        region=wish.region,
        region_given=dict(wish.region_given),
        back_end=wish.back_end,
        strength=wish.strength,
        steps=wish.steps,
        seed=wish.seed,
        parent=parent,
        first_id=(parent.first_id or parent.pk) if parent else None,
        reproduces=wish.reproduces,
        made_by=user,
    )
    edit.job = add_job(
        Job.Kind.EDIT,
        wish.title,
        subject={"edit": edit.pk},
        key=f"edit:{edit.pk}",
        asked_by=user,
    )
    edit.save(update_fields=["job"])
    return edit


def wish_of(edit: EditJob, **otherwise: Any) -> EditWish:
    """Return what an edit asked for, with some things otherwise: its child's wish."""
    names = (
        *("title", "first_frame", "end_frame", "source_prompt", "target_prompt"),
        *("picture_sha256", "back_end", "region", "region_given"),
        *("strength", "steps", "seed"),
    )
    same = {name: getattr(edit, name) for name in names}
    return EditWish(**{**same, "parent": edit, **otherwise})


def reproduce_edit(edit: EditJob, *, user: User | None) -> EditJob:
    """Ask for the very same edit again; its row will say whether the pixels are the same.

    Raises Refused where there is nothing yet to compare with.
    """
    if not edit.is_done:
        raise Refused(f"{_named(edit)} has no result yet to be reproduced.")
    return ask_edit(wish_of(edit, reproduces=edit), user=user)


def cancel_edit(edit: EditJob) -> None:
    """Stop an edit at its next step; finished stages stay. Raises Refused when it is over."""
    if edit.job is None or edit.is_over:
        raise Refused(f"{_named(edit)} is over; there is nothing to cancel.")
    cancel_job(edit.job)


def resume_edit(edit: EditJob) -> None:
    """Go on with an edit that was cancelled or failed, after its last finished stage.

    Raises Refused for one that is done or still goes on.
    """
    if edit.is_done:
        raise Refused(f"{_named(edit)} is done; ask for the same again instead.")
    if edit.job is None or not retry_job(edit.job):
        raise Refused(f"{_named(edit)} still goes on, or its job is gone.")


@transaction.atomic
def accept_edit(edit: EditJob, *, user: User | None, name: str = "") -> Title:
    """Take a result into the catalogue: a title of its own, with its edit as provenance.

    It has the source's production, rate, reel and timecode, so that timelines find it
    where the source's frames are. The result's file is kept where uploads are: it is a
    person's decision now, not a derived file. Accepted twice is accepted once.
    Raises Refused without a result, or when the disk is full.
    """
    edit = EditJob.objects.select_for_update().get(pk=edit.pk)
    if edit.accepted is not None:
        return edit.accepted
    made = local_path(edit.file_key(RESULT))
    if not edit.is_done or not made.is_file():
        raise Refused(f"{_named(edit)} has no result to accept; reproduce it first.")
    source = edit.title
    kept = _kept(made)
    try:
        title, _job = add_path(
            kept,
            source.production,
            kind=source.kind,
            look=source.look,
            name=name.strip() or f"{source} · edit {edit.pk}",
        )
    except Refused:
        kept.unlink()
        raise
    title.uploaded, title.added_by = True, user
    title.save(update_fields=["uploaded", "added_by"])
    edit.accepted, edit.accepted_by, edit.accepted_at = title, user, now()
    edit.save(update_fields=["accepted", "accepted_by", "accepted_at"])
    return title


def _kept(made: Path) -> Path:
    target = Path(settings.UPLOAD_ROOT) / f"{uuid.uuid4().hex}.mov"
    partial = target.with_suffix(".part")
    try:
        with kept_or_said("The result"):
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(made, target)
            except OSError:  # another disk
                shutil.copyfile(made, partial)
                partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return target


def keep_target(pieces: Iterable[bytes]) -> str:
    """Keep a target picture, whatever it is, under its digest, which is returned.

    It is never deleted by itself: edits name it. Raises Refused when it is too large or
    empty, or the disk full.
    """
    folder = picture_path("").parent
    partial = folder.parent / f"{uuid.uuid4().hex}.part"
    digest = hashlib.sha256()
    try:
        with kept_or_said("The picture"):
            folder.mkdir(parents=True, exist_ok=True)
            with partial.open("wb") as out:
                for piece in within_limit(pieces):
                    digest.update(piece)
                    out.write(piece)
                out.flush()
                os.fsync(out.fileno())
            partial.replace(picture_path(digest.hexdigest()))
    finally:
        partial.unlink(missing_ok=True)
    return digest.hexdigest()


def place_in_queue(edit: EditJob) -> int:
    """How many jobs of its queue are before it: those that run, and earlier ones."""
    job = edit.job
    if job is None or job.state != Job.State.READY:
        return 0
    queue = Job.objects.unfinished().filter(queue=job.queue)
    running = queue.filter(state=Job.State.RUNNING)
    waiting = queue.filter(state=Job.State.READY, pk__lt=job.pk)
    return running.count() + waiting.count()


def _named(edit: EditJob) -> str:
    return f"Edit {edit.pk}"
