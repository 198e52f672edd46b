"""The toy title: drawn scenes as a film, and a picture of what could be put into each.

What the toy back-end of edits knows (docs/editing.md); nothing in it was filmed.
"""

import json
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import torch
from av.video.frame import VideoFrame

from mlcore.editing.world import EditingWorld
from pipelines.packages import published

TITLE, TRUTH = "toy_world.mov", "toy_world.truth.json"
SCENES, FRAMES, RATE = 3, 24, Fraction(12)
SIZE, TIMES = 64, 4
"""Pixels that scenes are drawn at, and by how much they are enlarged: 256 x 256"""
SEED = 6
LOSSLESS = {"preset": "veryfast", "qp": "0"}


def install_toy(folder: Path) -> list[Path]:
    """Draw the title, its truth and its targets into a folder; return what was written.

    The same every time; what is there is written again.
    """
    world, chance = EditingWorld(size=SIZE), torch.Generator().manual_seed(SEED)
    scenes = world.draw(SCENES, FRAMES, chance)
    others = world.other_things(scenes.things, chance)
    pictures = world.pictures(others, chance)
    written = [folder / TITLE]
    with published(folder / TITLE) as temporary:
        _write_film(temporary, _bytes(scenes.frames.flatten(0, 1)))
    for number, picture in enumerate(_bytes(pictures), start=1):
        written.append(folder / f"toy_target_{number}.png")
        _fine, png = cv2.imencode(".png", picture[..., ::-1])
        with published(written[-1]) as temporary:
            temporary.write_bytes(png.tobytes())
    truth = [
        {
            "first": number * FRAMES,
            "end": (number + 1) * FRAMES,
            "source_prompt": source,
            "target_prompt": target,
            "target": f"toy_target_{number + 1}.png",
        }
        for number, (source, target) in enumerate(
            zip(scenes.things.prompts, others.prompts, strict=True)
        )
    ]
    with published(folder / TRUTH) as temporary:
        temporary.write_text(json.dumps({"shots": truth}, indent=1) + "\n")
    return [*written, folder / TRUTH]


def _bytes(
    frames_t3hw: torch.Tensor,
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """(T, H, W, 3) RGB, enlarged without smoothing."""
    rows = (frames_t3hw * 255).round().to(torch.uint8).permute(0, 2, 3, 1)
    large = rows.repeat_interleave(TIMES, 1).repeat_interleave(TIMES, 2)
    return np.asarray(large.contiguous().numpy(), np.uint8)


def _write_film(
    path: Path, frames: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
) -> None:
    with av.open(str(path), "w", format="mov") as target:
        stream = target.add_stream("libx264", rate=RATE, options=LOSSLESS)
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = "yuv444p"
        stream.metadata["timecode"] = "03:00:00:00"
        context = stream.codec_context
        context.colorspace = context.color_primaries = context.color_trc = 1
        context.color_range = 1
        for frame in frames:
            picture = VideoFrame.from_ndarray(np.ascontiguousarray(frame))
            target.mux(
                stream.encode(
                    picture.reformat(
                        format="yuv444p",
                        dst_colorspace="ITU709",
                        dst_color_range="MPEG",
                    )
                )
            )
        target.mux(stream.encode(None))
