"""Whether a newly trained ranking may go live: only when it is surely better."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mlcore.matching.ranking.intervals import (
    Precision,
    cards_by_chance,
    cards_to,
    gain_with_interval,
    precision_with_interval,
)

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

LEAST_TITLES = 10
"""Hold-out titles. On a public set a true gain of .03 passes with 3, 5 and 10 of them in
44, 46 and 75 of 100 draws (`python -m bench.ranking`)."""

LEAST_POSITIVES = 60
"""Good pairs, those of training counted."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the gate saw and decided."""

    passed: bool
    enough: bool
    """False: too few titles or good pairs to decide anything."""
    reason: str
    """One sentence."""
    titles: int
    """Hold-out titles with pairs."""
    pairs: int
    """Hold-out pairs."""
    positives: int
    """Good pairs in the hold-out."""
    candidate: Precision | None
    live: Precision | None
    gain: Precision | None
    """Candidate less live, paired."""
    cards: dict[str, float | None]
    """Cards to 15 good ones: by the candidate, by the live one, by chance."""


def decide(
    labels: Labels,
    candidate: Floats,
    live: Floats,
    titles: NDArray[np.generic],
    *,
    positives_in_all: int,
    seed: int = 0,
) -> Verdict:
    """Compare two rankings of the same n hold-out pairs.

    The candidate passes when the 95 % interval of its gain in average precision, paired
    and redrawn by title, lies above 0.
    """
    positives, many = int(labels.sum()), len(np.unique(titles))
    seen = {"titles": many, "pairs": len(labels), "positives": positives}
    lacking = _lacking(many, positives_in_all, positives)
    if not positives:
        return _undecided(lacking, seen)
    gain = gain_with_interval(labels, candidate, live, titles, seed=seed)
    return Verdict(
        passed=not lacking and gain.low > 0,
        enough=not lacking,
        reason=lacking or _said(gain),
        candidate=precision_with_interval(labels, candidate, titles, seed=seed),
        live=precision_with_interval(labels, live, titles, seed=seed),
        gain=gain,
        cards={
            "candidate": cards_to(labels, candidate),
            "live": cards_to(labels, live),
            "chance": cards_by_chance(labels),
        },
        **seen,
    )


def asked_for(seen: Verdict, better_by: float) -> Verdict:
    """Return what is decided where the gain has to be surely above `better_by`.

    It is a difference of average precisions: .02 asks for two hundredths.
    """
    if not seen.enough or seen.gain is None:
        return seen
    passed = seen.gain.low > better_by
    return replace(seen, passed=passed, reason=_said(seen.gain, better_by))


def _undecided(lacking: str, seen: dict[str, int]) -> Verdict:
    return Verdict(
        passed=False,
        enough=False,
        reason=lacking,
        candidate=None,
        live=None,
        gain=None,
        cards={},
        **seen,
    )


def _lacking(titles: int, positives: int, held_out: int) -> str:
    lacks = []
    if titles < LEAST_TITLES:
        lacks.append(f"{LEAST_TITLES - titles} more hold-out titles with labels")
    if positives < LEAST_POSITIVES:
        lacks.append(f"{LEAST_POSITIVES - positives} more good pairs")
    if not held_out and not lacks:
        lacks.append("a good pair in the hold-out")
    return f"Insufficient evidence: {' and '.join(lacks)} needed." if lacks else ""


def _said(gain: Precision, better_by: float = 0.0) -> str:
    span = f"{gain.ap:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})"
    if gain.low > max(better_by, 0):
        return f"Better: average precision {span}."
    if gain.low > 0:
        return f"Less than asked for: average precision {span}."
    if gain.high < 0:
        return f"Worse: average precision {span}."
    return f"Not surely better: average precision {span}."
