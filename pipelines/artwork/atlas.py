"""The artwork file: all stickers and all letters, drawn out of pinned packages."""

import tempfile
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch

from mlcore.components import artwork
from mlcore.components.index import CODE_POINTS, index_key
from pipelines.artwork import emoji, store, typefaces
from pipelines.packages import digest, fetch_all

MOST_BYTES = 20_000_000


def recipe() -> str:
    """Return the key of everything that decides a pixel of the artwork."""
    here = Path(__file__)
    code = ("atlas.py", "emoji.py", "typefaces.py", "typefaces.tsv")
    made_by = [digest(here.with_name(name)) for name in code]
    return store.recipe_of(index_key(), made_by, version("uharfbuzz"))


def make(folder: Path) -> Path:
    """Draw the artwork file into a folder, out of wheels that pip fetches for it.

    Raises PackageError when a wheel cannot be had or is not the pinned one.
    """
    with tempfile.TemporaryDirectory(prefix="kuleshov-artwork-") as place:
        wheels = Path(place)
        packages = [each.package for each in typefaces.TYPEFACES]
        fetch_all([*packages, emoji.EMOJI], wheels)
        letters, spans, metrics = _letters(wheels)
        stickers = emoji.draw_stickers(
            store.member(wheels / emoji.EMOJI.filename, emoji.MEMBER), CODE_POINTS
        )
    target = folder / artwork.FILE
    tensors = {
        "stickers": torch.from_numpy(stickers),
        "letters": torch.from_numpy(letters),
        "spans": torch.from_numpy(spans),
        "metrics": torch.from_numpy(metrics),
    }
    store.write(target, tensors, {"index": index_key(), "recipe": recipe()})
    return target


def _letters(wheels: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The strip, spans and metrics of an Artwork."""
    drawn = [
        typefaces.draw_letters(
            each, store.member(wheels / each.package.filename, each.member)
        )
        for each in typefaces.TYPEFACES
    ]
    coverages = [coverage for each in drawn for coverage in each.coverages]
    ends = np.cumsum([coverage.shape[1] for coverage in coverages], dtype=np.int32)
    begins = np.concatenate([np.zeros(1, np.int32), ends[:-1]])
    spans = np.stack([begins, ends], -1).reshape(len(drawn), -1, 2)
    metrics = np.stack([each.metrics for each in drawn])
    return np.concatenate(coverages, axis=1), spans, metrics
