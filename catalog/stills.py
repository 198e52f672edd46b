"""Where the still of a frame lies: JPEGs beside the proxy, written by the worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.models import Title


def still_key(title: Title, frame: int) -> str:
    """File key of one frame's JPEG. Raises ValueError before there is a proxy."""
    return f"{_folder(title)}/stills/{frame:07d}.jpg"


def times_key(title: Title) -> str:
    """File key of the timestamp table. Raises ValueError before there is a proxy."""
    return f"{_folder(title)}/times.json"


def _folder(title: Title) -> str:
    folder, _, name = title.proxy_key.rpartition("/")
    if not name:
        raise ValueError(f"{title} has no proxy yet")
    return folder
