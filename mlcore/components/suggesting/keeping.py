"""Recommenders on disk: arrays as safetensors, with how often each component was used."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save_file

from mlcore.checkpoint import written_whole
from mlcore.components.suggesting.context import Measure
from mlcore.components.suggesting.recommender import Recommender, recommender_from


@dataclass(frozen=True)
class Kept:
    """A recommender and what it was learned from."""

    recommender: Recommender
    keys: tuple[str, ...]
    """(K,) of the components it was learned among"""
    counts: NDArray[np.float64]
    """(K,) how often each was used"""
    measures: tuple[str, ...]
    """(X,) names of the measures, in order"""


def save_recommenders(kept: Mapping[str, Kept], path: Path) -> None:
    """Write one file of several, by what each is for. Raises UnsavedCheckpoint."""
    meaning = {
        name: {"keys": each.keys, "measures": each.measures}
        for name, each in kept.items()
    }
    arrays = {
        f"{name}.{part}": np.ascontiguousarray(
            array
        )  # strided ones are kept as they lie
        for name, each in kept.items()
        for part, array in {**each.recommender.arrays(), "counts": each.counts}.items()
    }
    # One entry: the order of several in the file would be another each time.
    with written_whole(path) as temporary:
        save_file(arrays, temporary, {"kept": json.dumps(meaning)})


def load_recommenders(
    path: Path, measures: Mapping[str, tuple[Measure, ...]]
) -> dict[str, Kept]:
    """Read what is for each of `measures`.

    Raises ValueError when it is broken, or was learned on other measures.
    """
    try:
        with safe_open(path, "numpy") as opened:
            meaning = json.loads((opened.metadata() or {})["kept"])
        arrays = load_file(path)
        found = {name: _kept(name, arrays, meaning[name]) for name in measures}
    except (SafetensorError, KeyError, ValueError) as error:
        raise ValueError(f"{path.name} holds no recommender ({error})") from error
    for name, each in found.items():
        if each.measures != tuple(measure.name for measure in measures[name]):
            raise ValueError(f"{path.name} was learned on other measures of a {name}")
    return found


def _kept(
    name: str, arrays: dict[str, NDArray[np.float64]], meaning: dict[str, list[str]]
) -> Kept:
    own = {
        part.removeprefix(f"{name}."): array
        for part, array in arrays.items()
        if part.startswith(f"{name}.")
    }
    return Kept(
        recommender_from(own),
        tuple(meaning["keys"]),
        own["counts"],
        tuple(meaning["measures"]),
    )
