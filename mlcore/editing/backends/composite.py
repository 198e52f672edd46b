"""The back-end without weights: a cut-out follows the mask before a filled-in ground.

It works on real footage, follows place and size (not pose or light), and is what every
edit by a network is to be compared with.

T: frames, H, W: picture
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from mlcore.editing.composite.cutting import CutOut, Placed, cut_out, laid, placed
from mlcore.editing.composite.filling import camera_steps, filled
from mlcore.editing.composite.tracking import tracked
from mlcore.editing.order import (
    FORETELLING,
    Cost,
    Edited,
    EditOrder,
    Impossible,
    Progress,
    laid_over,
)
from mlcore.editing.stages import NoShelf, Shelf

TRIED = 4
"""Frames that are edited to foretell the cost of all"""
Bytes = NDArray[np.uint8]
Masks = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Composite:
    """Cut out, track, fill, lay over."""

    name: str = "composite"
    grow: int = 3
    """Pixels around the source's object that are filled too: its edge and its shadow"""
    feather: int = 2
    """Pixels over which the filled ground fades into the frame"""
    clock: Callable[[], float] = time.monotonic
    shelf: Shelf = field(default_factory=NoShelf)
    """Where frames are shown as they are made; none are kept: they are soon made again"""

    @property
    def at_once(self) -> int:
        """There is no network."""
        return 0

    def take(self, at_once: int) -> None:
        """Go on as before: frames are made one by one."""

    def cost(self, order: EditOrder, told: Progress | None = None) -> Cost:
        """Return what it took for a few frames, a frame. Raises Impossible."""
        tell = told or (lambda *_: None)
        frames = min(TRIED, len(order.frames))
        some = EditOrder(
            frames=order.frames[:frames],
            picture=order.picture,
            source_prompt=order.source_prompt,
            target_prompt=order.target_prompt,
            region=_some_region(order, frames),
        )
        began = self.clock()
        unseen = replace(self, shelf=NoShelf())
        unseen.edit(some, lambda _, done, of: tell(FORETELLING, done, of))
        return Cost(len(order.frames), (self.clock() - began) / frames)

    def edit(self, order: EditOrder, told: Progress | None = None) -> Edited:
        """Carry it out. Raises Impossible without a region or an object to cut out."""
        if order.region is None or not order.region.any():
            raise Impossible(
                "without weights an edit needs a region: mark what to replace"
            )
        tell = told or (lambda *_: None)
        seconds, began = {}, self.clock()
        frames = order.frames.permute(0, 2, 3, 1).numpy()
        cut = _cut(order)
        masks = tracked(frames, order.region.numpy(), partial(tell, "tracking"))
        if not masks.any(axis=(1, 2)).all():
            raise Impossible(
                "the region leaves the picture: choose a range in which it stays"
            )
        hidden = _grown(masks, self.grow)
        steps = camera_steps(frames, hidden, partial(tell, "camera"))
        where = placed(masks)
        seconds["tracking"], began = self.clock() - began, self.clock()
        result, cover = [], []
        for frame in range(len(frames)):
            made, covered = self._made(frames, hidden, frame, steps, (cut, where))
            result.append(made)
            cover.append(covered)
            self.shelf.show(result)
            tell("compositing", frame + 1, len(frames))
        seconds["compositing"] = self.clock() - began
        covers = torch.from_numpy(np.stack(cover))
        made_T3HW = torch.from_numpy(np.stack(result)).permute(0, 3, 1, 2)
        return Edited(
            frames=laid_over(order.frames, made_T3HW, covers),
            cover=covers,
            seconds=seconds,
        )

    def _made(
        self,
        frames: Bytes,
        hidden: Masks,
        frame: int,
        steps: NDArray[np.float64],
        object_: tuple[CutOut, Placed],
    ) -> tuple[Bytes, NDArray[np.float32]]:
        """One frame (H, W, 3), and how much of it counts (H, W)."""
        cut, where = object_
        ground = filled(frames, hidden, frame, steps).astype(np.float32)
        size = frames.shape[1:3]
        over = laid(cut, where.middle[frame], float(where.tall[frame]), size)
        made = ground + (over.picture - ground) * over.cover[..., None]
        faded = _faded(hidden[frame], self.feather)
        covered = np.maximum(faded, (over.cover > 0).astype(np.float32))
        return np.asarray(made.round().clip(0, 255), np.uint8), covered


def _cut(order: EditOrder) -> CutOut:
    picture = order.picture.permute(1, 2, 0).numpy()
    cover = picture[..., 3] if picture.shape[2] == 4 else None
    try:
        return cut_out(np.ascontiguousarray(picture[..., :3]), cover)
    except ValueError as error:
        raise Impossible(str(error)) from error


def _some_region(order: EditOrder, frames: int) -> torch.Tensor | None:
    """The region of the first frames; where they have none, that of the first that has."""
    if order.region is None or order.region[:frames].any():
        return None if order.region is None else order.region[:frames]
    there = order.region.flatten(1).any(dim=1).nonzero()[:, 0]
    return order.region[there[:1]].expand(frames, -1, -1) if len(there) else None


def _grown(masks_THW: Masks, pixels: int) -> Masks:
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * pixels + 1,) * 2)
    grown = [cv2.dilate(each.astype(np.uint8), disc) > 0 for each in masks_THW]
    return np.stack(grown)


def _faded(hidden_HW: Masks, pixels: int) -> NDArray[np.float32]:
    """1 inside, falling to 0 over so many pixels around."""
    away = cv2.distanceTransform((~hidden_HW).astype(np.uint8), cv2.DIST_L2, 5)
    return np.asarray((1 - away / (pixels + 1)).clip(0, 1), np.float32)
