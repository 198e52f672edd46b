"""Jobs: what the workers are at, what went wrong, cancel and retry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.htmx import PageRequest, render_part
from catalog.models import Job
from catalog.models.productions import may_edit
from catalog.services import cancel_job, retry_job
from catalog.views.access import editors_post
from catalog.views.back import way_back

if TYPE_CHECKING:
    from django.http import HttpResponse

PAGE = 50
State = Job.State
TABS = {
    "now": ("Now", [State.RUNNING, State.READY]),
    "running": ("Running", [State.RUNNING]),
    "waiting": ("Waiting", [State.READY]),
    "failed": ("Failed", [State.FAILED, State.QUARANTINED]),
    "done": ("Done", [State.DONE]),
    "cancelled": ("Cancelled", [State.CANCELLED]),
    "all": ("All", list(State)),
}


@require_safe
def job_list(request: PageRequest) -> HttpResponse:
    """Jobs by state; asks again by itself while one of those shown is unfinished."""
    tab = request.GET.get("state", "")
    tab = tab if tab in TABS else "all"
    visible = Job.objects.visible_to(request.user)
    found = visible.filter(state__in=TABS[tab][1]).select_related("title", "asked_by")
    jobs = list(found[:PAGE])
    counts = dict.fromkeys(TABS, 0)
    for state, number in visible.counts().items():
        for name, (_, states) in TABS.items():
            counts[name] += number if state in states else 0
    context = {
        "jobs": jobs,
        "tab": tab,
        "tabs": [(name, label, counts[name]) for name, (label, _) in TABS.items()],
        "working": any(not job.is_over for job in jobs),
        "here": f"{request.path}?state={tab}",
        "may_edit": may_edit(request.user),
    }
    return render_part(request, "job_list.html", context, part="list")


@require_safe
def job_detail(request: PageRequest, job_id: int) -> HttpResponse:
    """One job: its stages with their seconds, inputs, log, error."""
    job = _visible(request, job_id)
    context = {
        "job": job,
        "working": not job.is_over,
        "may_edit": may_edit(request.user),
    }
    return render_part(request, "job_detail.html", context, part="job")


@editors_post
def cancel(request: PageRequest, job_id: int) -> HttpResponse:
    """Stop a job: now when it waits, at its next step when it runs."""
    cancel_job(_visible(request, job_id))
    return redirect(way_back(request, reverse("job", args=[job_id])))


@editors_post
def retry(request: PageRequest, job_id: int) -> HttpResponse:
    """Do a job again that failed or was cancelled, with the same inputs."""
    if not retry_job(_visible(request, job_id)):
        messages.error(
            request, "Nothing to retry: it is not over, or the same work waits."
        )
    return redirect(way_back(request, reverse("job", args=[job_id])))


def _visible(request: PageRequest, job_id: int) -> Job:
    found = Job.objects.visible_to(request.user).select_related("title", "asked_by")
    return get_object_or_404(found, pk=job_id)
