"""A candidate beside the live version: how often a component is found on other material."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from catalog.files import local_path
from mlcore.components.catalogue import component
from mlcore.components.component import CATEGORIES
from mlcore.components.learning.training import new_encoder
from mlcore.components.measuring.retrieval import embedded, embedder, gain, recall
from mlcore.components.network.keeping import load_encoder
from pipelines.components.shipped import finder_of
from pipelines.promoting import (
    end_unless_passed,
    is_judged,
    live_of,
    run_of,
    version_of,
    write_outcome,
)
from pipelines.retraining.components.learning import studio_for
from pipelines.retraining.devices import device_of
from pipelines.trained import weights_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch

    from catalog.models import TrainingRun
    from mlcore.components.measuring.retrieval import Recall
    from mlcore.components.network.encoder import ComponentEncoder
    from pipelines.jobs import Claim

PAIRS = 4
"""Material pairs that each is asked for on: twelve questions a component"""
UNTRAINED = "an untrained encoder of the same shape"


def judge_components(claim: Claim) -> None:
    """Compare with what is live; a version that finds no more stays a candidate."""
    run = run_of(claim)
    if not is_judged(run):
        write_outcome(claim, run, _outcome(claim, run))
    end_unless_passed(run)


def _outcome(claim: Claim, run: TrainingRun) -> dict[str, Any]:
    live, device = live_of(run.family), device_of(run)
    own, _ = load_encoder(local_path(weights_key(version_of(run).weights_sha256)))
    other = finder_of(live).encoder if live else new_encoder(own.config, run.seed)
    sides = []
    for number, encoder in enumerate((own, other)):
        sides.append(_recall(run, encoder, device))
        claim.progress((number + 1) / 2)
    gained, low, high = gain([sides[0]], [sides[1]], run.seed)
    worse = _worse(sides, run.config["worse_by"])
    better = low > run.config["better_by"]
    reason = _reason(f"{gained:+.1%} ({low:+.1%} to {high:+.1%})", worse, better=better)
    return {
        "passed": better and not worse,
        "enough": True,
        "reason": reason,
        "against": live.name if live else UNTRAINED,
        "against_version": live.pk if live else None,
        "went_live": False,
        "measures": {
            "gain": gained,
            "low": low,
            "high": high,
            "worse": worse,
            "components": len(run.frozen["judged"]),
            "pairs": _pairs(run),
            "candidate": _numbers(sides[0]),
            "live": _numbers(sides[1]),
        },
    }


def _pairs(run: TrainingRun) -> int:
    return int(run.config.get("pairs", PAIRS))


def _recall(
    run: TrainingRun, encoder: ComponentEncoder, device: torch.device
) -> Recall:
    judged = [component(key) for key in run.frozen["judged"]]
    studio = studio_for(encoder.config, device)
    embed = embedder(encoder, device)
    rows = embedded(embed, studio, judged, range(_pairs(run)), raw=encoder.config.raw)
    return recall(rows, judged)


def _numbers(found: Recall) -> dict[str, float]:
    low, high = found.interval()
    rows = found.rows()
    return {
        "macro": found.macro(),
        "low": low,
        "high": high,
        **{name: rows[name]["r1"] for name in CATEGORIES if name in rows},
    }


def _worse(sides: Sequence[Recall], worse_by: float) -> list[str]:
    own, before = (side.rows() for side in sides)
    return [
        f"{name}s are found first in {own[name]['r1']:.0%}, not {before[name]['r1']:.0%}"
        for name in CATEGORIES
        if name in own and own[name]["r1"] < before[name]["r1"] - worse_by
    ]


def _reason(said: str, worse: list[str], *, better: bool) -> str:
    if worse:
        return f"Worse in parts: {'; '.join(worse)}."
    how = "Better" if better else "Not surely better by what is asked for"
    return f"{how}: the macro R@1 changes by {said}."
