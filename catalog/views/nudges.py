"""Frames in an address: ?out=94&in=203 is a cut at other frames than the matched ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from catalog.services import Refused, moved_to

if TYPE_CHECKING:
    from catalog.matchcuts import MatchCut
    from catalog.models import MatchCandidate

LARGEST = 2**31 - 1


def nudged(given: Mapping[str, str], cut: MatchCut) -> MatchCut:
    """The cut at the frames given as `out` and `in`; at its own where none is given.

    Raises Refused for what is no frame of the shot.
    """
    return moved_to(
        cut, leaving_frame=_frame(given, "out"), entering_frame=_frame(given, "in")
    )


def frames_query(candidate: MatchCandidate, cut: MatchCut) -> str:
    """The query that leads to this cut of the candidate; empty at its own frames."""
    out, into = cut.leaving.frame, cut.entering.frame
    if (out, into) == (candidate.leaving_frame, candidate.entering_frame):
        return ""
    return f"?out={out}&in={into}"


def _frame(given: Mapping[str, str], name: str) -> int | None:
    word = given.get(name, "")
    if not word:
        return None
    if not (word.isascii() and word.isdecimal()) or len(word) > len(str(LARGEST)):
        raise Refused(f"{word[:40]!r} is no frame: {name} is a whole number.")
    return int(word)
