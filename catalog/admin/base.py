"""What every admin page shares: who may open it, and rows that only machines write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from catalog.models.productions import sees_everything

if TYPE_CHECKING:
    from django.db.models import Model
    from django.http import HttpRequest

    class Rows(admin.ModelAdmin[Model]):
        """For the type checker: at run time ModelAdmin takes no parameters."""

else:
    Rows = admin.ModelAdmin


class CatalogAdmin(Rows):
    """Open to superusers and the admin group, without permissions one by one."""

    list_per_page = 50
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the app is listed."""
        return sees_everything(request.user)

    def has_view_permission(self, request: HttpRequest, _row: Any = None) -> bool:
        """Whether rows may be looked at."""
        return sees_everything(request.user)

    def has_add_permission(self, request: HttpRequest, *_rows: Any) -> bool:
        """Whether rows may be added."""
        return sees_everything(request.user)

    def has_change_permission(self, request: HttpRequest, _row: Any = None) -> bool:
        """Whether rows may be changed."""
        return sees_everything(request.user)

    def has_delete_permission(self, request: HttpRequest, _row: Any = None) -> bool:
        """Whether rows may be deleted."""
        return sees_everything(request.user)


class WrittenByWorkers(CatalogAdmin):
    """Rows nobody types in: they can be looked at, and deleted."""

    def has_add_permission(self, _request: HttpRequest, *_rows: Any) -> bool:
        """Never: a worker or a page writes them."""
        return False

    def has_change_permission(self, _request: HttpRequest, _row: Any = None) -> bool:
        """Never."""
        return False
