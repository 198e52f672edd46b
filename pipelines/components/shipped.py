"""The encoder and detector of components in use: found on disk once a process."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from filecmp import cmp
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from django.conf import settings
from django.db import transaction

from catalog.files import local_path, publish, working_folder
from catalog.models import ComponentEmbedding, EncoderVersion
from mlcore.checkpoint import UnusableCheckpoint
from mlcore.components import weights
from mlcore.components.finding.keeping import load_detector
from mlcore.components.network.keeping import load_encoder
from pipelines.components.kept import Embedded, replace_embeddings
from pipelines.encoders import put_live
from pipelines.errors import PipelineError
from pipelines.trained import weights_key

if TYPE_CHECKING:
    from mlcore.components.finding.detector import Detector
    from mlcore.components.network.encoder import ComponentEncoder

Family = EncoderVersion.Family

FOLDER = Path(weights.__file__).parent
ENCODER, DETECTOR = "encoder.safetensors", "detector.safetensors"


@dataclass(frozen=True)
class Finder:
    """What tells components from clips, in this process."""

    encoder: ComponentEncoder
    detector: Detector
    sha256: str
    """Of the encoder's file"""
    clips: int
    """How many each reference is the mean of"""
    unseen_bases: frozenset[str]
    """category/base of what the encoder was not trained on"""


def load_finder(folder: Path = FOLDER) -> Finder:
    """Load both that ship, once a process. Raises PipelineError that says what is wrong."""
    return _loaded(folder / ENCODER, folder / DETECTOR)


def finder_of(version: EncoderVersion) -> Finder:
    """Load a version's encoder and detector, once a process.

    Raises PipelineError where they are lost, or were never made ready.
    """
    return _loaded(*paths_of(version.weights_sha256))


def paths_of(sha256: str) -> tuple[Path, Path]:
    """Where the encoder with this digest lies, and its detector."""
    key = weights_key(sha256)
    return local_path(key), local_path(detector_key(sha256))


def detector_key(sha256: str) -> str:
    """The key of the detector of an encoder."""
    return weights_key(sha256).replace(".safetensors", ".detector.safetensors")


@lru_cache(maxsize=3)
def _loaded(encoder_path: Path, detector_path: Path) -> Finder:
    torch.set_num_threads(settings.TORCH_THREADS)
    try:
        sha256 = hashlib.sha256(encoder_path.read_bytes()).hexdigest()
        encoder, trained = load_encoder(encoder_path)
        detector, meaning = load_detector(detector_path)
    except FileNotFoundError as error:
        raise PipelineError(
            f"No trained component encoder is there: {Path(error.filename).name} is missing."
        ) from None
    except (OSError, ValueError, UnusableCheckpoint) as error:
        raise PipelineError(
            f"The component encoder cannot be loaded ({error})."
        ) from error
    if meaning["encoder"] != sha256:
        raise PipelineError("The component detector belongs to another encoder.")
    return Finder(
        encoder,
        detector,
        sha256,
        int(meaning["clips"]),
        frozenset(key.rpartition("/")[0] for key in trained["unseen"]),
    )


def live_finder() -> tuple[Finder, EncoderVersion]:
    """Return the finder with its version. Raises PipelineError where none is live."""
    live = EncoderVersion.objects.actives().filter(family=Family.COMPONENT).first()
    if live is None:
        raise PipelineError(
            "The component encoder is not set up; run `python -m pipelines.components`."
        )
    return finder_of(live), live


def set_up_finder() -> EncoderVersion:
    """Write the encoder that ships down, with the components' embeddings.

    Live is the newest that ships, unless one that was trained here was live before: then
    it is only offered. Safe to repeat. Rows of components must be there.
    """
    finder = load_finder()
    _keep(finder.sha256)
    own = EncoderVersion.objects.filter(family=Family.COMPONENT)
    told: dict[str, Any] = {"name": "component encoder", "config": {"shipped": True}}
    with transaction.atomic():
        if own.filter(training_run__isnull=False, promotions__isnull=False).exists():
            version, _ = own.get_or_create(weights_sha256=finder.sha256, defaults=told)
        else:
            version = put_live(
                Family.COMPONENT,
                finder.sha256,
                reason="The one that ships with this release.",
                **told,
            )
        if not ComponentEmbedding.objects.filter(version=version).exists():
            embed_library(version, finder)
    return version


def embed_library(version: EncoderVersion, finder: Finder) -> int:
    """Write what a finder knows of each component as a version's embeddings."""
    keys, vectors = finder.detector.keys, finder.detector.references
    return replace_embeddings(
        version,
        {
            key: Embedded(vector, finder.clips)
            for key, vector in zip(keys, vectors, strict=True)
        },
    )


def _keep(sha256: str) -> None:
    """Keep what ships where versions lie: a later release ships another.

    Of the detector too, though its encoder may have stayed.
    """
    for path, kept in zip(
        (FOLDER / DETECTOR, FOLDER / ENCODER), paths_of(sha256)[::-1], strict=True
    ):
        if not kept.is_file() or not cmp(path, kept, shallow=False):
            folder = working_folder("components-shipped")
            copy = Path(shutil.copy(path, folder / path.name))
            key = detector_key(sha256) if path.name == DETECTOR else weights_key(sha256)
            publish(copy, key)
            folder.rmdir()
