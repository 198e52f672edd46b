"""The filters a person has asked for, and whom they are, as conditions on rows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from catalog.models import Shot, Title
from catalog.models.productions import sees_everything
from pipelines.filters import Filters

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from catalog.models.titles import TitleQuerySet


def filters_of(asked: dict[str, Any], user: User | None) -> Filters:
    """Return the conditions of a search, its titles and groups looked up.

    `asked` is what `catalog.services.ask_search` has checked; None is who sees all.
    """
    return Filters(
        titles=_titles(asked, user),
        not_titles=tuple(asked.get("not_titles", ())),
        not_groups=_groups_of(asked.get("not_groups_of"), user),
        min_seconds=asked.get("min_seconds"),
        max_seconds=asked.get("max_seconds"),
        min_handles=asked.get("min_handles", 0),
        min_score=asked.get("min_score", 0.0),
    )


def _titles(asked: dict[str, Any], user: User | None) -> tuple[int, ...] | None:
    """The titles that come into question; None when all of them do."""
    every = Title.objects.all()
    found = every if user is None or sees_everything(user) else every.visible_to(user)
    narrowed = _narrowed(found, asked)
    if narrowed is every:
        return None
    return tuple(narrowed.order_by("pk").values_list("pk", flat=True))


def _narrowed(found: TitleQuerySet, asked: dict[str, Any]) -> TitleQuerySet:
    if asked.get("titles"):
        found = found.filter(pk__in=asked["titles"])
    if asked.get("productions"):
        found = found.filter(production__in=asked["productions"])
    if asked.get("added_from"):
        found = found.filter(created_at__date__gte=asked["added_from"])
    if asked.get("added_to"):
        after = date.fromisoformat(asked["added_to"]) + timedelta(days=1)
        found = found.filter(created_at__date__lt=after)
    return found


def _groups_of(shot: int | None, user: User | None) -> tuple[int, ...]:
    if shot is None:
        return ()
    shots = Shot.objects.all() if user is None else Shot.objects.visible_to(user)
    found = shots.filter(pk=shot, group__isnull=False).values_list("group", flat=True)
    return tuple(found)
