"""Whether a newly trained ranking may go live: only when it is surely better."""

from collections.abc import Sequence
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Suffering:
    """A hold-out title that a candidate surely serves worse."""

    title: int
    gain: Precision
    """Below 0"""


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


def asked_for(
    seen: Verdict, better_by: float, hurt: Sequence[Suffering] = ()
) -> Verdict:
    """Return what is decided where the gain has to be surely above `better_by`.

    It is a difference of average precisions: .02 asks for two hundredths. Titles that are
    `hurt`, one is enough, keep it from passing.
    """
    if not seen.enough or seen.gain is None:
        return seen
    reason = _said(seen.gain, better_by)
    if hurt:
        parts = "; ".join(f"title {each.title} {_span(each.gain)}" for each in hurt)
        reason = f"Worse in parts: average precision of {parts}."
    passed = seen.gain.low > better_by and not hurt
    return replace(seen, passed=passed, reason=reason)


def suffering(
    labels: Labels,
    candidate: Floats,
    live: Floats,
    titles: NDArray[np.int64],
    worse_by: float,
    *,
    seed: int = 0,
) -> list[Suffering]:
    """Return the titles whose own average precision surely falls by more than `worse_by`.

    Of each the (n,) hold-out pairs are drawn again: a title of few pairs has too wide an
    interval to be sure of anything. One whose pairs are all alike says nothing.
    """
    found = []
    for title in np.unique(titles):
        own = titles == title
        good = labels[own]
        if good.min() == good.max():
            continue
        each = np.arange(len(good))
        gain = gain_with_interval(good, candidate[own], live[own], each, seed=seed)
        if gain.high < -worse_by:
            found.append(Suffering(title=int(title), gain=gain))
    return found


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
    how = "Not surely better"
    if gain.low > max(better_by, 0):
        how = "Better"
    elif gain.low > 0:
        how = "Less than asked for"
    elif gain.high < 0:
        how = "Worse"
    return f"{how}: average precision {_span(gain)}."


def _span(gain: Precision) -> str:
    return f"{gain.ap:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})"
