"""A short stretch of film around a moment, small, as movement is measured in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipelines.moments import flow_window
from pipelines.stills import crop_to_picture, fitted

if TYPE_CHECKING:
    from decord import VideoReader
    from numpy.typing import NDArray

    from catalog.models import Title
    from pipelines.moments import Moment

# Longest side of the small pictures that movement is measured in.
STRETCH_SIDE = 320


def read_stretch(title: Title, proxy: VideoReader, moment: Moment) -> NDArray[np.uint8]:
    """Decode (n, h, w, 3) RGB of the active picture over the moment's `flow_window`."""
    window = flow_window(moment)
    # The frame before the first one too: flow i is from frame i - 1 to i.
    frames = range(window.start - 1, window.stop)
    whole = proxy.get_batch(list(frames)).asnumpy()
    return np.stack(
        [fitted(crop_to_picture(one, title), STRETCH_SIDE) for one in whole]
    )
