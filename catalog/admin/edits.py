"""Admin of edits."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.contrib import admin

from catalog.admin.base import WrittenByWorkers
from catalog.admin.training import said
from catalog.models import EditJob
from catalog.models.productions import sees_everything
from catalog.services import cancel_edit, resume_edit

if TYPE_CHECKING:
    from typing import Any

    from django.db.models import QuerySet
    from django.http import HttpRequest


@admin.register(EditJob)
class EditJobAdmin(WrittenByWorkers):
    """Attempts at edits; none is ever deleted."""

    list_display = [
        *["id", "title", "first_frame", "end_frame", "back_end", "target_prompt"],
        *["job", "stage", "made_by", "made_at"],
        *["accepted", "accepted_by", "accepted_at"],
    ]
    list_filter = ["back_end", "region"]
    list_select_related = ["title", "job", "made_by", "accepted", "accepted_by"]
    search_fields = ["source_prompt", "target_prompt", "title__name"]
    actions = ["cancel", "resume"]

    def has_delete_permission(self, _request: HttpRequest, _row: Any = None) -> bool:
        """Never: what a person has made is kept."""
        return False

    # An action without change permission needs a permission of its own.
    def has_steer_permission(self, request: HttpRequest) -> bool:
        """Whether edits may be cancelled and gone on with."""
        return sees_everything(request.user)

    @admin.action(description="Cancel", permissions=["steer"])
    def cancel(self, request: HttpRequest, edits: QuerySet[EditJob]) -> None:
        """Stop the chosen edits."""
        for edit in edits.with_rows():  # type: ignore[attr-defined]  # our own set
            said(self, request, partial(cancel_edit, edit))

    @admin.action(description="Retry", permissions=["steer"])
    def resume(self, request: HttpRequest, edits: QuerySet[EditJob]) -> None:
        """Go on with the chosen edits."""
        for edit in edits.with_rows():  # type: ignore[attr-defined]  # as above
            said(self, request, partial(resume_edit, edit))
