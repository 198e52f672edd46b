"""Admin of API tokens: made here, their secret shown once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages

from catalog.admin.base import CatalogAdmin
from catalog.models import ApiToken

if TYPE_CHECKING:
    from django.http import HttpRequest


@admin.register(ApiToken)
class ApiTokenAdmin(CatalogAdmin):
    """Who has keys to the API; deleting one shuts it out at once."""

    list_display = ["begins", "name", "user", "read_only", "made_at", "used_at"]
    list_filter = ["read_only", "user"]
    list_select_related = ["user"]
    fields = ["user", "name", "read_only"]

    def has_change_permission(self, _request: HttpRequest, _row: Any = None) -> bool:
        """Never: a key is made and thrown away."""
        return False

    def save_model(
        self, request: HttpRequest, obj: Any, _form: Any, _change: Any
    ) -> None:
        """Make the key; the message is the only place that ever shows it."""
        made, secret = ApiToken.objects.make(
            obj.user, name=obj.name, read_only=obj.read_only
        )
        obj.pk = made.pk
        messages.warning(request, f"Copy it now, it is not kept: {secret}")
