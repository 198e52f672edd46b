"""Where an edit goes, as a person said it: a class, a box, a click or a drawn shape.

T: frames, H, W: picture
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import cv2
import numpy as np

from catalog.models import EditJob
from mlcore.editing.composite.tracking import tracked
from pipelines.editing.places import FRAMES, REGION, edit_of, keep, kept, needed
from pipelines.editing.previews import show_region
from pipelines.editing.reading import digest_of
from pipelines.encoders import load_encoders
from pipelines.errors import PipelineError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from mlcore.matching.segmenters import Silhouette
    from pipelines.jobs import Claim

    Bytes = NDArray[np.uint8]
    Masks = NDArray[np.bool_]

Region = EditJob.Region
LOOKED_AT = 8
"""Of so many frames one is looked at for its subject; the others are tracked."""
LONGEST = 960
"""Pixels of the longer side that a segmenter or GrabCut sees"""
ROUNDS = 5
SPREAD = 0.18
"""Of the longer side: how far around a click something is looked for"""
SEED = 0.012
"""Of the longer side: what is sure to belong to it"""
FILLS = 0.08
"""Share of a box below which what GrabCut found in it is no object: then the box is it"""
MOST = 0.6
"""Share of the picture above which what was clicked on is the ground"""


def find_region(claim: Claim) -> None:
    """Keep (T, H, W) masks of what is to be replaced, where the person said any.

    Raises PipelineError with what to do where nothing is found.
    """
    edit = edit_of(claim)
    if edit.region == Region.NONE:
        return
    found = kept(edit, REGION)
    region = _found(claim, edit) if found is None else np.asarray(found)
    told = digest_of(region, partial(claim.progress, 1.0, "hashing"))
    with claim.writing():
        # What a segmenter finds hangs on its weights, too.
        edit.inputs = edit.inputs | {"region_sha256": told}
        edit.save(update_fields=["inputs"])


def _found(claim: Claim, edit: EditJob) -> Masks:
    frames = needed(edit, FRAMES)
    marked = np.zeros(frames.shape[:3], np.bool_)
    for index, mask in _marked(claim, edit, frames):
        marked[index] = mask
    if not marked.any():
        raise PipelineError(_NOTHING[edit.region])
    claim.progress(0.5, "tracking")

    def told(done: int, of: int) -> None:
        claim.progress(0.5 + 0.5 * done / of, f"tracking {done} of {of}")

    region = tracked(np.asarray(frames), marked, told)
    keep(edit, REGION, region)
    show_region(edit, frames[0], region[0])
    return region


_NOTHING: dict[str, str] = {
    Region.SUBJECT: "Nobody and nothing clearly stands in front in these frames: draw a "
    "box around what is to be replaced.",
    Region.CLICK: "What was clicked on does not stand out: draw a box around it.",
    Region.BOX: "The box is empty: draw it around what is to be replaced.",
    Region.DRAWN: "The drawn shape is empty: draw what is to be replaced.",
}


def _marked(claim: Claim, edit: EditJob, frames: Bytes) -> Iterator[tuple[int, Masks]]:
    if edit.region == Region.SUBJECT:
        yield from _subjects(claim, frames, edit.region_given.get("subject", "any"))
        return
    given = edit.region_given
    index = given["frame"] - edit.first_frame
    picture = np.asarray(frames[index])
    if edit.region == Region.BOX:
        yield index, boxed(picture, given["box"])
    elif edit.region == Region.CLICK:
        yield index, clicked(picture, given["at"])
    else:
        yield index, drawn(picture, given["mask"])


def _subjects(claim: Claim, frames: Bytes, wanted: str) -> Iterator[tuple[int, Masks]]:
    """The largest subject of its class, then the one that covers most of it."""
    before: Masks | None = None
    looked_at = range(0, len(frames), LOOKED_AT)
    for index in looked_at:
        claim.progress(0.5 * index / len(frames), f"looking at frame {index + 1}")
        picture = np.asarray(frames[index])
        found = [
            _cover(each, picture)
            for each in load_encoders().segmenter.subjects(_small(picture))
            if wanted in ("any", each.subject)
        ]
        if before is not None:
            last = before
            found = [mask for mask in found if (mask & last).any()]
            found.sort(key=lambda mask: -int((mask & last).sum()))
        if found:
            before = found[0]
            yield index, before


def boxed(picture: Bytes, box: list[float]) -> Masks:
    """Return what stands out in a box (x, y, w, h in parts), else the box itself."""
    small = _small(picture)
    height, width = small.shape[:2]
    x, y = round(box[0] * width), round(box[1] * height)
    w, h = max(2, round(box[2] * width)), max(2, round(box[3] * height))
    w, h = min(w, width - x), min(h, height - y)
    whole = np.zeros((height, width), np.bool_)
    whole[y : y + h, x : x + w] = True
    # Without ground around it there is nothing to tell a thing from.
    inside = whole if whole.all() else _cut(small, rectangle=(x, y, w, h))
    found = inside if inside.sum() >= FILLS * whole.sum() else whole
    return _large(found, picture)


def clicked(picture: Bytes, at: list[float]) -> Masks:
    """Return the subject under a place (x, y in parts), else what stands out around it.

    Empty where nothing does.
    """
    small = _small(picture)
    height, width = small.shape[:2]
    x, y = min(width - 1, int(at[0] * width)), min(height - 1, int(at[1] * height))
    for each in load_encoders().segmenter.subjects(small):
        mask = _cover(each, small)
        if mask[y, x]:
            return _large(mask, picture)
    seeds = np.full((height, width), cv2.GC_BGD, np.uint8)
    longer = max(height, width)
    cv2.circle(seeds, (x, y), round(SPREAD * longer), int(cv2.GC_PR_FGD), -1)
    cv2.circle(seeds, (x, y), max(2, round(SEED * longer)), int(cv2.GC_FGD), -1)
    found = _cut(small, seeds=seeds)
    _many, parts = cv2.connectedComponents(found.astype(np.uint8))
    own = parts == parts[y, x]
    if not found[y, x] or own.mean() > MOST:
        return np.zeros(picture.shape[:2], np.bool_)
    return _large(own, picture)


def drawn(picture: Bytes, digits: str) -> Masks:
    """Return a shape of 64 x 64 bits over the whole picture."""
    bits = np.unpackbits(np.frombuffer(bytes.fromhex(digits), np.uint8))
    square = bits.reshape(64, 64).astype(np.float32)
    height, width = picture.shape[:2]
    return np.asarray(cv2.resize(square, (width, height)) > 0.5, np.bool_)


def _cut(
    picture: Bytes,
    *,
    rectangle: tuple[int, int, int, int] | None = None,
    seeds: NDArray[np.uint8] | None = None,
) -> Masks:
    """GrabCut (Rother et al. 2004), with the same chance every time."""
    mask = np.zeros(picture.shape[:2], np.uint8) if seeds is None else seeds
    how = cv2.GC_INIT_WITH_MASK if rectangle is None else cv2.GC_INIT_WITH_RECT
    cv2.setRNGSeed(0)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    bgr = np.ascontiguousarray(picture[..., ::-1])
    cv2.grabCut(bgr, mask, rectangle or (0, 0, 1, 1), *models, ROUNDS, how)
    return np.asarray((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD), np.bool_)


def _small(picture: Bytes) -> Bytes:
    height, width = picture.shape[:2]
    scale = LONGEST / max(height, width)
    if scale >= 1:
        return picture
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _large(mask: Masks, picture: Bytes) -> Masks:
    height, width = picture.shape[:2]
    if mask.shape == (height, width):
        return mask
    return np.asarray(
        cv2.resize(mask.astype(np.float32), (width, height)) > 0.5, np.bool_
    )


def _cover(subject: Silhouette, picture: Bytes) -> Masks:
    height, width = picture.shape[:2]
    return np.asarray(cv2.resize(subject.coverage, (width, height)) > 0.5, np.bool_)
