"""Which components are on a title's shots and at its cuts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import torch
from django.conf import settings

from catalog.models import Shot
from mlcore.components.finding.detector import AT_CUTS, ON_SHOTS
from mlcore.components.finding.presence import PLAIN_SHARE
from pipelines.components.kept import Found, replace_findings
from pipelines.components.seen import looks_at
from pipelines.components.shipped import live_finder
from pipelines.components.windows import apart, windows_at_cuts, windows_on_shots

if TYPE_CHECKING:
    from collections.abc import Sequence

    from catalog.models import EncoderVersion, Title
    from mlcore.components.component import Category
    from mlcore.components.finding.detector import Found as Seen
    from pipelines.components.shipped import Finder
    from pipelines.components.windows import Window
    from pipelines.jobs import Claim

    Asked = tuple[list[Window], Sequence[Category]]
    """The windows about one cut or of one shot, and what may be there."""


def detect(claim: Claim) -> None:
    """Look at every cut and shot of a job's title, and write down what is found.

    Raises PipelineError where no encoder is set up, or the proxy is gone.
    """
    torch.set_num_threads(settings.TORCH_THREADS)
    finder, version = live_finder()
    find_in_title(claim, claim.title, finder, version)


def find_in_title(
    claim: Claim, title: Title, finder: Finder, version: EncoderVersion
) -> None:
    """Write what a version finds in a title, beside what others found."""
    shots = list(title.shots.filter(role=Shot.Role.PICTURE).order_by("first_frame"))
    rate = float(title.rate)
    cuts: list[Asked] = [(each, AT_CUTS) for each in windows_at_cuts(shots, rate)]
    many, found = len(cuts) + len(shots), list[Found]()

    def look(asked: list[Asked]) -> None:
        seen = looks_at(title, finder, [windows for windows, _ in asked])
        for (windows, among), looks in zip(asked, seen, strict=True):
            said = finder.detector.find_in_looks(looks, among, plain=PLAIN_SHARE)
            found.append(_row(windows[0], said))
            claim.progress(len(found) / many)

    look(cuts)
    found[:] = transitions_apart(found, rate)
    laid_over = {row.cut_frame for row in found if row.category and row.cut_frame}
    within = windows_on_shots(shots, rate, laid_over)
    look([(each, ON_SHOTS) for each in within])
    with claim.writing():
        replace_findings(title, version, found)
    laid = sum(bool(each.category) for each in found)
    claim.job.note(
        f"{title}: {laid} of {len(found)} cuts and shots have something on them"
    )


def transitions_apart(found: Sequence[Found], rate: float) -> list[Found]:
    """Return what was found at cuts, of transitions less than APART seconds apart the surest.

    What comes in bursts, as glitches do, looks like a transition wherever it was taken
    for a cut. The others are said to be nothing, no surer than they were of something.
    """
    sure = sorted((row for row in found if row.category), key=lambda r: -r.confidence)
    kept = apart([r.cut_frame for r in sure if r.cut_frame is not None], rate)
    return [
        row if not row.category or row.cut_frame in kept else _nothing(row)
        for row in found
    ]


def _nothing(row: Found) -> Found:
    unsure = 1.0 - row.confidence
    return replace(row, category="", component=None, nearest=None, confidence=unsure)


def _row(window: Window, seen: Seen) -> Found:
    return Found(
        first_frame=window.first_frame,
        end_frame=window.end_frame,
        shot=window.shot,
        cut_frame=window.cut_frame,
        category=seen.category or "",
        component=seen.key,
        nearest=seen.nearest,
        confidence=seen.confidence,
    )
