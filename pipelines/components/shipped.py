"""The encoder and detector of components in use: found on disk once a process."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from django.conf import settings
from django.db import transaction

from catalog.models import ComponentEmbedding, EncoderVersion
from mlcore.checkpoint import UnusableCheckpoint
from mlcore.components import weights
from mlcore.components.finding.keeping import load_detector
from mlcore.components.network.keeping import load_encoder
from pipelines.components.kept import Embedded, replace_embeddings
from pipelines.encoders import put_live
from pipelines.errors import PipelineError

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


@cache
def load_finder(folder: Path = FOLDER) -> Finder:
    """Load both once a process. Raises PipelineError that says what is wrong with them."""
    torch.set_num_threads(settings.TORCH_THREADS)
    try:
        sha256 = hashlib.sha256((folder / ENCODER).read_bytes()).hexdigest()
        encoder, trained = load_encoder(folder / ENCODER)
        detector, meaning = load_detector(folder / DETECTOR)
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
    """Return the finder with its version, written down and live since set-up.

    Raises PipelineError where it is not.
    """
    finder = load_finder()
    live = EncoderVersion.objects.actives().filter(family=Family.COMPONENT).first()
    if live is None or live.weights_sha256 != finder.sha256:
        raise PipelineError(
            "The component encoder is not set up; run `python -m pipelines.components`."
        )
    return finder, live


@transaction.atomic
def set_up_finder() -> EncoderVersion:
    """Write the encoder down as the live version, with the components' embeddings.

    Safe to repeat. Rows of components must be there. The version before is retired.
    """
    finder = load_finder()
    live = put_live(
        Family.COMPONENT,
        finder.sha256,
        name="component encoder",
        reason="The one that ships with this release.",
    )
    if not ComponentEmbedding.objects.filter(version=live).exists():
        keys, vectors = finder.detector.keys, finder.detector.references
        replace_embeddings(
            live,
            {
                key: Embedded(vector, finder.clips)
                for key, vector in zip(keys, vectors, strict=True)
            },
        )
    return live
