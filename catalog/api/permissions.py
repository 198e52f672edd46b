"""Who may do what through the API: the same as on the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import SAFE_METHODS, BasePermission

from catalog.models.productions import may_edit

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView


class ViewersRead(BasePermission):
    """Whoever is logged in; what they see is each view's `visible_to`."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Let in users; a read-only token reads."""
        user = request.user
        if not user.is_authenticated or not user.is_active:
            return False
        read_only = getattr(request.auth, "read_only", False)
        return request.method in SAFE_METHODS or not read_only


class ViewersReadEditorsWrite(ViewersRead):
    """Looking is for all, changing for editors."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Let viewers look, editors change."""
        if not super().has_permission(request, view):
            return False
        return request.method in SAFE_METHODS or may_edit(request.user)


class ViewersAsk(ViewersRead):
    """Asking for a search changes nothing that anybody made: viewers may."""
