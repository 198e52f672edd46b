"""Admin of schedules of retraining, and of what came of them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages

from catalog.admin.base import CatalogAdmin, WrittenByWorkers
from catalog.forms.schedules import CheckedSchedule
from catalog.models import Promotion, RetrainSchedule, TrainingRun
from catalog.models.productions import sees_everything
from catalog.services import (
    Refused,
    cancel_run,
    drop_schedule,
    resume_run,
    run_now,
    save_schedule,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import User
    from django.db.models import Model, QuerySet
    from django.http import HttpRequest


@admin.register(RetrainSchedule)
class RetrainScheduleAdmin(CatalogAdmin):
    """When encoders are trained again; what is saved here is what the clock rings for."""

    form: Any = CheckedSchedule
    list_display = ["name", "family", "cadence", "enabled", "rang_at", "said"]
    list_filter = ["family", "enabled"]
    search_fields = ["name"]
    exclude = ["beat", "made_by"]
    readonly_fields = ["said", "rang_at"]
    actions = ["run"]

    def save_model(
        self, request: HttpRequest, obj: Any, _form: Any, _change: Any
    ) -> None:
        """Write it down, and what the clock rings for it."""
        obj.made_by = obj.made_by or _user(request)
        save_schedule(obj)

    def delete_model(self, _request: HttpRequest, obj: Any) -> None:
        """Forget it, and what the clock rings for it."""
        drop_schedule(obj)

    def delete_queryset(self, _request: HttpRequest, rows: QuerySet[Model]) -> None:
        """Forget them, and what the clock rings for them."""
        for row in rows:
            drop_schedule(row)  # type: ignore[arg-type]

    @admin.action(description="Run now")
    def run(self, request: HttpRequest, rows: QuerySet[RetrainSchedule]) -> None:
        """Begin a run of each of the chosen schedules."""
        for row in rows:
            said(self, request, partial(run_now, row, user=_user(request)))


@admin.register(TrainingRun)
class TrainingRunAdmin(WrittenByWorkers):
    """Trainings: what they learned from and what came of it."""

    list_display = [
        *["id", "family", "schedule", "stage", "seconds_left", "seed", "version"],
        *["began_at", "ended_at"],
    ]
    list_filter = ["family"]
    list_select_related = ["version", "schedule"]
    actions = ["cancel", "resume"]

    # An action without change permission needs a permission of its own.
    def has_steer_permission(self, request: HttpRequest) -> bool:
        """Whether trainings may be cancelled and gone on with."""
        return sees_everything(request.user)

    @admin.action(description="Cancel", permissions=["steer"])
    def cancel(self, request: HttpRequest, runs: QuerySet[TrainingRun]) -> None:
        """Stop the chosen trainings."""
        for run in runs:
            said(self, request, partial(cancel_run, run))

    @admin.action(description="Retry", permissions=["steer"])
    def resume(self, request: HttpRequest, runs: QuerySet[TrainingRun]) -> None:
        """Go on with the chosen trainings."""
        for run in runs:
            said(self, request, partial(resume_run, run))


@admin.register(Promotion)
class PromotionAdmin(WrittenByWorkers):
    """What went live when, and who decided so; history is neither edited nor deleted."""

    list_display = ["family", "version", "before", "reason", "made_by", "made_at"]
    list_filter = ["family"]
    list_select_related = ["version", "before", "made_by"]

    def has_delete_permission(self, _request: HttpRequest, _row: Any = None) -> bool:
        """Never: the log only grows."""
        return False


def said(page: CatalogAdmin, request: HttpRequest, act: Callable[[], Any]) -> None:
    """Do it, and say on the page that it was asked for or why not."""
    try:
        act()
    except Refused as refused:
        page.message_user(request, str(refused), messages.ERROR)
    else:
        page.message_user(request, "Asked for; the jobs page shows how it goes.")


def _user(request: HttpRequest) -> User:
    user: Any = request.user
    return user  # type: ignore[no-any-return]
