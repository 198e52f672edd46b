"""What the pages of trained families share: acts that may be refused, versions by number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect

from catalog.models import EncoderVersion, Job
from catalog.services import Refused, ask_promotion

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from catalog.htmx import PageRequest


def done(
    request: PageRequest, act: Callable[[], object], page: str, *where: int | str
) -> HttpResponse:
    """Do it, or say why not; then show the page."""
    try:
        act()
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(page, *where)


def promote_named(request: PageRequest) -> Job:
    """Ask for the version that a form names. Raises Refused where it is gone."""
    number = word(request, "version")
    known = number.isdecimal() and len(number) < 19
    found = EncoderVersion.objects.filter(pk=int(number)) if known else None
    version = found.first() if found is not None else None
    if version is None:
        raise Refused("This version is no longer there; reload the page.")
    return ask_promotion(version, user=request.user, reason=word(request, "reason"))


def word(request: PageRequest, name: str) -> str:
    """What a form says, without NUL, which PostgreSQL does not keep."""
    return request.POST.get(name, "").replace("\x00", "")
