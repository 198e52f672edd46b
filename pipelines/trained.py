"""Weights that were trained here: derived files by the digest of their content."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from catalog.files import local_path, publish, working_folder
from mlcore.matching.ranking.keeping import load_projection
from mlcore.matching.ranking.ranker import load_ranker
from mlcore.videomae.trained import load_trained
from pipelines.errors import NO_ROOM, PipelineError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from catalog.models import EncoderVersion
    from mlcore.matching.ranking.projection import Projection
    from mlcore.matching.ranking.ranker import Ranker
    from mlcore.videomae.trained import TrainedClips

Made = TypeVar("Made")


def weights_key(sha256: str) -> str:
    """The key of weights with this digest; their config lies beside them as .json."""
    return f"encoders/{sha256[:2]}/{sha256}.safetensors"


def keep_weights(write: Callable[[Path], None], name: str) -> str:
    """Have a pair of files written and published; returns the digest of the weights.

    `write` gets the path of the .safetensors and puts the .json beside it. Raises
    PipelineError when the disk is full.
    """
    weights = working_folder(name) / "weights.safetensors"
    try:
        write(weights)
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise PipelineError(
            "The disk is full: make room, then press Retry. Nothing was replaced."
        ) from error
    sha256 = hashlib.sha256(weights.read_bytes()).hexdigest()
    # The config first: weights that are there always have theirs.
    key = weights_key(sha256)
    publish(weights.with_suffix(".json"), key.replace(".safetensors", ".json"))
    publish(weights, key)
    weights.parent.rmdir()
    return sha256


def remove_weights(sha256: str) -> None:
    """Remove the weights with this digest, and what lies beside them; gone is gone."""
    for path in local_path(weights_key(sha256)).parent.glob(f"{sha256}.*"):
        path.unlink(missing_ok=True)


def ranker_of(version: EncoderVersion) -> Ranker:
    """Load the ranking of a version, once a process. Raises PipelineError if it is lost."""
    return _ranker(version.weights_sha256)


def projection_of(version: EncoderVersion) -> Projection:
    """Load the projection of a version, once a process. Raises PipelineError if it is lost."""
    return _projection(version.weights_sha256)


def clips_of(version: EncoderVersion) -> TrainedClips:
    """Load a clip encoder, once a process. Raises PipelineError if it is lost."""
    return _clips(version.weights_sha256)


@lru_cache(maxsize=2)
def _clips(sha256: str) -> TrainedClips:
    return _loaded(sha256, load_trained)


@lru_cache(maxsize=8)
def _ranker(sha256: str) -> Ranker:
    return _loaded(sha256, load_ranker)


@lru_cache(maxsize=4)
def _projection(sha256: str) -> Projection:
    return _loaded(sha256, load_projection)


def _loaded(sha256: str, load: Callable[[Path], Made]) -> Made:
    path = local_path(weights_key(sha256))
    try:
        return load(_unchanged(path, sha256))
    except (OSError, ValueError) as error:
        raise PipelineError(
            f"Trained weights cannot be loaded ({error}); "
            "roll its family back, or train it again."
        ) from None


def _unchanged(path: Path, sha256: str) -> Path:
    if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        raise ValueError(f"{path.name} was changed")
    return path
