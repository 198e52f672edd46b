"""What a picture looks like, as one vector: EfficientNet-lite0's features and colours."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mlcore.efficientnet_lite import (
    FEATURES,
    SIDE,
    load_efficientnet,
    to_pixels,
)
from mlcore.matching.colour import COLOUR_DIMS, colour_statistics

APPEARANCE_DIMS = FEATURES + COLOUR_DIMS
COLOUR_SHARE = 0.2
"""Part of the cosine that colours have; the network has the rest."""

_BATCH = 16

Picture = NDArray[np.uint8]


class AppearanceEncoder:
    """Encodes pictures with weights from one safetensors file; ValueError if it does not fit."""

    def __init__(self, weights_file: Path, device: str | torch.device = "cpu") -> None:
        self.device = torch.device(device)
        self.network = load_efficientnet(weights_file).to(self.device)

    def encode(self, pictures: Sequence[Picture]) -> NDArray[np.float32]:
        """Return (n, 1323) float32, each row of length 1, of uint8 (h, w, 3) RGB pictures.

        Row = [features / |features| * sqrt(.8), colours / |colours| * sqrt(.2)], so a dot
        product is .8 of the network's cosine plus .2 of that of the colours. Each
        picture is squeezed to 224 x 224: nothing at its edges is lost.
        """
        seen = self.features(pictures)
        colours = (
            np.stack([colour_statistics(p) for p in pictures])
            if len(pictures)
            else np.zeros((0, COLOUR_DIMS), np.float32)
        )
        return np.concatenate(
            [
                _unit(seen) * np.sqrt(1 - COLOUR_SHARE),
                _unit(colours) * np.sqrt(COLOUR_SHARE),
            ],
            axis=1,
        ).astype(np.float32)

    def features(self, pictures: Sequence[Picture]) -> NDArray[np.float32]:
        """Return the network's own (n, 1280) float32 features, not normalised."""
        rows = [
            self._batch(pictures[at : at + _BATCH])
            for at in range(0, len(pictures), _BATCH)
        ]
        return np.concatenate(rows) if rows else np.zeros((0, FEATURES), np.float32)

    def classify(self, pictures: Sequence[Picture]) -> NDArray[np.float32]:
        """Return (n, 1000) probabilities of the ImageNet classes, as they are measured:

        of the middle 224 x 224 pixels of the picture at 256 on its shorter side.
        """
        with torch.inference_mode():
            logits = self.network(self._pixels([_middle(p) for p in pictures]))
        return np.asarray(logits.softmax(dim=1).cpu().numpy(), np.float32)

    def _batch(self, pictures: Sequence[Picture]) -> NDArray[np.float32]:
        with torch.inference_mode():
            seen = self.network.features(self._pixels([_squeezed(p) for p in pictures]))
        return np.asarray(seen.cpu().numpy(), np.float32)

    def _pixels(self, squares: Sequence[Picture]) -> Tensor:
        return to_pixels(torch.from_numpy(np.stack(squares)).to(self.device))


def _squeezed(rgb: Picture) -> Picture:
    smaller = min(rgb.shape[:2]) >= SIDE
    way = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(rgb, (SIDE, SIDE), interpolation=way), np.uint8)


def _middle(rgb: Picture) -> Picture:
    scale = 256 / min(rgb.shape[:2])
    size = (round(rgb.shape[1] * scale), round(rgb.shape[0] * scale))
    whole = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    top, left = (side - SIDE >> 1 for side in whole.shape[:2])
    return whole[top : top + SIDE, left : left + SIDE]


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(length, 1e-12), np.float32)
