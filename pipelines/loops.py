"""A cut as it would play: the end of one shot, then the beginning of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.files import local_path, publish, working_folder
from catalog.loops import Side, loop_of
from catalog.models import MatchCandidate
from pipelines.errors import PipelineError
from pipelines.media.writer import write_loop

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.jobs import Claim


def render_loop(claim: Claim) -> None:
    """Write the loop of one candidate: up to two seconds on each side of the cut."""
    number = claim.job.subject.get("candidate")
    candidate = (
        MatchCandidate.objects.filter(pk=number)
        .select_related("leaving__title", "entering__title")
        .first()
    )
    if candidate is None:
        raise PipelineError("This pair is no longer on the board; reload the page.")
    loop = loop_of(candidate)
    if local_path(loop.key).exists():
        return
    folder = working_folder(f"loop-{claim.job.pk}")
    write_loop(*_side(loop.leaving), *_side(loop.entering), folder / "loop.mp4")
    publish(folder / "loop.mp4", loop.key)
    folder.rmdir()


def _side(side: Side) -> tuple[Path, tuple[int, int]]:
    return local_path(side.proxy_key), (side.first_frame, side.end_frame)
