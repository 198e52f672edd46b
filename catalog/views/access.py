"""Who may do what: viewers look, editors change."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase
from django.views.decorators.http import require_POST

from catalog.htmx import PageRequest
from catalog.models.productions import may_edit, sees_everything

P = ParamSpec("P")
View = Callable[Concatenate[PageRequest, P], HttpResponseBase]


def editors_only(view: View[P]) -> View[P]:
    """Answer 403 to viewers, before anything is looked up."""

    @wraps(view)
    def checked(
        request: PageRequest, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        if not may_edit(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return checked  # type: ignore[return-value]  # wraps keeps the parameter's name


def editors_post(view: View[P]) -> View[P]:
    """A change: by POST, by editors."""
    return require_POST(editors_only(view))


def admins_only(view: View[P]) -> View[P]:
    """Answer 403 to all but admins, before anything is looked up."""

    @wraps(view)
    def checked(
        request: PageRequest, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        if not sees_everything(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return checked  # type: ignore[return-value]  # as above


def admins_post(view: View[P]) -> View[P]:
    """A change of the whole installation: by POST, by admins."""
    return require_POST(admins_only(view))
