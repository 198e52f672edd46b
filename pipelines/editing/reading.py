"""What an edit works on: exact frames of the source, and the target's picture."""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from catalog.files import local_path
from catalog.services import picture_path
from catalog.stills import times_key
from pipelines.editing.places import (
    FRAMES,
    edit_of,
    forget_stages,
    keep,
    kept,
    needed,
)
from pipelines.errors import PipelineError
from pipelines.ingest import limits, source_path
from pipelines.media.errors import UnreadableMedia
from pipelines.media.files import write_whole
from pipelines.media.pictures import read_cutout
from pipelines.media.probe import Probe
from pipelines.media.reader import read_frames
from pipelines.media.times import FrameTimes
from pipelines.memory import available_memory

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from catalog.models import EditJob
    from pipelines.jobs import Claim

    Bytes = NDArray[np.uint8]

BYTES_A_PIXEL = 64
"""Of memory, for each pixel of each frame: measured were 56 beyond the source's own 3,
for the back-end that holds whole frames (composite)."""
TARGET = "target.png"


def read_inputs(claim: Claim) -> None:
    """Decode the target's picture and the range, in the sandbox; write down their hashes.

    What was made of another source, whose title has been read again since, is dropped.
    Raises PipelineError where the frames would not fit into memory, saying how many would.
    """
    edit = edit_of(claim)
    _keep_target(edit)
    _begin_of_source(claim, edit)
    if kept(edit, FRAMES) is None:
        probe = Probe.from_json(edit.title.probe)
        check_memory(edit.frames, probe.display_width * probe.display_height)
        keep(edit, FRAMES, _decoded(claim, edit, probe))
    frames = needed(edit, FRAMES)
    told = {
        "frames_sha256": digest_of(frames, partial(claim.progress, 1.0, "hashing")),
        "picture_sha256": edit.picture_sha256,
    }
    with claim.writing():
        edit.inputs = edit.inputs | told
        edit.save(update_fields=["inputs"])


def _begin_of_source(claim: Claim, edit: EditJob) -> None:
    source = edit.title.source.content_key if edit.title.source else ""
    if edit.inputs.get("source") == source:
        return
    forget_stages(edit)
    # Before anything is decoded: frames that are kept are of the source that stands here.
    with claim.writing():
        edit.inputs, edit.estimate = {"source": source}, {}
        edit.save(update_fields=["inputs", "estimate"])


def check_memory(frames: int, pixels: int, available: int | None = None) -> None:
    """Raise PipelineError where an edit of so many frames would not fit into this machine."""
    there = available_memory() if available is None else available
    a_frame = BYTES_A_PIXEL * pixels
    if frames * a_frame <= there:
        return
    fit = there // a_frame
    raise PipelineError(
        f"{frames} frames of {pixels / 1e6:.1f} megapixels need {frames * a_frame / 2**30:.1f} GiB "
        f"of memory, this worker has {there / 2**30:.1f}: "
        + (f"{fit} frames would fit." if fit >= 2 else "no two frames would fit.")
    )


def target_picture(edit: EditJob) -> Bytes:
    """The target's picture as it was decoded, (h, w, 3 or 4) RGB."""
    found = cv2.imread(str(local_path(edit.file_key(TARGET))), cv2.IMREAD_UNCHANGED)
    if found is None:
        raise PipelineError("The target's picture is gone; give it again.")
    turned = cv2.COLOR_BGRA2RGBA if found.shape[2] == 4 else cv2.COLOR_BGR2RGB
    return np.asarray(cv2.cvtColor(found, turned), np.uint8)


def digest_of(frames: NDArray[Any], told: Callable[[], None] | None = None) -> str:
    """Sha256 over frames' shape and bytes, one after another; `told` is called after each."""
    digest = hashlib.sha256(repr(frames.shape).encode())
    for frame in frames:
        digest.update(np.ascontiguousarray(frame).tobytes())
        if told:
            told()
    return digest.hexdigest()


def frame_times(edit: EditJob) -> FrameTimes:
    """When each frame of its title is shown. Raises PipelineError when that is not known."""
    try:
        return FrameTimes.load(local_path(times_key(edit.title)))
    except FileNotFoundError:
        raise PipelineError(
            "The title's table of times is gone; ingest it again, then press Retry."
        ) from None


def _keep_target(edit: EditJob) -> None:
    place = local_path(edit.file_key(TARGET))
    if place.is_file():
        return
    try:
        picture = read_cutout(picture_path(edit.picture_sha256), limits())
    except UnreadableMedia as error:
        raise PipelineError(
            f"The target cannot be used: {error.message}", permanent=error.permanent
        ) from error
    turned = cv2.COLOR_RGBA2BGRA if picture.shape[2] == 4 else cv2.COLOR_RGB2BGR
    _fine, encoded = cv2.imencode(".png", cv2.cvtColor(picture, turned))
    place.parent.mkdir(parents=True, exist_ok=True)
    write_whole(place, encoded.tobytes())


def _decoded(claim: Claim, edit: EditJob, probe: Probe) -> Bytes:
    """(T, H, W, 3): whole displayed frames as the source has them, without a look."""
    path: Path = source_path(edit.title)
    span = range(edit.first_frame, edit.end_frame)
    found = read_frames(path, probe, frame_times(edit), list(span), limits=limits())
    frames = None
    for index, image in enumerate(found):
        if frames is None:
            frames = np.empty((len(span), *image.shape), np.uint8)
        frames[index] = image
        claim.progress((index + 1) / len(span), f"{index + 1} of {len(span)} frames")
    if frames is None:
        raise PipelineError("The source has no frames in this range; ingest it again.")
    return frames
