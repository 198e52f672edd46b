"""Asking which components titles use, and for suggestions learned from that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.models import EncoderVersion, Job
from catalog.services.jobs import add_job
from catalog.services.titles import Refused

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from catalog.models import Title


def ask_detection(title: Title, *, user: User | None = None) -> Job | None:
    """Ask which components are on a title's shots and at its cuts.

    None where no component encoder is in use. Raises Refused for a title without shots.
    """
    family = EncoderVersion.Family.COMPONENT
    if not EncoderVersion.objects.actives().filter(family=family).exists():
        return None
    if not title.shots.exists():
        raise Refused(f"{title.name} has no shots yet: wait until it is ingested.")
    # One that already runs may have read the shots before a change.
    running = title.jobs.filter(kind=Job.Kind.DETECT, state=Job.State.RUNNING).last()
    key = f"detect:{title.pk}:{running.pk if running else 0}"
    return add_job(Job.Kind.DETECT, title, key=key, asked_by=user)


def ask_learning(*, user: User | None) -> Job:
    """Ask for a recommender of what titles use and people chose until now."""
    return add_job(Job.Kind.LEARN, None, key="learn:suggestions", asked_by=user)
