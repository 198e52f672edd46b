"""Writing rendered components as MP4, each in the same form."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import torch
from av.video.frame import VideoFrame
from torch import Tensor

from pipelines.media.files import whole_file

# crf 18: differences that a person cannot see, as x264's own guide has it.
X264 = {"preset": "veryfast", "crf": "18"}


def write_clip(path: Path, frames: Tensor, rate: Fraction) -> None:
    """Write frames (t, 3, h, w) 0..1 as H.264, whole or not at all.

    Height and width must be even: H.264 halves its colours. Frames are the same to the
    bit for a seed, files need not be: x264 now and then spends another bit on them.
    """
    pictures = (frames.clamp(0, 1) * 255).round().to(torch.uint8)
    images = pictures.permute(0, 2, 3, 1).contiguous().cpu().numpy()
    with (
        whole_file(path) as temporary,
        av.open(str(temporary), "w", format="mp4") as target,
    ):
        stream = target.add_stream("libx264", rate=rate, options=X264)
        stream.height, stream.width = images.shape[1:3]
        stream.pix_fmt = "yuv420p"
        for image in images:
            frame = VideoFrame.from_ndarray(np.ascontiguousarray(image), "rgb24")
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
