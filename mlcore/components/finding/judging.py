"""How well a detector finds what lies on clips it was neither fitted to nor calibrated on."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from mlcore.components.component import CATEGORIES, Category
from mlcore.components.finding.detector import (
    AT_CUTS,
    NONE,
    ON_SHOTS,
    Detector,
    Found,
    likeness,
)
from mlcore.components.finding.fitting import Clips, at_cuts, in_shots, on_shots
from mlcore.components.finding.presence import PLAIN_SHARE
from mlcore.metrics import expected_calibration_error


def judge(detector: Detector, asked: Clips, *, seed: int = 0) -> dict[str, Any]:
    """Return figures for cuts and shots of which PLAIN_SHARE are plain.

    "cuts", "shots": recall, false alarms a hundred plain ones, how often a known one is
    named rightly, and ECE of all answers; by category on shots. "in_shots": recall and
    false alarms where a transition hides a cut. "unseen_auroc": how the sureness tells
    known components from others of their category.
    """
    chance = np.random.default_rng(seed)
    return {
        "cuts": _asked(detector, asked, AT_CUTS, chance),
        "shots": _asked(detector, asked, ON_SHOTS, chance),
        **{
            category: _asked(detector, asked, ON_SHOTS, chance, only=category)
            for category in ON_SHOTS
        },
        "in_shots": _hidden(detector, asked),
        "unseen_auroc": unseen_auroc(detector, asked),
    }


def _asked(
    detector: Detector,
    asked: Clips,
    among: tuple[Category, ...],
    chance: np.random.Generator,
    *,
    only: Category | None = None,
) -> dict[str, float]:
    wanted = [CATEGORIES.index(each) for each in ((only,) if only else among)]
    here = at_cuts(asked) if among == AT_CUTS else on_shots(asked)
    there = np.flatnonzero(here & np.isin(asked.categories, wanted))
    plain = np.flatnonzero(here & (asked.categories == NONE))
    # So many of either that PLAIN_SHARE are plain, at most all there are.
    few = min(len(there), round(len(plain) * (1 - PLAIN_SHARE) / PLAIN_SHARE))
    chosen = chance.choice(there, max(few, 1), replace=False)
    mixed = np.concatenate([plain, chosen])
    answers = detector.find(asked.embeddings[mixed], among, plain=PLAIN_SHARE)
    # Recall does not depend on how many plain ones stand beside: all are asked.
    found = detector.find(asked.embeddings[there], among, plain=PLAIN_SHARE)
    said = np.array([each.category is not None for each in answers])
    right = [
        _is_right(detector, answer, asked.keys[at], int(asked.categories[at]))
        for answer, at in zip(answers, mixed, strict=True)
    ]
    known = [
        each.key == asked.keys[at]
        for each, at in zip(found, there, strict=True)
        if asked.keys[at] in detector.keys
    ]
    return {
        "asked": len(there),
        "plain": len(plain),
        "recall": float(np.mean([each.category is not None for each in found])),
        "false_in_100": 100 * float(said[: len(plain)].mean()),
        "named": float(np.mean(known)) if known else float("nan"),
        "ece": expected_calibration_error([a.confidence for a in answers], right),
    }


def _hidden(detector: Detector, asked: Clips) -> dict[str, float]:
    here = in_shots(asked)
    there = asked.categories[here] != NONE
    said = np.array(
        [
            detector.crosses(row[None], plain=PLAIN_SHARE) > 0.5
            for row in asked.embeddings[here]
        ]
    )
    return {
        "asked": int(there.sum()),
        "plain": int((~there).sum()),
        "recall": float(said[there].mean()),
        "false_in_100": 100 * float(said[~there].mean()),
    }


def _is_right(detector: Detector, answer: Found, key: str, category: int) -> bool:
    if not key:
        return answer.category is None
    if answer.category != CATEGORIES[category]:
        return False
    return answer.key == (key if key in detector.keys else None)


def unseen_auroc(detector: Detector, asked: Clips) -> float:
    """Return how the sureness parts known components from unseen bases, .5 to 1."""
    sure, known = [], []
    for embedding, key, category in zip(
        asked.embeddings, asked.keys, asked.categories, strict=True
    ):
        own = np.flatnonzero(detector.categories == category)
        if key and len(own):
            cosines = detector.references[own] @ embedding[: asked.dims]
            sure.append(float(likeness(cosines) @ detector.known))
            known.append(key in detector.keys)
    return float(roc_auc_score(_labels(known), sure))


def _labels(known: list[bool]) -> NDArray[np.int64]:
    return np.array(known, np.int64)
