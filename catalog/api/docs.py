"""The API's own page: Swagger UI out of its package, nothing from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.http import require_safe

if TYPE_CHECKING:
    from django.http import HttpResponse

    from catalog.htmx import PageRequest


@require_safe
def docs(request: PageRequest) -> HttpResponse:
    """Every call, to be tried with one's own session."""
    return render(request, "api_docs.html")
