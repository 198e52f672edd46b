"""A cut as it would play: the end of one shot, then the beginning of another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from catalog.files import local_path, publish, working_folder
from catalog.loops import Side, loop_of_cut
from catalog.matchcuts import cut_of_candidate, cut_of_item
from catalog.models import BinItem, MatchCandidate
from catalog.services import Refused, moved_to
from pipelines.errors import PipelineError
from pipelines.media.writer import write_loop

if TYPE_CHECKING:
    from pathlib import Path

    from catalog.matchcuts import MatchCut
    from pipelines.jobs import Claim


def render_loop(claim: Claim) -> None:
    """Write the loop of one cut: up to two seconds on each side of it."""
    loop = loop_of_cut(_cut(claim.job.subject))
    if local_path(loop.key).exists():
        return
    folder = working_folder(f"loop-{claim.job.pk}")
    write_loop(*_side(loop.leaving), *_side(loop.entering), folder / "loop.mp4")
    publish(folder / "loop.mp4", loop.key)
    folder.rmdir()


def _cut(subject: dict[str, Any]) -> MatchCut:
    """The candidate or item named, at the frames named, or at its own."""
    cut = _own_cut(subject)
    if cut is None:
        raise PipelineError("This pair is no longer there; reload the page.")
    out, into = subject.get("out"), subject.get("in")
    try:
        return moved_to(cut, leaving_frame=out, entering_frame=into)
    except Refused as refused:
        raise PipelineError(str(refused)) from None


def _own_cut(subject: dict[str, Any]) -> MatchCut | None:
    if "candidate" in subject:
        candidates = MatchCandidate.objects.with_card()
        candidate = candidates.filter(pk=subject["candidate"]).first()
        return cut_of_candidate(candidate) if candidate else None
    items = BinItem.objects.with_titles()
    item = items.filter(pk=subject.get("item", 0)).first()
    return cut_of_item(item) if item else None


def _side(side: Side) -> tuple[Path, tuple[int, int]]:
    return local_path(side.proxy_key), (side.first_frame, side.end_frame)
