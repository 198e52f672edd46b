"""Places of a title as a component detector sees them: windows of the proxy, embedded."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import cv2
import numpy as np
import torch

from catalog.files import local_path
from mlcore.components.finding.changes import changes_of
from mlcore.components.measuring.retrieval import embedder
from pipelines.errors import PipelineError
from pipelines.media.reader import open_proxy
from pipelines.stills import read_small

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from decord import VideoReader
    from numpy.typing import NDArray

    from catalog.models import Title
    from mlcore.components.network.config import EncoderConfig
    from pipelines.components.shipped import Finder
    from pipelines.components.windows import Window

SOFT = 0.75
"""Of the encoder's size, the pixels that a side really has: materials are small, and what was
learned from them is no sharper. Pixels that are all true looked like effects."""

AT_ONCE = 16
"""Places decoded and embedded together: a few megabytes."""


def looks_at(
    title: Title, finder: Finder, places: Sequence[Sequence[Window]]
) -> Iterator[NDArray[np.float64]]:
    """Yield of each place (n, D + F), its n windows as the detector looks at them.

    Raises PipelineError where the proxy is gone.
    """
    embed = embedder(finder.encoder, torch.device("cpu"))
    proxy = _proxy_of(title)
    config = finder.encoder.config
    for at in range(0, len(places), AT_ONCE):
        some = places[at : at + AT_ONCE]
        clips = np.stack(
            [_clip(title, proxy, each, config) for windows in some for each in windows]
        )
        stacked = torch.from_numpy(clips).permute(0, 1, 4, 2, 3)
        embedded = embed(stacked, None).float().cpu().numpy().astype(np.float64)
        embedded /= np.linalg.norm(embedded, axis=1, keepdims=True)
        seen = np.hstack([embedded, changes_of(stacked).numpy().astype(np.float64)])
        ends = np.cumsum([len(windows) for windows in some])
        yield from np.split(seen, ends[:-1])


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
