"""Loops of cuts as MP4: which frames of which proxies, and the key of their ZIP."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from catalog.exports.text import number, one_line
from catalog.loops import RENDER_VERSION, Loop, Side

if TYPE_CHECKING:
    from collections.abc import Sequence

    from catalog.matchcuts import CutSide, MatchCut


def loops_subject(
    name: str, cuts: Sequence[MatchCut], *, seconds: float
) -> dict[str, Any]:
    """What the worker needs: titles, and each loop's name, proxies and frames.

    Its "key" is made of all that, so that one export is rendered once.
    """
    titles = {side.title.pk for cut in cuts for side in (cut.leaving, cut.entering)}
    loops = [
        [_name(place, cut), *_frames(cut, seconds)]
        for place, cut in enumerate(cuts, start=1)
    ]
    text = json.dumps([RENDER_VERSION, name, loops])
    digest = hashlib.sha256(text.encode()).hexdigest()[:40]
    return {
        "name": name,
        "titles": sorted(titles),
        "loops": loops,
        "key": f"exports/{digest[:2]}/{digest}.zip",
    }


def loops_of(subject: dict[str, Any]) -> list[tuple[str, Loop]]:
    """The loops that a job's subject names, each with its file name."""
    return [
        (
            name,
            Loop(
                leaving=Side(proxy_key=leaving[0], first_frame=leaving[1], end_frame=leaving[2]),
                entering=Side(proxy_key=entering[0], first_frame=entering[1], end_frame=entering[2]),
            ),
        )
        for name, leaving, entering in subject["loops"]
    ]  # fmt: skip


def _name(place: int, cut: MatchCut) -> str:
    score = "" if cut.score is None else f" {number(cut.score)}"
    sides = f"{cut.leaving.title} to {cut.entering.title}"
    plain = "".join(each if each.isalnum() or each in " ._-" else "_" for each in sides)
    return f"{place:03d} {one_line(cut.kind, 20)}{score} {one_line(plain, 120)}.mp4"


def _frames(cut: MatchCut, seconds: float) -> list[list[Any]]:
    leaving, entering = cut.leaving, cut.entering
    first = max(leaving.first_frame, leaving.frame + 1 - _reach(leaving, seconds))
    end = min(entering.end_frame, entering.frame + _reach(entering, seconds))
    return [
        [leaving.title.proxy_key, first, leaving.frame + 1],
        [entering.title.proxy_key, entering.frame, end],
    ]


def _reach(side: CutSide, seconds: float) -> int:
    return max(1, round(seconds * side.title.rate))
