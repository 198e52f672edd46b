"""What a version needs before it is live: its detector, its library, its findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.files import local_path, publish
from catalog.models import (
    ComponentEmbedding,
    ComponentFinding,
    EditingComponent,
    EncoderVersion,
    Title,
)
from catalog.services import ask_learning
from mlcore.components.catalogue import catalogue
from mlcore.components.finding.building import Draws, build_detector
from mlcore.components.finding.keeping import save_detector
from mlcore.components.measuring.retrieval import embedder
from mlcore.components.network.keeping import load_encoder
from pipelines.components.detect import find_in_title
from pipelines.components.shipped import detector_key, embed_library, finder_of
from pipelines.errors import PipelineError
from pipelines.promoting import asked_version, live_of
from pipelines.retraining.components.learning import studio_for
from pipelines.retraining.devices import device_for
from pipelines.retraining.tidying import tidy
from pipelines.trained import weights_key

if TYPE_CHECKING:
    from pipelines.jobs import Claim

Family = EncoderVersion.Family


def make_library(claim: Claim) -> None:
    """Fit the version's detector, and embed the library beside the live embeddings."""
    version = asked_version(claim)
    kept = local_path(detector_key(version.weights_sha256))
    if not kept.is_file():
        _fit(claim, version, kept.name)
    if not ComponentEmbedding.objects.filter(version=version).exists():
        with claim.writing():
            embed_library(version, finder_of(version))


def _fit(claim: Claim, version: EncoderVersion, name: str) -> None:
    encoder, known = load_encoder(local_path(weights_key(version.weights_sha256)))
    device = device_for(claim)
    offered = set(EditingComponent.objects.offered().values_list("key", flat=True))
    away = {key for key in known["unseen"] if key in offered}
    drawn = [each for each in catalogue() if each.key in offered]
    draws = Draws(**version.config.get("draws", {}))
    claim.progress(0.0, f"{len(drawn)} components drawn {draws.clips} times")
    try:
        detector, figures = build_detector(
            embedder(encoder, device),
            studio_for(encoder.config, device),
            [each for each in drawn if each.key not in away],
            [each for each in drawn if each.key in away],
            draws,
        )
    except ValueError as error:
        raise PipelineError(f"No detector can be fitted: {error}.") from None
    half = local_path(f"work/{name}")
    half.parent.mkdir(parents=True, exist_ok=True)
    said = {"encoder": version.weights_sha256, "clips": draws.clips, "figures": figures}
    save_detector(detector, half, said)
    publish(half, detector_key(version.weights_sha256))


def find_again(claim: Claim) -> None:
    """Look at every title again that was looked at, beside what the live version found."""
    version, live = asked_version(claim), live_of(Family.COMPONENT)
    seen = ComponentFinding.objects.filter(version=live).values("title")
    done = ComponentFinding.objects.filter(version=version).values("title")
    titles = Title.objects.filter(pk__in=seen).exclude(pk__in=done).order_by("pk")
    waiting = [each for each in titles if local_path(each.proxy_key).is_file()]
    for number, title in enumerate(waiting, start=1):
        find_in_title(claim, title, finder_of(version), version)
        claim.progress(number / len(waiting), f"{number} of {len(waiting)} titles")


def learn_anew(claim: Claim) -> None:
    """Tidy up after a switch, and have suggestions learned from what is live now."""
    tidy(claim, Family.COMPONENT)
    ask_learning(user=claim.job.asked_by)
