"""Files that the worker makes for a page: there, or asked for and waited for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils.timezone import now

from catalog.files import local_path
from catalog.models import BinItem, Job, MatchCandidate
from catalog.services import add_job

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from catalog.matchcuts import MatchCut
    from catalog.models import Title

Source = MatchCandidate | BinItem


@dataclass(frozen=True, slots=True)
class FileState:
    """Ready, or the job that is to make it so."""

    ready: bool
    job: Job | None = None

    @property
    def waiting(self) -> bool:
        """True while asking again makes sense."""
        return not self.ready and self.job is not None and not self.job.is_over


def file_state(
    file: str, kind: str, source: Source, cut: MatchCut, user: User
) -> FileState:
    """Look for a cut's file; ask the worker for it when it is not there.

    `cut` is the source's, at its own frames or nudged.
    """
    asked = Asked(
        kind=kind,
        title=cut.leaving.title,
        subject=_subject(source, cut),
        key=_key(kind, source, cut),
    )
    return state_of(file, asked, user)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """The job that makes a file."""

    kind: str
    title: Title | None
    subject: dict[str, Any]
    key: str


def state_of(file: str, asked: Asked, user: User) -> FileState:
    """Look for a file; ask the worker for it when it is not there.

    A job that failed is shown, not asked for again: that is a person's decision.
    """
    if local_path(file).is_file():
        return FileState(ready=True)
    last = Job.objects.filter(key=asked.key).first()
    if last is not None and last.is_over and not _gone_since(last):
        return FileState(ready=False, job=last)
    job = add_job(
        asked.kind, asked.title, subject=asked.subject, key=asked.key, asked_by=user
    )
    return FileState(ready=False, job=job)


def _subject(source: Source, cut: MatchCut) -> dict[str, int]:
    name = "candidate" if isinstance(source, MatchCandidate) else "item"
    subject = {name: source.pk}
    if _nudged(source, cut):
        subject |= {"out": cut.leaving.frame, "in": cut.entering.frame}
    return subject


def _key(kind: str, source: Source, cut: MatchCut) -> str:
    # A loop's key has always been its candidate's number alone.
    word = "" if kind == Job.Kind.LOOP else "candidate:"
    word = "item:" if isinstance(source, BinItem) else word
    frames = f":{cut.leaving.frame}:{cut.entering.frame}"
    return f"{kind}:{word}{source.pk}{frames if _nudged(source, cut) else ''}"


def _nudged(source: Source, cut: MatchCut) -> bool:
    own = (source.leaving_frame, source.entering_frame)
    return (cut.leaving.frame, cut.entering.frame) != own


def _gone_since(job: Job) -> bool:
    # A cleared media folder is filled again; a file that was made this minute and yet
    # is not there would otherwise be made for ever.
    if job.state != Job.State.DONE or job.ended_at is None:
        return False
    return now() - job.ended_at > timedelta(minutes=1)
