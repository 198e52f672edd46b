"""Schedules of retraining: made, changed and dropped on a page of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from catalog.forms.schedules import ScheduleForm
from catalog.models import RetrainSchedule
from catalog.services import drop_schedule, save_schedule
from catalog.views.access import admins_only, admins_post

if TYPE_CHECKING:
    from django.http import HttpResponse

    from catalog.htmx import PageRequest


@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: PageRequest) -> HttpResponse:
    """Make a schedule."""
    return _kept(request, RetrainSchedule())


@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: PageRequest, schedule_id: int) -> HttpResponse:
    """Change a schedule; a run that goes on keeps what it began with."""
    return _kept(request, get_object_or_404(RetrainSchedule, pk=schedule_id))


@admins_post
def drop(_request: PageRequest, schedule_id: int) -> HttpResponse:
    """Forget a schedule; its runs and what they made stay."""
    drop_schedule(get_object_or_404(RetrainSchedule, pk=schedule_id))
    return redirect("retraining")


def _kept(request: PageRequest, schedule: RetrainSchedule) -> HttpResponse:
    name = schedule.name
    form = ScheduleForm(request.POST or None, instance=schedule)
    if request.method == "POST" and form.is_valid():
        schedule.made_by = schedule.made_by or request.user
        save_schedule(schedule)
        messages.success(request, f"{schedule}: {schedule.cadence}.")
        return redirect("retraining")
    context = {"form": form, "name": name, "schedule": schedule}
    return render(request, "schedule.html", context)
