"""Instances by a placed network of the mask-classification family, loaded from a folder."""

import errno
import json
import os
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import AutoModelForUniversalSegmentation

from mlcore.matching.segmenters.base import (
    Picture,
    Silhouette,
    check_picture,
    largest_first,
    shared_share,
)

LONGEST = 640
"""Longest side, in pixels, of the picture the network sees."""

_MULTIPLE = 32
"""Its backbones halve the picture five times."""

_IMAGENET = {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}

_SAME, _NEAR = 0.7, 0.2
"""Overlap above which two instances are one, and one is the same in the next frame."""

_THINGS = 80
"""In COCO's panoptic labels the first 80 are things; sky and grass are no subject."""


class InstanceSegmenter:
    """MaskFormer, Mask2Former or EoMT from `folder`: config.json and model.safetensors.

    Only files of that folder are read. A preprocessor_config.json beside them gives the
    mean and spread of its pixels, else ImageNet's. FileNotFoundError names what is
    missing; ValueError says that the network is of another family.
    """

    def __init__(
        self, folder: Path, *, least: float = 0.5, device: str = "cpu"
    ) -> None:
        self.weights = [folder / "config.json", folder / "model.safetensors"]
        for file in self.weights:
            if not file.is_file():
                raise FileNotFoundError(
                    errno.ENOENT, os.strerror(errno.ENOENT), str(file)
                )
        self._least, self._device = least, torch.device(device)
        self._network, loading = AutoModelForUniversalSegmentation.from_pretrained(
            folder,
            local_files_only=True,
            use_safetensors=True,
            output_loading_info=True,
        )
        if loading["missing_keys"]:
            raise ValueError(
                f"{self.weights[1].name} lacks weights that {self.weights[0].name} asks "
                "for; place the two files of one network"
            )
        self._network.eval().to(self._device)
        self._labels: dict[int, str] = self._network.config.id2label
        self._mean, self._std = _pixel_range(folder)
        self.name = f"{self._network.config.model_type} instances"

    def segment(self, rgb: Picture) -> Silhouette | None:
        """Return the subject of a uint8 (h, w, 3) picture: its largest person, else thing."""
        found = self.instances(rgb)
        people = [one for one in found if one.subject == "person"]
        weighed = [
            (float(one.coverage.sum()) * one.score, one) for one in people or found
        ]
        return max(weighed, key=lambda pair: pair[0])[1] if weighed else None

    def subjects(self, rgb: Picture) -> tuple[Silhouette, ...]:
        """Return every person and thing once, the largest first."""
        kept: list[Silhouette] = []
        for one in self.instances(rgb):  # the surest first: of two alike it stays
            if all(shared_share(one, other) < _SAME for other in kept):
                kept.append(one)
        return largest_first(kept)

    def follow(
        self, rgb: Picture, before: Sequence[Silhouette]
    ) -> tuple[Silhouette, ...]:
        """Return the instances of a near frame that stand where the subjects stood."""
        left, found = list(self.subjects(rgb)), []
        for one in before:
            alike = [other for other in left if other.subject == one.subject]
            nearest = max(alike, key=lambda o: shared_share(one, o), default=None)
            if nearest is not None and shared_share(one, nearest) > _NEAR:
                found.append(nearest)
                left = [other for other in left if other is not nearest]
        return tuple(found)

    def instances(self, rgb: Picture) -> list[Silhouette]:
        """Return every person and thing scored `least` and above, the surest first."""
        check_picture(rgb)
        with torch.inference_mode():
            output = self._network(pixel_values=self._pixels(rgb))
        classes = getattr(output, "class_queries_logits", None)
        masks = getattr(output, "masks_queries_logits", None)
        if classes is None or masks is None:
            raise ValueError(
                f"{self.name}: not a mask-classification network; place a MaskFormer, "
                "Mask2Former or EoMT instead"
            )
        return self._silhouettes(classes[0].softmax(dim=-1), masks[0].sigmoid())

    def _silhouettes(self, classes: Tensor, masks: Tensor) -> list[Silhouette]:
        # The last class says that a query found nothing.
        sure, label = classes[:, :-1].max(dim=-1)
        found: list[Silhouette] = []
        for query in torch.argsort(sure, descending=True, stable=True).tolist():
            mask, name = masks[query], int(label[query])
            inside = mask >= 0.5
            if not inside.any() or (
                len(self._labels) > _THINGS + 1 and name >= _THINGS
            ):
                continue
            # As in MaskFormer: a mask that is itself unsure lowers its class's score.
            score = float(sure[query] * mask[inside].mean())
            if score >= self._least:
                person = self._labels.get(name, "").lower() == "person"
                coverage = np.asarray(mask.cpu().numpy(), np.float32)
                found.append(
                    Silhouette(coverage, "person" if person else "foreground", score)
                )
        return found

    def _pixels(self, rgb: Picture) -> Tensor:
        scale = LONGEST / max(rgb.shape[:2])
        height, width = (
            max(1, round(side * scale / _MULTIPLE)) * _MULTIPLE
            for side in rgb.shape[:2]
        )
        fitted = cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA)
        scaled = (fitted.astype(np.float32) / 255.0 - self._mean) / self._std
        pixels = torch.from_numpy(np.ascontiguousarray(scaled.transpose(2, 0, 1)))
        return pixels[None].to(self._device)


def _pixel_range(folder: Path) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    file = folder / "preprocessor_config.json"
    stored = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    mean, std = (stored.get(name, _IMAGENET[name]) for name in _IMAGENET)
    return np.asarray(mean, np.float32), np.asarray(std, np.float32)
