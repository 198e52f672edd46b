"""Titles, cuts and timelines for tests of exports, without a database."""

from fractions import Fraction
from typing import Any

from catalog.exports import Lengths, Planner
from catalog.exports.sources import sources_of
from catalog.matchcuts import CutSide, MatchCut
from catalog.models import Title

NTSC = {24: Fraction(24000, 1001), 30: Fraction(30000, 1001), 60: Fraction(60000, 1001)}


def made_title(
    key: int,
    rate: Fraction | int = 25,
    *,
    reel: str = "",
    path: str = "",
    start: str = "01:00:00:00",
    **fields: Any,
) -> Title:
    """A title that is in no database, of 1,000 frames unless `frames` says otherwise."""
    rate = Fraction(rate)
    size = {"display_width": 1920, "display_height": 1080}
    probe = {**size, "active_picture": [0, 0, 1, 1], **fields.pop("probe", {})}
    return Title(
        pk=key,
        name=str(fields.pop("name", f"Title {key}")),
        added_path=path or f"/mnt/footage/day 1/clip{key}.mov",
        rate_num=rate.numerator,
        rate_den=rate.denominator,
        frames=fields.pop("frames", 1000),
        start_tc=start,
        drop_frame=";" in start,
        reel=reel or f"A{key:03d}",
        proxy_key=f"proxies/{key}/proxy.mp4",
        probe=probe,
        **fields,
    )


def made_cut(
    leaving: Title,
    entering: Title,
    *,
    tail: tuple[int, int, int] = (100, 500, 399),
    head: tuple[int, int, int] = (200, 600, 230),
    **fields: Any,
) -> MatchCut:
    """A cut; `tail` and `head` are first frame, end and matched frame of its shots."""
    sides: dict[str, Any] = {
        name: CutSide(title=title, first_frame=first, end_frame=end, frame=frame)
        for name, title, (first, end, frame) in (
            ("leaving", leaving, tail),
            ("entering", entering, head),
        )
    }
    known: dict[str, Any] = {
        "key": "match 7",
        "kind": "frame",
        "score": 0.8312,
        "parts": {"placed_iou": 0.81, "same_class": 1.0},
        "transform": None,
    }
    return MatchCut(**sides, **{**known, **fields})


def planner(*cuts: MatchCut, roots=(), system="server", **lengths: Any) -> Planner:
    """A planner of these cuts."""
    titles = [side.title for cut in cuts for side in (cut.leaving, cut.entering)]
    sources, _ = sources_of(titles, list(roots), system)
    return Planner(
        name="Keepers", cuts=list(cuts), sources=sources, lengths=Lengths(**lengths)
    )
