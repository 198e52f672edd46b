"""Which components are on a title's shots and at its cuts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import cv2
import numpy as np
import torch
from django.conf import settings

from catalog.files import local_path
from catalog.models import Shot
from mlcore.components.finding.changes import changes_of
from mlcore.components.finding.detector import AT_CUTS, ON_SHOTS
from mlcore.components.finding.presence import PLAIN_SHARE
from mlcore.components.measuring.retrieval import embedder
from pipelines.components.kept import Found, replace_findings
from pipelines.components.shipped import live_finder
from pipelines.components.windows import windows_at_cuts, windows_on_shots
from pipelines.errors import PipelineError
from pipelines.media.reader import open_proxy
from pipelines.stills import read_small

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from decord import VideoReader
    from numpy.typing import NDArray

    from catalog.models import EncoderVersion, Title
    from mlcore.components.component import Category
    from mlcore.components.finding.detector import Found as Seen
    from mlcore.components.network.config import EncoderConfig
    from pipelines.components.shipped import Finder
    from pipelines.components.windows import Window
    from pipelines.jobs import Claim

    Asked = tuple[list[Window], Sequence[Category]]
    """The windows about one cut or of one shot, and what may be there."""

SOFT = 0.75
"""Of the encoder's size, the pixels that a side really has: materials are small, and what was
learned from them is no sharper. Pixels that are all true looked like effects."""

AT_ONCE = 16
"""Cuts or shots decoded and embedded together: a few megabytes."""


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
        for rows in _looked_at(title, finder, asked):
            found.extend(rows)
            claim.progress(len(found) / many)

    look(cuts)
    laid_over = {row.cut_frame for row in found if row.category and row.cut_frame}
    within = windows_on_shots(shots, rate, laid_over)
    look([(each, ON_SHOTS) for each in within])
    with claim.writing():
        replace_findings(title, version, found)
    laid = sum(bool(each.category) for each in found)
    claim.job.note(
        f"{title}: {laid} of {len(found)} cuts and shots have something on them"
    )


def _looked_at(
    title: Title, finder: Finder, asked: Sequence[Asked]
) -> Iterator[list[Found]]:
    embed = embedder(finder.encoder, torch.device("cpu"))
    proxy = _proxy_of(title)
    config = finder.encoder.config
    for at in range(0, len(asked), AT_ONCE):
        some = asked[at : at + AT_ONCE]
        clips = np.stack(
            [
                _clip(title, proxy, window, config)
                for windows, _ in some
                for window in windows
            ]
        )
        stacked = torch.from_numpy(clips).permute(0, 1, 4, 2, 3)
        embedded = embed(stacked, None).float().cpu().numpy().astype(np.float64)
        embedded /= np.linalg.norm(embedded, axis=1, keepdims=True)
        seen = np.hstack([embedded, changes_of(stacked).numpy().astype(np.float64)])
        yield _found(finder, some, seen)


def _found(
    finder: Finder, asked: Sequence[Asked], embedded: NDArray[np.float64]
) -> list[Found]:
    ends = np.cumsum([len(windows) for windows, _ in asked])
    looks = np.split(embedded, ends[:-1])
    return [
        _row(
            windows[0],
            finder.detector.find_in_looks(some, among, plain=PLAIN_SHARE),
        )
        for (windows, among), some in zip(asked, looks, strict=True)
    ]


def _proxy_of(title: Title) -> VideoReader:
    path = local_path(title.proxy_key)
    if not path.is_file():
        raise PipelineError("The proxy is gone; ingest the title again.")
    return open_proxy(path)


def _clip(
    title: Title, proxy: VideoReader, window: Window, config: EncoderConfig
) -> NDArray[np.uint8]:
    """(T, size, size, 3) RGB of a window: the whole active picture squeezed to a square."""
    shrink = partial(_squeezed, size=config.size)
    return read_small(title, proxy, window.frames(config.frames), shrink)


def _squeezed(picture: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    few, side = round(size * SOFT), (size, size)
    small = cv2.resize(picture, (few, few), interpolation=cv2.INTER_AREA)
    square = cv2.resize(small, side, interpolation=cv2.INTER_LINEAR)
    return np.asarray(square, np.uint8)


def _row(window: Window, seen: Seen) -> Found:
    return Found(
        first_frame=window.first_frame,
        end_frame=window.end_frame,
        shot=window.shot,
        cut_frame=window.cut_frame,
        category=seen.category or "",
        component=seen.key,
        confidence=seen.confidence,
    )
