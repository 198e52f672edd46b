"""Titles, their shots and the productions they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.documents import Document
    from catalog.models import Production, Shot, Title


def production_document(production: Production) -> Document:
    """A production."""
    return {
        "id": production.pk,
        "name": production.name,
        "may_train": production.may_train,
    }


def title_document(title: Title) -> Document:
    """A title; `shots` and `matches` are counted for those `with_counts`."""
    return {
        "id": title.pk,
        "name": title.name,
        "production": title.production_id,
        "kind": title.kind,
        "version": title.version,
        "supersedes": title.supersedes_id,
        "state": title.state,
        "error": title.error,
        "same_as": title.same_as_id,
        "frames": title.frames,
        "rate": rate_text(title),
        "start_tc": title.start_tc or title.tc(0),
        "drop_frame": title.drop_frame,
        "reel": title.reel,
        "file": title.online_path() or title.added_path,
        "offline": title.offline,
        "added": title.created_at,
        "shots": getattr(title, "shot_count", None),
        "matches": getattr(title, "match_count", None),
    }


def rate_text(title: Title) -> str:
    """Frames a second, exact: 24000/1001."""
    return f"{title.rate_num}/{title.rate_den}"


def shot_document(shot: Shot) -> Document:
    """A shot; its title is read."""
    return {
        "id": shot.pk,
        "index": shot.index,
        "first_frame": shot.first_frame,
        "end_frame": shot.end_frame,
        "start_tc": shot.start_tc,
        "end_tc": shot.end_tc,
        "role": shot.role,
        "group": shot.group_id,
    }
