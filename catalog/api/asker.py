from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from rest_framework.request import Request


def asker(request: Request) -> User:
    """Who asks: permissions have let in nobody who is not logged in."""
    user: Any = request.user
    return user  # type: ignore[no-any-return]
