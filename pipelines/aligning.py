"""How one title's picture is laid on another's, and whether its source can bear it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.conf import settings

from mlcore.matching.align import align
from mlcore.matching.reposition import Source, reposition

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from catalog.models import Title

    Mask = NDArray[np.bool_]


def aligned(
    titles: tuple[Title, Title], leaving: Mask | None, entering: Mask | None
) -> dict[str, Any] | None:
    """Return alignment and its cost for two placed masks; None where a subject is missing.

    Turned where that helps, never mirrored: a mirrored shot looks the other way.
    """
    if leaving is None or entering is None:
        return None
    sources = _source(titles[0]), _source(titles[1])
    aspects = sources[0].aspect, sources[1].aspect
    found = align(leaving, entering, aspects, turn=True)
    if found is None:
        return None
    return asdict(found) | asdict(reposition(found, *sources, settings.DELIVERY_HEIGHT))


def _source(title: Title) -> Source:
    return Source(
        width=title.probe.get("display_width", 1920),
        height=title.probe.get("display_height", 1080),
        aspect=title.picture_aspect,
    )
