"""What pages know of htmx: one template, answered whole or in part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class PageRequest(HttpRequest):
    """A request as views get it: someone is logged in, htmx has been asked."""

    if TYPE_CHECKING:
        user: User
        htmx: HtmxDetails


class PageLoginRequiredMiddleware(LoginRequiredMiddleware):
    """Default deny. A part asked for after logout sends the whole page to the login."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> Any:
        """Redirect, in the way that the asker follows."""
        if request.headers.get("HX-Request") != "true":
            return super().handle_no_permission(request, view_func)
        here = HtmxDetails(request).current_url_abs_path or "/"
        login = resolve_url(self.get_login_url(view_func))
        return HttpResponseClientRedirect(f"{login}?next={quote(here)}")


def render_part(
    request: PageRequest,
    template: str,
    context: dict[str, Any],
    *,
    part: str,
    status: int = 200,
) -> HttpResponse:
    """Render the page, or only its named partial when htmx asks for it."""
    name = (
        f"{template}#{part}" if request.htmx and not request.htmx.boosted else template
    )
    response = render(request, name, context, status=status)
    # The same address has two answers: no cache may give one for the other.
    patch_vary_headers(response, ["HX-Request"])
    return response
