"""Which components an encoder learns, is judged by and never sees, frozen.

What is asked of candidate and live version are the same ones, on materials that nothing was
trained on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.files import local_path
from catalog.models import ComponentEmbedding, EditingComponent, EncoderVersion
from mlcore.components.catalogue import catalogue
from mlcore.components.choosing import some
from mlcore.components.component import CATEGORIES
from mlcore.components.network.keeping import load_encoder
from mlcore.components.split import split
from pipelines.errors import PipelineError
from pipelines.promoting import begun_run, live_of
from pipelines.retraining.components.learning import encoder_of
from pipelines.trained import weights_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from catalog.models import TrainingRun
    from mlcore.checkpoint import Meaning
    from mlcore.components.component import Component
    from pipelines.jobs import Claim

    Parts = dict[str, list[str]]

COMPONENT = EncoderVersion.Family.COMPONENT
MANY = 600
"""Components of a first training, as of the one that ships: more take longer to be seen
often enough."""


def freeze(claim: Claim) -> None:
    """Write down which components are learned, judged and unseen, and what training begins with.

    What the live version has learned stays what is judged, what it has not seen stays
    unseen. Raises PipelineError where no components are listed.
    """
    run = begun_run(claim, COMPONENT)
    if run.frozen:
        return
    offered = set(EditingComponent.objects.offered().values_list("key", flat=True))
    drawn = [each for each in catalogue() if each.key in offered]
    if not drawn:
        raise PipelineError(
            "No components are listed; run `python -m pipelines.components`."
        )
    live = live_of(COMPONENT)
    if live is None:
        parts, begins_with = _first(run, drawn), None
    else:
        encoder, known = load_encoder(local_path(weights_key(live.weights_sha256)))
        parts = _after(live, known, drawn)
        alike = encoder.config == encoder_of(run.config["shape"])
        begins_with = live.pk if alike else None
    with claim.writing():
        run.frozen = parts | {"begins_with": begins_with}
        run.save(update_fields=["frozen"])
    claim.job.note(", ".join(f"{len(keys)} {name}" for name, keys in parts.items()))


def _first(run: TrainingRun, drawn: Sequence[Component]) -> Parts:
    trained, unseen = split(drawn)
    many = run.config.get("components", MANY)
    judged = [each.key for each in some(trained, many, 0)]
    fewer = max(len(CATEGORIES), many // 3)
    away = [each.key for each in some(unseen, fewer, 0)]
    return {"components": judged, "judged": judged, "unseen": away}


def _after(live: EncoderVersion, known: Meaning, drawn: Sequence[Component]) -> Parts:
    there = {each.key for each in drawn}
    judged, away = (
        [key for key in known[part] if key in there]
        for part in ("components", "unseen")
    )
    bases = {key.rpartition("/")[0] for key in known["unseen"]}
    embedded_before = set(
        ComponentEmbedding.objects.filter(version=live).values_list(
            "component__key", flat=True
        )
    )
    new = [
        each.key
        for each in drawn
        if each.key not in embedded_before and each.key.rpartition("/")[0] not in bases
    ]
    return {"components": [*judged, *new], "judged": judged, "unseen": away}
