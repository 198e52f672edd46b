"""The encoders in use: found on disk once a process, written down as rows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import torch
from django.conf import settings
from django.db import IntegrityError, transaction

from catalog.models import EncoderVersion, Promotion
from mlcore.matching.appearance import AppearanceEncoder
from mlcore.matching.kinds import KINDS, Kind, LearnedKind
from mlcore.matching.segmenters import Segmenter, choose_segmenter
from pipelines.errors import PipelineError
from pipelines.packages import digest
from pipelines.trained import projection_of

Family = EncoderVersion.Family
KIND_OF = {kind.family: kind for kind in KINDS.values()}
# These have no first version: they wait for one that was trained and found better.
TRAINED = {Family.LEARNED, Family.CLIP}
FAMILIES = [
    *(Family.APPEARANCE, Family.COLOUR),
    *(family for family in KIND_OF if family not in TRAINED),
]
FIRST = "The first version, since its first use."
APPEARANCE_WEIGHTS = "efficientnet-lite0.safetensors"


@dataclass(frozen=True)
class Encoders:
    """What turns stills into representations in this process."""

    segmenter: Segmenter
    appearance: AppearanceEncoder


@cache
def load_encoders() -> Encoders:
    """Load the networks once a process.

    Raises PipelineError with what to do when weights are missing.
    """
    folder = Path(settings.WEIGHTS_ROOT)
    # Pool children share the cores: more threads each would only wait for one another.
    torch.set_num_threads(settings.TORCH_THREADS)
    try:
        return Encoders(
            segmenter=choose_segmenter(folder),
            appearance=AppearanceEncoder(folder / APPEARANCE_WEIGHTS),
        )
    except FileNotFoundError as error:
        raise PipelineError(
            f"Weights are missing ({Path(error.filename or '').name}); "
            "run `python -m pipelines.weights`, then press Retry."
        ) from None


def live_versions() -> dict[str, EncoderVersion]:
    """The live version of each family; the first use of a family writes its row."""
    live = {version.family: version for version in EncoderVersion.objects.of_shots()}
    for family in FAMILIES:
        if family not in live:
            live[family] = _first_version(family)
    return live


def live_kinds() -> list[tuple[Kind[Any], EncoderVersion]]:
    """Every kind of match that can be sought, with the version whose rows it compares."""
    live = live_versions()
    return [
        (with_weights(kind, live[kind.family]), live[kind.family])
        for kind in KINDS.values()
        if kind.family in live
    ]


def with_weights(kind: Kind[Any], version: EncoderVersion) -> Kind[Any]:
    """A kind that can represent: of a trained family, one made with the version's weights."""
    if version.family != Family.LEARNED:
        return kind
    return LearnedKind(projection_of(version))


@transaction.atomic
def put_live(
    family: str,
    sha256: str,
    *,
    name: str,
    config: dict[str, Any] | None = None,
    metrics: dict[str, Any] | None = None,
    reason: str,
) -> EncoderVersion:
    """Let the version with these weights take the place of the live one, which retires.

    For families that no board is ranked by; rankings are promoted (`catalog.services`).
    Weights that are live already stay the version they are. The log says when and why.
    """
    live = EncoderVersion.objects.actives().filter(family=family).first()
    if live is not None and live.weights_sha256 == sha256:
        return live
    if live is not None:
        live.status = EncoderVersion.Status.RETIRED
        live.save(update_fields=["status"])
    made, _ = EncoderVersion.objects.update_or_create(
        family=family,
        name=name,
        weights_sha256=sha256,
        defaults={
            "status": EncoderVersion.Status.ACTIVE,
            "config": config or {},
            "metrics": metrics or {},
            "parent": live,
        },
    )
    Promotion.objects.note(family, made, live, reason)
    return made


def _first_version(family: str) -> EncoderVersion:
    name, weights = _described(family)
    try:
        with transaction.atomic():
            made = EncoderVersion.objects.create(
                family=family,
                name=name,
                weights_sha256=weights,
                status=EncoderVersion.Status.ACTIVE,
            )
            Promotion.objects.note(family, made, None, FIRST)
            return made
    except IntegrityError:  # another worker was first
        return EncoderVersion.objects.active(family)


def _described(family: str) -> tuple[str, str]:
    match family:
        case Family.MASK:
            segmenter = load_encoders().segmenter
            return segmenter.name, digest(
                *segmenter.weights
            ) if segmenter.weights else ""
        case Family.APPEARANCE:
            weights = Path(settings.WEIGHTS_ROOT) / APPEARANCE_WEIGHTS
            return "EfficientNet-lite0", digest(weights)
        case Family.COLOUR:
            return "CIE Lab moments and hue histogram", ""
        case _:
            return KIND_OF[family].encoder, ""
