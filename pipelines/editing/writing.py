"""The result as files: one for editing programs, one for the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import cv2
import numpy as np
from av.video.frame import VideoFrame

from catalog.files import local_path
from catalog.services.edits import COMPARE, POSTER, RESULT
from pipelines.editing.places import (
    COVER,
    FRAMES,
    MADE,
    edit_of,
    forget_stages,
    kept,
    needed,
)
from pipelines.editing.reading import digest_of, frame_times
from pipelines.ingest import limits, source_path
from pipelines.media.files import whole_file
from pipelines.media.mastering import write_master
from pipelines.media.probe import Probe
from pipelines.media.samples import read_samples
from pipelines.media.writer import write_jpeg
from pipelines.packages import digest
from pipelines.stills import STILL_WIDTH, fitted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction
    from pathlib import Path

    from numpy.typing import NDArray

    from catalog.models import EditJob
    from pipelines.jobs import Claim
    from pipelines.media.samples import Samples

    Bytes = NDArray[np.uint8]

PAGE_WIDTH, PAGE_HEIGHT = 960, 540
"""Of each of the three pictures that a page compares, at most"""
LEAST_WIDTH = 320
"""Smaller ones are enlarged, without smoothing: what they are is seen"""
X264 = {
    "preset": "veryfast",
    "crf": "16",
    "x264-params": "keyint=6:min-keyint=6:scenecut=0:bframes=0",
}


def write_result(claim: Claim) -> None:
    """Write both files and the digests of what came out."""
    edit = edit_of(claim)
    if edit.is_done and kept(edit, MADE) is None:
        # An attempt died after its last word, while it tidied up.
        forget_stages(edit)
        return
    made = needed(edit, MADE)
    for name, write in ((RESULT, _write_master), (COMPARE, _write_compared)):
        path = local_path(edit.file_key(name))
        if not path.is_file():
            claim.progress(0.0, name)
            write(claim, edit, path)
    write_jpeg(
        local_path(edit.file_key(POSTER)), _posed(np.asarray(made[len(made) // 2]))
    )
    pixels = digest_of(np.asarray(made))
    told = {
        "pixels_sha256": pixels,
        "file_sha256": digest(local_path(edit.file_key(RESULT))),
        **_reproduced(edit, pixels),
    }
    with claim.writing():
        edit.outcome = edit.outcome | told
        edit.stage = ""
        edit.save(update_fields=["outcome", "stage"])
    forget_stages(edit)


def _reproduced(edit: EditJob, pixels: str) -> dict[str, bool]:
    """Whether an edit that was to be made again came out the same."""
    before = edit.reproduces
    if before is None:
        return {}
    return {"same_pixels": before.outcome.get("pixels_sha256") == pixels}


def _write_master(claim: Claim, edit: EditJob, path: Path) -> None:
    title = edit.title
    probe = Probe.from_json(title.probe)
    made = needed(edit, MADE)

    def told() -> Iterator[Bytes]:
        for index, frame in enumerate(made):
            claim.progress(index / len(made), f"{RESULT}: {index + 1} of {len(made)}")
            yield np.asarray(frame)

    write_master(
        path,
        told(),
        probe,
        timecode=title.tc(edit.first_frame) if title.start_tc else "",
        reel=title.reel,
        sounds=_sounds(edit, probe),
    )


def _sounds(edit: EditJob, probe: Probe) -> list[Samples]:
    times = frame_times(edit)
    start = times.ticks[edit.first_frame] * times.time_base
    long = times.seconds(edit.end_frame) - times.seconds(edit.first_frame)
    return read_samples(source_path(edit.title), probe, start, long, limits())


def _write_compared(claim: Claim, edit: EditJob, path: Path) -> None:
    """Source, edit and cover one below another in one film: they cannot fall out of step."""
    frames, made, cover = (needed(edit, name) for name in (FRAMES, MADE, COVER))
    rate: Fraction = edit.title.rate
    with (
        whole_file(path) as temporary,
        av.open(
            str(temporary), "w", format="mp4", options={"movflags": "faststart"}
        ) as target,
    ):
        width, height = page_size(frames.shape[2], frames.shape[1])
        stream = target.add_stream("libx264", rate=rate, options=X264)
        stream.width, stream.height, stream.pix_fmt = width, 3 * height, "yuv420p"
        for index in range(len(frames)):
            claim.progress(index / len(frames), f"{COMPARE}: {index + 1}")
            grey = np.repeat((cover[index] * 255).astype(np.uint8)[..., None], 3, 2)
            three = [
                _at(np.asarray(each), (width, height))
                for each in (frames[index], made[index], grey)
            ]
            picture = VideoFrame.from_ndarray(np.concatenate(three), format="rgb24")
            target.mux(stream.encode(picture))
        target.mux(stream.encode(None))


def page_size(width: int, height: int) -> tuple[int, int]:
    """(width, height), even, within what a page shows; small pictures by whole numbers."""
    if width < LEAST_WIDTH:
        times = -(-LEAST_WIDTH // width)
        return _even(width * times), _even(height * times)
    scale = min(1.0, PAGE_WIDTH / width, PAGE_HEIGHT / height)
    return _even(width * scale), _even(height * scale)


def _even(length: float) -> int:
    return max(2, round(length / 2) * 2)


def _posed(picture: Bytes) -> Bytes:
    size = page_size(picture.shape[1], picture.shape[0])
    return fitted(_at(picture, size), STILL_WIDTH)


def _at(picture: Bytes, size: tuple[int, int]) -> Bytes:
    if (picture.shape[1], picture.shape[0]) == size:
        return picture
    way = cv2.INTER_AREA if size[0] < picture.shape[1] else cv2.INTER_NEAREST
    return np.asarray(cv2.resize(picture, size, interpolation=way), np.uint8)
