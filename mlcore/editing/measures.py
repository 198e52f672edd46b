"""How good an edit of the toy world is, against the frames and masks a perfect one gives.

T: frames, H, W: picture, P: places on a thing
"""

import torch
from torch import Tensor
from torch.nn.functional import cosine_similarity, grid_sample, max_pool2d

from mlcore.editing.network.eyes import Eyes
from mlcore.editing.world import Scenes

Measures = dict[str, float]
GRID = 7
"""Places across a thing at which its flicker is looked at"""
WITHIN = 0.5
"""Radii around its middle, which every shape covers"""
EDGE = 2
"""Pixels around a mask that a thing's corners reach into"""


def measured(edited_T3HW: Tensor, source: Scenes, wanted: Scenes) -> Measures:
    """Return all measures of the first scene's edit, frames 0..1."""
    either = _grown(source.masks[0] | wanted.masks[0])
    found = coloured(edited_T3HW, source, wanted)
    return {
        "background_psnr": psnr(edited_T3HW, source.frames[0], ~either),
        "colour_error": colour_error(edited_T3HW, wanted),
        "shape_iou": iou(found, wanted.masks[0]),
        "track_error": track_error(found, wanted),
        "flicker": flicker(edited_T3HW, wanted),
    }


def psnr(one_T3HW: Tensor, two_T3HW: Tensor, where_THW: Tensor | None = None) -> float:
    """Return decibels, 100 at most, of frames 0..1; of some places only, if said."""
    off = (one_T3HW - two_T3HW).square().mean(dim=1)
    if where_THW is not None:
        off = off[where_THW]
    return float(-10 * torch.log10(off.mean().clamp_min(1e-10)))


def iou(one: Tensor, two: Tensor) -> float:
    """Return the share 0..1 that two masks have in common; 1 if both are empty."""
    either = int((one | two).sum())
    return int((one & two).sum()) / either if either else 1.0


def recall(found: Tensor, wanted: Tensor) -> float:
    """Return which share 0..1 of a mask was found; 1 if it is empty."""
    there = int(wanted.sum())
    return int((found & wanted).sum()) / there if there else 1.0


def colour_error(edited_T3HW: Tensor, wanted: Scenes) -> float:
    """Return the mean difference 0..1 to a perfect edit where the thing should be."""
    off = (edited_T3HW - wanted.frames[0]).abs().mean(dim=1)
    return float(off[wanted.masks[0]].mean())


def coloured(edited_T3HW: Tensor, source: Scenes, wanted: Scenes) -> Tensor:
    """Return (T, H, W) bool: nearer to the target's colour than to the source's or the ground."""
    target, own = (
        each.things.rgb[0, None, :, None, None].expand_as(edited_T3HW)
        for each in (wanted, source)
    )
    ground = source.ground[:1].expand_as(edited_T3HW)
    away = torch.stack(
        [(edited_T3HW - each).square().sum(dim=1) for each in (target, own, ground)]
    )
    return away.argmin(dim=0) == 0


def track_error(found_THW: Tensor, wanted: Scenes) -> float:
    """Return how far, in sizes of the thing, it is from where it should be; 1 where it is not.

    The mean over frames of the distance of middles, 1 at most.
    """
    size = found_THW.shape[-1]
    place = (torch.arange(size) + 0.5) / size
    errors = []
    for found, true in zip(found_THW, wanted.masks[0], strict=True):
        if not found.any():
            errors.append(1.0)
            continue
        away = _middle(found, place) - _middle(true, place)
        errors.append(min(1.0, float(away.norm() / (2 * wanted.things.tall[0]))))
    return sum(errors) / len(errors)


def flicker(edited_T3HW: Tensor, wanted: Scenes) -> float:
    """Return the deviation over time 0..1 of the thing's places, which go where it goes."""
    local = torch.linspace(-WITHIN, WITHIN, GRID) * wanted.things.tall[0]
    y, x = torch.meshgrid(local, local, indexing="ij")
    points = torch.stack([x, y], dim=-1) + wanted.at[0][:, None, None]
    seen_T3P = grid_sample(
        edited_T3HW, points * 2 - 1, align_corners=False, padding_mode="border"
    ).flatten(2)
    return float(seen_T3P.std(dim=0).mean())


@torch.no_grad()
def seen_as(eyes: Eyes, edited_T3HW: Tensor, source: str, target: str) -> Measures:
    """Return the share of frames nearer to the target's prompt, and how alike neighbours are.

    The two belong together: what was not edited is as alike as can be.
    """
    frames_TE = eyes.embed(edited_T3HW)
    own, other = (frames_TE @ eyes.meant([each]).T for each in (source, target))
    alike = cosine_similarity(frames_TE[1:], frames_TE[:-1])
    return {
        "frame_accuracy": float((other > own).float().mean()),
        "consistency": float(alike.mean()),
    }


def _grown(mask_THW: Tensor) -> Tensor:
    """With the pixels around it of which a thing covers less than half."""
    side = 2 * EDGE + 1
    grown = max_pool2d(mask_THW[:, None].float(), side, stride=1, padding=EDGE)
    return grown[:, 0] > 0.5


def _middle(mask_HW: Tensor, place: Tensor) -> Tensor:
    share = mask_HW.float() / mask_HW.sum()
    return torch.stack([(share.sum(0) * place).sum(), (share.sum(1) * place).sum()])
