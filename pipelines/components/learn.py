"""Learn what suits a cut, from what finished titles use and what people chose."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from django.conf import settings
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from catalog.models import EncoderVersion
from mlcore.components.suggesting.holding_out import by_popularity, compared
from mlcore.components.suggesting.keeping import Kept, save_recommenders
from mlcore.components.suggesting.learning import PLAIN, LearningConfig, learn
from mlcore.components.suggesting.measures import MEASURES, SHOT_MEASURES
from pipelines.components.examples import (
    CATEGORIES,
    CUTS,
    SHOTS,
    Examples,
    Known,
    cut_examples,
    known_components,
    shot_examples,
    usage,
)
from pipelines.encoders import put_live
from pipelines.errors import PipelineError
from pipelines.trained import keep_weights

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.jobs import Claim

Family = EncoderVersion.Family

PLAIN_AT_FIRST = 0.95
"""Share of plain cuts that is taken for granted until they are counted: nearly all cuts
of finished films are."""

TWENTY = 20
"""Cuts that the share taken for granted weighs like."""

CONFIG = LearningConfig()
CONTEXT, POPULARITY = "context", "popularity"
GATHERED = {CUTS: (cut_examples, MEASURES), SHOTS: (shot_examples, SHOT_MEASURES)}


def learn_suggestions(claim: Claim) -> None:
    """Make a recommender of all examples there are, and put it live.

    The context is used where it foresees titles it has not seen better than popularity
    does; otherwise, or with too little to tell, it goes by popularity and says so. Raises
    PipelineError when components were never embedded.
    """
    torch.set_num_threads(settings.TORCH_THREADS)
    version = _encoder()
    with threadpool_limits(settings.TORCH_THREADS):
        made = {what: _learned(version, what) for what in (CUTS, SHOTS)}
    config = _config(version, made)
    metrics = {what: each.metrics for what, each in made.items()}
    sha256 = keep_weights(partial(_write, made, config), f"learn-{claim.job.pk}")
    with claim.writing():
        put_live(
            Family.RECOMMENDER,
            sha256,
            name=config["words"][:200],
            config=config,
            metrics=metrics,
            reason=config["words"],
        )
    claim.job.note(config["words"])


@dataclass(frozen=True)
class Made:
    """A recommender for cuts or for shots, with what is to be said of it."""

    kept: Kept
    metrics: dict[str, Any]
    by: str
    examples: int
    something: int

    @property
    def words(self) -> str:
        """A clause about it."""
        how = "by context" if self.by == CONTEXT else "by how often each is used"
        return f"{how} ({self.something} of {self.examples} have a known one)"


def _learned(version: EncoderVersion, what: str) -> Made:
    known = known_components(version, CATEGORIES[what])
    if not known.keys:
        raise PipelineError("No component has an embedding yet; set them up first.")
    gather, measures = GATHERED[what]
    examples = gather(version, known)
    metrics = _foreseen(examples, known)
    by = CONTEXT if metrics and _is_better(metrics) else POPULARITY
    model = (
        learn(examples.contexts, examples.used, known.embeddings, CONFIG)
        if by == CONTEXT
        else by_popularity(
            len(measures), known.embeddings.shape[1], _plain_share(examples)
        )
    )
    names = tuple(measure.name for measure in measures)
    kept = Kept(model, known.keys, usage(known, examples.used), names)
    something = int((examples.used != PLAIN).sum())
    return Made(kept, metrics, by, len(examples.used), something)


def _encoder() -> EncoderVersion:
    live = EncoderVersion.objects.actives().filter(family=Family.COMPONENT).first()
    if live is None:
        raise PipelineError(
            "No component encoder is in use; set up the components first."
        )
    return live


def _foreseen(examples: Examples, known: Known) -> dict[str, Any]:
    """Held-out figures of both ways, or none where there are too few titles."""
    try:
        found = compared(
            examples.contexts, examples.used, examples.titles, known.embeddings, CONFIG
        )
    except ValueError:
        return {}
    return {name: dict(each.numbers()) for name, each in found.items()}


def _is_better(metrics: dict[str, Any]) -> bool:
    learned, popularity = metrics["learned"], metrics["popularity"]
    return bool(
        learned["first"] > popularity["first"]
        and learned["place"] < popularity["place"]
    )


def _plain_share(examples: Examples) -> float:
    plain = float((examples.used == PLAIN).sum())
    return (plain + TWENTY * PLAIN_AT_FIRST) / (len(examples.used) + TWENTY)


def _config(version: EncoderVersion, made: dict[str, Made]) -> dict[str, Any]:
    return {
        "words": f"For cuts {made[CUTS].words}; for shots {made[SHOTS].words}",
        "by": {what: each.by for what, each in made.items()},
        "examples": {what: each.examples for what, each in made.items()},
        "with_component": {what: each.something for what, each in made.items()},
        "component_version": version.pk,
    }


def _write(made: dict[str, Made], config: dict[str, Any], path: Path) -> None:
    save_recommenders({what: each.kept for what, each in made.items()}, path)
    path.with_suffix(".json").write_text(json.dumps(config), encoding="utf-8")
