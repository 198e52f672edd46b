"""Whether a candidate's loop can play, and asking for it when it cannot yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from catalog.files import local_path
from catalog.htmx import PageRequest, render_part
from catalog.loops import loop_key
from catalog.models import Job, MatchCandidate
from catalog.services import add_job

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import HttpResponse


@dataclass(frozen=True, slots=True)
class LoopState:
    """Ready to play, or the job that is to make it so."""

    ready: bool
    job: Job | None = None

    @property
    def waiting(self) -> bool:
        """True while asking again makes sense."""
        return not self.ready and self.job is not None and not self.job.is_over


def loop_state(candidate: MatchCandidate, user: User) -> LoopState:
    """Look for the loop's file; ask the worker for it when it is not there.

    A job that failed is shown, not asked for again: that is a person's decision.
    """
    if local_path(loop_key(candidate)).is_file():
        return LoopState(ready=True)
    key = f"loop:{candidate.pk}"
    last = Job.objects.filter(key=key).first()
    if last is not None and last.is_over and not _gone_since(last):
        return LoopState(ready=False, job=last)
    subject = {"candidate": candidate.pk}
    title = candidate.leaving.title
    job = add_job(Job.Kind.LOOP, title, subject=subject, key=key, asked_by=user)
    return LoopState(ready=False, job=job)


def _gone_since(job: Job) -> bool:
    # A cleared media folder is filled again; a loop that was rendered this minute and
    # yet is not there would otherwise be rendered for ever.
    if job.state != Job.State.DONE or job.ended_at is None:
        return False
    return now() - job.ended_at > timedelta(minutes=1)


@require_safe
def loop_part(request: PageRequest, candidate_id: int) -> HttpResponse:
    """The loop's player, or its progress, which asks again by itself until it plays."""
    found = MatchCandidate.objects.visible_to(request.user).with_card()
    candidate = get_object_or_404(found, pk=candidate_id)
    state = loop_state(candidate, request.user)
    context = {"candidate": candidate, "loop": state}
    status = 200 if state.ready else 202
    return render_part(request, "loop.html", context, part="loop", status=status)
