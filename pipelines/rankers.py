"""The live rankings: what they say of candidates, and the board's order by them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mlcore.matching.chance import with_chance
from mlcore.matching.rank import rank
from pipelines.looking import PairLooker, clip_columns
from pipelines.trained import ranker_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from catalog.models import EncoderVersion, Shot
    from mlcore.matching.pairs import Candidates
    from mlcore.matching.rank import Ints

    Floats = NDArray[np.float64]

RANKER = "ranker-"
# Pairs judged at once: their embeddings, several times over, are about 150 MB.
PIECE = 4096


@dataclass(frozen=True)
class Judged:
    """What a ranking says of n candidates."""

    learned: Floats
    """(n,) probability of being accepted, 0..1."""
    standing: Floats
    """(n,) the same on the scale of the kind's scores."""


@dataclass(frozen=True)
class Board:
    """Places of a board, best first."""

    order: Ints
    """(p,) indices of candidates."""
    standing: Floats
    """(p,) what each place is worth, never above the place before it."""
    by_chance: NDArray[np.bool_]
    """(p,) which were drawn and not ranked."""


def ranker_family(kind: str) -> str:
    """The encoder family of the ranking of a kind."""
    return f"{RANKER}{kind}"


def judge(
    version: EncoderVersion | None, found: Candidates, shots: Sequence[Shot]
) -> Judged | None:
    """Return what a ranking says of candidates among these shots; None without one."""
    if version is None or not len(found):
        return None
    ranker = ranker_of(version)
    looker = PairLooker(
        shots,
        looks=ranker.config.embedding != "none",
        clips=clip_columns(ranker.names),
    )
    said = [
        ranker.probability(looker.features(_piece(found, at)))
        for at in range(0, len(found), PIECE)
    ]
    learned = np.concatenate(said)
    return Judged(learned, ranker.standing(learned))


def ranked_board(  # noqa: PLR0913  one keyword a rule
    found: Candidates,
    judged: Judged | None,
    *,
    closed: Ints,
    groups: Ints,
    shown: NDArray[np.bool_],
    total: int,
    seed: str,
) -> Board:
    """Order a board by its ranking where there is one, else by score; rules of rank() hold.

    `shown` (n,) says which candidates may be shown at all. By a ranking, every twentieth
    place goes to one of them drawn by chance, with the standing of its place.
    """
    order = rank(_ordered(found, judged), adjacent=closed, groups=groups, total=total)
    order = order[shown[order]]
    if judged is None:
        worth = np.minimum.accumulate(found.score[order].astype(np.float64))
        return Board(order, worth, np.zeros(len(order), np.bool_))
    pool = np.setdiff1d(np.flatnonzero(shown), order)
    board, by_chance = with_chance(order, found, pool, seed=seed, total=total)
    worth = judged.standing[board]
    # A drawn pair is worth the place it was given, whatever the ranking says of it.
    worth = np.minimum.accumulate(np.where(by_chance, np.inf, worth))
    return Board(board, worth, by_chance)


def _ordered(found: Candidates, judged: Judged | None) -> Candidates:
    if judged is None:
        return found
    return replace(found, score=judged.learned.astype(np.float32))


def _piece(found: Candidates, at: int) -> Candidates:
    here = slice(at, at + PIECE)
    return replace(
        found,
        leaving=found.leaving[here],
        entering=found.entering[here],
        score=found.score[here],
        leaving_frame=found.leaving_frame[here],
        entering_frame=found.entering_frame[here],
        leaving_slot=found.leaving_slot[here],
        entering_slot=found.entering_slot[here],
        parts={name: values[here] for name, values in found.parts.items()},
    )
