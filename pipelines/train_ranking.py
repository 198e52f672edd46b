"""A ranking, from labels to live: freeze, fit, decide, rank every title, switch.

Every stage can be begun again: labels are frozen once a run, fitting from one seed gives
the same weights, and titles that were ranked with a version are not ranked twice.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from django.utils.timezone import now

from catalog.labels import LEARNED
from catalog.models import EncoderVersion, TrainingRun
from catalog.services import family_of
from mlcore.matching.ranking.choosing import choose_ranker
from mlcore.matching.ranking.contrast import ContrastConfig, cosines, train_projection
from mlcore.matching.ranking.gate import Verdict, asked_for, decide, suffering
from mlcore.matching.ranking.keeping import save_projection
from mlcore.matching.ranking.ranker import save_ranker
from pipelines.datasets import freeze_labels, look_pairs, pair_rows
from pipelines.errors import PipelineError
from pipelines.jobs import Finished
from pipelines.looking import clip_columns
from pipelines.promoting import (
    begun_run,
    gate_of,
    live_of,
    rank_boards,
    run_of,
    switch,
    switch_by_hand,
    train_or_promote,
    version_of,
    weigh,
)
from pipelines.trained import keep_weights, projection_of, ranker_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mlcore.matching.ranking.pairfeatures import PairFeatures
    from pipelines.jobs import Claim

    Floats = NDArray[np.float64]

Status = EncoderVersion.Status


def train(claim: Claim) -> None:
    """Do what a training job asks: train for a kind, or put a version live by hand."""
    train_or_promote(claim, TRAINING, BY_HAND)


def _freeze(claim: Claim) -> None:
    kind = claim.job.subject["kind"]
    run = begun_run(claim, family_of(kind))
    if run.frozen:
        return  # an earlier attempt froze them
    frozen = freeze_labels(kind)
    with claim.writing():
        run.frozen = frozen
        run.save(update_fields=["frozen"])


def _fit(claim: Claim) -> None:
    run = run_of(claim)
    if run.version is not None:
        return
    config, sha256 = _fit_projection(run) if run.family == LEARNED else _fit_ranker(run)
    with claim.writing():
        run.version = EncoderVersion.objects.create(
            family=run.family,
            name=f"{config['words']}, run {run.pk}",
            config=config,
            weights_sha256=sha256,
        )
        run.config |= config
        run.save(update_fields=["version", "config"])


def _fit_ranker(run: TrainingRun) -> tuple[dict[str, Any], str]:
    rows = pair_rows(run.frozen)
    own = ~rows.held_out
    try:
        ranker, trials = choose_ranker(
            rows.features.pick(own),
            rows.labels[own],
            rows.scores[own],
            rows.titles[own],
            seed=run.seed,
        )
    except ValueError as error:
        raise PipelineError(f"Nothing to train on: {error}.") from None
    sha256 = keep_weights(partial(save_ranker, ranker), f"train-{run.pk}")
    config = {
        "words": ranker.config.words,
        "ranker": asdict(ranker.config),
        "features": list(ranker.names),
        "tried": [{"words": t.config.words, "ap": t.ap} for t in trials],
        "trained_on": int(own.sum()),
    }
    return config, sha256


def _fit_projection(run: TrainingRun) -> tuple[dict[str, Any], str]:
    rows = look_pairs(run.frozen)
    own = ~rows.held_out
    contrast = ContrastConfig(seed=run.seed)
    try:
        projection, seen = train_projection(
            rows.leaving[own],
            rows.entering[own],
            rows.labels[own],
            rows.titles[own],
            contrast,
        )
    except ValueError as error:
        raise PipelineError(f"Nothing to train on: {error}.") from None
    sha256 = keep_weights(partial(save_projection, projection), f"train-{run.pk}")
    config = {
        "words": f"projection of looks, rank {projection.config.rank}",
        "projection": asdict(projection.config),
        "contrast": asdict(contrast),
        "watched": [{"steps": steps, "ap": ap} for steps, ap in seen],
        "trained_on": int(own.sum()),
    }
    return config, sha256


def _decide(claim: Claim) -> None:
    """Compare with what is live; a version that is not surely better stays a candidate."""
    run = run_of(claim)
    version = version_of(run)
    verdict = _verdict(run, _compared(run, version))
    outcome = asdict(verdict) | {"went_live": False, "against": _against(run)}
    with claim.writing():
        version.metrics = outcome
        version.save(update_fields=["metrics"])
        run.outcome = outcome
        if not verdict.passed:
            run.ended_at = now()
        run.save(update_fields=["outcome", "ended_at"])
    claim.job.note(verdict.reason)
    if not verdict.passed:
        raise Finished


@dataclass(frozen=True)
class Compared:
    """n held-out pairs as both sides order them."""

    labels: NDArray[np.int64]
    candidate: Floats
    live: Floats
    titles: NDArray[np.int64]
    positives_in_all: int
    """Good pairs, those of training counted."""


def _verdict(run: TrainingRun, found: Compared) -> Verdict:
    sides = found.labels, found.candidate, found.live, found.titles
    seen = decide(*sides, positives_in_all=found.positives_in_all, seed=run.seed)
    if not seen.enough:
        return seen
    told = gate_of(run)
    hurt = suffering(*sides, told["worse_by"], seed=run.seed)
    return asked_for(seen, told["better_by"], hurt)


def _compared(run: TrainingRun, version: EncoderVersion) -> Compared:
    live = live_of(run.family)
    if run.family == LEARNED:
        looks = look_pairs(run.frozen)
        out = looks.held_out
        a, b = looks.leaving[out], looks.entering[out]
        # Without a live space: looks as they are, which is where training began.
        before = (
            np.einsum("nd,nd->n", a, b).astype(np.float64)
            if live is None
            else cosines(projection_of(live), a, b)
        )
        candidate = cosines(projection_of(version), a, b)
        labels, titles = looks.labels, looks.titles
    else:
        names = [n for v in (version, live) if v for n in ranker_of(v).names]
        rows = pair_rows(run.frozen, clip_columns([*dict.fromkeys(names)]))
        out = rows.held_out
        held = rows.features.pick(out)
        candidate = _said(version, held)
        before = rows.scores[out] if live is None else _said(live, held)
        labels, titles = rows.labels, rows.titles
    return Compared(labels[out], candidate, before, titles[out], int(labels.sum()))


def _said(version: EncoderVersion, held: PairFeatures) -> NDArray[np.float64]:
    """(n,) probabilities, of what the version looks at: another may look at less."""
    ranker = ranker_of(version)
    return ranker.probability(held.named(ranker.names))


def _against(run: TrainingRun) -> str:
    live = live_of(run.family)
    if live is not None:
        return live.name
    return "looks as they are" if run.family == LEARNED else "the kind's own score"


TRAINING = {
    "labels": _freeze,
    "fit": _fit,
    "gate": _decide,
    "boards": rank_boards,
    "churn": weigh,
    "switch": switch,
}
BY_HAND = {"boards": rank_boards, "churn": weigh, "switch": switch_by_hand}
