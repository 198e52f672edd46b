"""Files of an edit: what it is compared by, its result, pictures of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from catalog.downloads import edit_download
from catalog.models import EditJob
from catalog.services.edits import COMPARE, HEAT, POSTER
from catalog.views.ranges import serve_key

if TYPE_CHECKING:
    from django.http import HttpResponseBase

    from catalog.htmx import PageRequest


@require_safe
def compare(request: PageRequest, edit_id: int) -> HttpResponseBase:
    """Source, edit and what was edited, one below another in one film."""
    return serve_key(request, _key(request, edit_id, COMPARE), "video/mp4")


@require_safe
def result(request: PageRequest, edit_id: int) -> HttpResponseBase:
    """The file for editing programs."""
    found = EditJob.objects.visible_to(request.user).select_related("title")
    return edit_download(get_object_or_404(found, pk=edit_id))


@require_safe
def poster(request: PageRequest, edit_id: int) -> HttpResponseBase:
    """The edited frame in its middle."""
    return serve_key(request, _key(request, edit_id, POSTER), "image/jpeg")


@require_safe
def preview(request: PageRequest, edit_id: int) -> HttpResponseBase:
    """What is to be seen while it is made."""
    return serve_key(request, _key(request, edit_id, "preview.jpg"), "image/jpeg")


@require_safe
def heat(request: PageRequest, edit_id: int) -> HttpResponseBase:
    """Where the noise seen under source and target differs."""
    return serve_key(request, _key(request, edit_id, HEAT), "image/jpeg")


@require_safe
def target(request: PageRequest, edit_id: int) -> HttpResponseBase:
    """The target's picture, as the worker decoded it."""
    return serve_key(request, _key(request, edit_id, "target.png"), "image/png")


def _key(request: PageRequest, edit_id: int, name: str) -> str:
    found = EditJob.objects.visible_to(request.user)
    return get_object_or_404(found, pk=edit_id).file_key(name)
