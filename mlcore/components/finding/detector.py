"""From the embedding of a clip to what lies on it, or nothing, with a confidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logsumexp

from mlcore.components.component import CATEGORIES, Category
from mlcore.components.finding.landmarks import Landmarks, nearest
from mlcore.components.finding.presence import Presence
from mlcore.components.finding.softmax import Softmax

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NONE = len(CATEGORIES)
"""The class of a clip with nothing on it, after the six categories."""

AT_CUTS: tuple[Category, ...] = ("transition",)
ON_SHOTS: tuple[Category, ...] = ("effect", "animation", "filter", "sticker", "text")


@dataclass(frozen=True, slots=True)
class Found:
    """What a clip shows. A category without a key: something of it that is not known."""

    category: Category | None
    """None: nothing was laid on it."""
    key: str | None
    """Of the component, where it is one of those known."""
    confidence: float
    """0..1, that this very answer is right."""
    nearest: str | None
    """The known component most like it, if there is something."""
    similarity: float
    """Cosine to that one, -1..1; 0 where there is nothing."""


@dataclass(frozen=True, kw_only=True)
class Detector:
    """Whether something is there, of which category, and which one by its nearest reference.

    D: length of an embedding, F: changes, none where they are not looked at, K: known
    components. What is looked at is a row of D + F numbers, the embedding of length 1.
    """

    at_cuts: Presence
    """Of a transition, at a cut"""
    on_shots: Presence
    """Of anything else, within a shot"""
    in_shots: Presence
    """Of a transition, in what seems to be one shot"""
    plain: Floats
    """(2, D), see `Landmarks`"""
    category: Softmax
    """(D + F), see `inputs`, -> six categories, where there is something"""
    known: Floats
    """(3,) log-odds that the nearest is the right one: of cosine, of its lead, and 1"""
    references: Floats
    """(K, D) embeddings of the known components, of length 1"""
    categories: Ints
    """(K,) places in CATEGORIES"""
    keys: tuple[str, ...]
    """(K,)"""
    fitted: NDArray[np.bool_]
    """(K,) of which presence was told the likeness: more of them would seem nearer"""

    def find(
        self, embeddings: Floats, among: Sequence[Category], *, plain: float
    ) -> list[Found]:
        """Return the likeliest answer for each of (n, D + F) rows.

        Only categories `among`, AT_CUTS or ON_SHOTS, come into question. `plain` is the
        share of cuts, or shots, expected to have nothing. Raises ValueError for a share
        that is not between 0 and 1, and for other categories.
        """
        return [self.find_in_looks(one[None], among, plain=plain) for one in embeddings]

    def find_in_looks(
        self, looks: Floats, among: Sequence[Category], *, plain: float
    ) -> Found:
        """Return the likeliest answer for one place that was looked at (n, D + F) ways.

        A transition may be long or short, and fills only one of several windows as those
        it was learned from do: each is as likely beforehand, so that the odds of
        something are the mean of theirs. Of which category it is the best of them says,
        and which one it is whichever is nearest to a reference.
        """
        dims = self.references.shape[1]
        each = self._presence(among).log_odds(self._landmarks.looks(looks))
        there = _chance(each, plain)
        if there <= 0.5:
            return Found(None, None, 1.0 - there, None, 0.0)
        best = int(np.argmax(each))
        places = [CATEGORIES.index(category) for category in among]
        shares = np.zeros(len(CATEGORIES))
        shares[places] = self.category.share[places]
        seen = inputs(looks[best : best + 1], dims)
        chances = there * np.exp(self.category.log_probabilities(seen, shares)[0])
        cosines = (looks[:, :dims] @ self.references.T).max(axis=0)
        return self._answer(chances, cosines, places)

    def crosses(self, looks: Floats, *, plain: float) -> float:
        """Return the chance 0..1 that in the middle of looks (n, D + F) one shot gives way to another.

        For places inside what seems to be one shot, looked at n ways, see
        `find_in_looks`; `plain` is the share of such places where nothing does.
        """
        return _chance(self.in_shots.log_odds(self._landmarks.looks(looks)), plain)

    @cached_property
    def _landmarks(self) -> Landmarks:
        return Landmarks(
            plain=self.plain,
            references=self.references[self.fitted],
            categories=self.categories[self.fitted],
        )

    def _presence(self, among: Sequence[Category]) -> Presence:
        if tuple(among) == AT_CUTS:
            return self.at_cuts
        if tuple(among) == ON_SHOTS:
            return self.on_shots
        raise ValueError(f"what may lie there is {AT_CUTS} or {ON_SHOTS}, not {among}")

    def _answer(self, chances: Floats, cosines: Floats, places: list[int]) -> Found:
        """What the something is that was found, of the likeliest category."""
        best = max(places, key=lambda place: float(chances[place]))
        something = float(chances[best])
        own = np.flatnonzero(self.categories == best)
        if not len(own):
            return Found(CATEGORIES[best], None, something, None, 0.0)
        sure = self._sureness(cosines[own])
        nearest = own[int(np.argmax(cosines[own]))]
        key = self.keys[nearest]
        return Found(
            CATEGORIES[best],
            key if sure > 0.5 else None,
            something * max(sure, 1.0 - sure),
            key,
            float(cosines[nearest]),
        )

    def _sureness(self, cosines: Floats) -> float:
        return float(expit(likeness(cosines) @ self.known))

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return what is kept of it, but for the keys."""
        return {
            **_named("at_cuts", self.at_cuts),
            **_named("on_shots", self.on_shots),
            **_named("in_shots", self.in_shots),
            "category.weight": self.category.weight,
            "category.bias": self.category.bias,
            "category.share": self.category.share,
            "category.temperature": np.array([self.category.temperature]),
            "known": self.known,
            "plain": self.plain,
            "fitted": self.fitted,
            "references": self.references,
            "categories": self.categories,
        }


def _chance(log_odds: Floats, plain: float) -> float:
    """The chance of something, of (n,) log-odds of as many ways to look at one place."""
    if not 0.0 < plain < 1.0:
        raise ValueError(f"the plain share must lie between 0 and 1, got {plain}")
    together = float(logsumexp(log_odds) - np.log(len(log_odds)))
    return float(expit(together + np.log((1.0 - plain) / plain)))


def _named(name: str, presence: Presence) -> dict[str, NDArray[np.generic]]:
    return {f"{name}.{each}": array for each, array in presence.arrays().items()}


def inputs(rows: Floats, dims: int) -> Floats:
    """Return what a category is told from: numbers of about unit size, changes as they are."""
    return np.hstack([rows[:, :dims] * np.sqrt(dims), rows[:, dims:]])


def likeness(cosines: Floats) -> Floats:
    """Return (3,) what says whether the nearest of a category is the right one.

    `cosines` (k,) to its references: the highest, its lead over the second, and 1.
    """
    first, lead, _ = nearest(cosines[None])[0]
    return np.array([first, lead, 1.0])
