from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from catalog.models import CutChange, Job, Shot, Title
from catalog.services.jobs import add_job
from catalog.services.titles import Refused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def split_shot(shot: Shot, frame: int, *, user: User) -> Job:
    """Set a cut by hand: `frame` becomes the first frame of a new shot.

    Only the two halves are looked at again. Raises Refused when the frame is not
    inside the shot.
    """
    title = _locked_title(shot)
    if not shot.first_frame < frame < shot.end_frame:
        raise Refused(f"Frame {frame} is not inside this shot; nothing was changed.")
    later = title.shots.filter(index__gt=shot.index)
    later.update(index=F("index") + 1)
    Shot.objects.create(
        title=title,
        index=shot.index + 1,
        first_frame=frame,
        end_frame=shot.end_frame,
        role=shot.role,
    )
    _reshape(shot, end_frame=frame)
    return _record(title, frame, CutChange.Action.SPLIT, user)


@transaction.atomic
def merge_with_previous(shot: Shot, *, user: User) -> Job:
    """Take the cut at the head of this shot away.

    Raises Refused for the first shot of a title.
    """
    title = _locked_title(shot)
    before = title.shots.filter(index=shot.index - 1).first()
    if before is None:
        raise Refused(
            "This is the first shot; there is nothing before it to merge with."
        )
    frame, end = shot.first_frame, shot.end_frame
    shot.delete()
    title.shots.filter(index__gt=before.index).update(index=F("index") - 1)
    _reshape(before, end_frame=end)
    return _record(title, frame, CutChange.Action.MERGE, user)


def _locked_title(shot: Shot) -> Title:
    # One change of a title's cuts at a time: indexes are renumbered. The shot is
    # read again under the lock, for it may have changed since the page was drawn.
    title = Title.objects.select_for_update().get(pk=shot.title_id)
    try:
        shot.refresh_from_db()
    except Shot.DoesNotExist:
        raise Refused("This shot has changed meanwhile; reload the page.") from None
    return title


def _reshape(shot: Shot, *, end_frame: int) -> None:
    shot.end_frame = end_frame
    shot.represented = False
    shot.group = None
    shot.save(update_fields=["end_frame", "represented", "group"])
    shot.masks.all().delete()
    shot.vectors.all().delete()


def _record(title: Title, frame: int, action: str, user: User) -> Job:
    CutChange.objects.update_or_create(
        title=title, frame=frame, defaults={"action": action, "made_by": user}
    )
    # A recut that already runs may have read the shots before this change.
    running = title.jobs.filter(kind=Job.Kind.RECUT, state=Job.State.RUNNING).last()
    key = f"recut:{title.pk}:{running.pk if running else 0}"
    return add_job(Job.Kind.RECUT, title, key=key, asked_by=user)
