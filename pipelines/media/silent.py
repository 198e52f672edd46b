"""Writing pictures that were drawn as a clip without sound."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av
from av.video.frame import VideoFrame

from pipelines.media.files import whole_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pipelines.media.packets import Image

# Thousands of them are kept: smaller than a loop, which shows footage. A browser goes back
# to the start alone, so that one keyframe is enough for some seconds.
X264 = {"preset": "veryfast", "crf": "26", "x264-params": "keyint=120:bframes=0"}


def write_silent(pictures: Iterable[Image], rate: Fraction, out: Path) -> None:
    """Write (height, width, 3) RGB uint8 pictures, all of one even size, as an MP4.

    ``rate`` is frames a second. ``out`` appears whole or not at all. Raises ValueError
    when there is no picture.
    """
    with whole_file(out) as temporary:
        options = {"movflags": "faststart"}
        with av.open(str(temporary), "w", format="mp4", options=options) as target:
            stream = None
            for number, picture in enumerate(pictures):
                if stream is None:
                    stream = target.add_stream("libx264", rate=rate, options=X264)
                    stream.height, stream.width = picture.shape[:2]
                    stream.pix_fmt = "yuv420p"
                frame = VideoFrame.from_ndarray(picture, format="rgb24")
                frame.pts, frame.time_base = number, 1 / Fraction(rate)
                target.mux(stream.encode(frame))
            if stream is None:
                raise ValueError("A clip needs at least one picture.")
            target.mux(stream.encode(None))
