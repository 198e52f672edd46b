"""What transitions are like to the eye, measured on what they draw."""

from itertools import pairwise

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from mlcore.components.component import Component
from mlcore.components.drawing.render import render
from mlcore.components.stretch import Layout
from mlcore.flow import flow_finder
from tests.mlcore.photographs import photographs

Floats = NDArray[np.float64]
LAYOUT = Layout(frames=32, height=72, width=128)
TRAITS = ("right", "down", "outwards", "flash", "dip", "busy")


def traits_of(components: list[Component]) -> Floats:
    """Return (K, 6): drift right, down and outwards, flash, dip and how much changes.

    Means over four pairs of pieces of photographs; each trait has mean 0 and deviation 1
    over the components.
    """
    pairs = _pairs()
    rows = [
        np.mean([_seen(each, *pair) for pair in pairs], axis=0) for each in components
    ]
    found = np.array(rows)
    return np.asarray((found - found.mean(0)) / found.std(0).clip(1e-9))


def _pairs() -> list[tuple[torch.Tensor, torch.Tensor]]:
    chance = np.random.default_rng(0)
    size = (LAYOUT.width, LAYOUT.height)
    stills = []
    for picture in list(photographs().values()) * 4:
        height, width = picture.shape[:2]
        tall = int(chance.integers(height // 3, height // 2))
        wide = tall * 16 // 9
        y, x = chance.integers(height - tall), chance.integers(max(width - wide, 1))
        piece = cv2.resize(picture[y : y + tall, x : x + wide], size)
        still = torch.from_numpy(piece).permute(2, 0, 1).float() / 255
        stills.append(still.expand(LAYOUT.frames, -1, -1, -1))
    return list(zip(stills[::2], stills[1::2], strict=True))


def _seen(component: Component, a: torch.Tensor, b: torch.Tensor) -> Floats:
    clip = render(component, a, b, LAYOUT)
    over = (clip - torch.maximum(a, b)).clamp(min=0).mean(dim=(1, 2, 3)).max()
    under = (torch.minimum(a, b) - clip).clamp(min=0).mean(dim=(1, 2, 3)).max()
    busy = (clip[1:] - clip[:-1]).abs().mean()
    return np.array([*_drift(clip.numpy()), over, under, busy], np.float64)


def _drift(clip: NDArray[np.float32]) -> Floats:
    """Mean flow to the right, down and outwards while the transition lasts."""
    middle = clip[LAYOUT.frames // 4 : 3 * LAYOUT.frames // 4]
    grey = (255 * middle.mean(axis=1)).astype(np.uint8)
    finder = flow_finder()
    fields = [
        finder.calc(a, b, None)  # type: ignore[call-overload]
        for a, b in pairwise(grey)
    ]
    field = np.mean(fields, axis=0)
    across = (np.arange(LAYOUT.width) + 0.5) / LAYOUT.width - 0.5
    outwards = (field[..., 0] * across).mean()
    return np.array([field[..., 0].mean(), field[..., 1].mean(), outwards])
