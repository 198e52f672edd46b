"""What a ranking looks at in a pair of shots: scores, times, two embeddings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mlcore.matching.ranking.labelled import LabelledPairs

Floats = NDArray[np.float64]
Embeddings = NDArray[np.float32]

EMBEDDINGS = ("none", "mean", "concat", "difference")
CLIP = "clip "
"""Before the number of the clip encoder's version: what two versions say cannot be compared"""
TIME_NAMES = ("seconds_a", "seconds_b", "ratio", "gap", "shots_between")


@dataclass(frozen=True, kw_only=True)
class PairFeatures:
    """n pairs: named numbers, and where there are any, the embeddings of both sides."""

    names: tuple[str, ...]
    plain: Floats
    """(n, len(names)), NaN where a number is missing."""
    leaving: Embeddings
    """(n, D) of the frame that is left; D is 0 where there are none."""
    entering: Embeddings
    """(n, D) of the frame that follows."""

    def __len__(self) -> int:
        return len(self.plain)

    def pick(self, which: ArrayLike) -> Self:
        """Return some pairs, by index or by a bool for each."""
        chosen = np.asarray(which)
        return type(self)(
            names=self.names,
            plain=self.plain[chosen],
            leaving=self.leaving[chosen],
            entering=self.entering[chosen],
        )

    def named(self, names: Sequence[str]) -> Self:
        """Return these columns in this order.

        A clip encoder's that is not there is one of gaps. Raises ValueError for another.
        """
        lacking = [each for each in names if each not in self.names]
        if others := [each for each in lacking if not each.startswith(CLIP)]:
            raise ValueError(f"there is no {', '.join(others)} of these pairs")
        gaps = np.full((len(self), 1), np.nan)
        places = [self.names.index(n) if n in self.names else -1 for n in names]
        return type(self)(
            names=tuple(names),
            plain=np.hstack([self.plain, gaps])[:, places],
            leaving=self.leaving,
            entering=self.entering,
        )

    def matrix(self, embedding: str) -> Floats:
        """Return (n, F): the named numbers, then both embeddings as one.

        `embedding` is none, mean, concat or (absolute) difference, as in the published
        experiments on match cutting (arXiv 2210.05766).
        """
        return np.concatenate([self.plain, self._together(embedding)], axis=1)

    def _together(self, embedding: str) -> Embeddings:
        match embedding:
            case "none":
                return self.leaving[:, :0]
            case "mean":
                mean = (self.leaving + self.entering) / np.float32(2.0)
                return np.asarray(mean, np.float32)
            case "concat":
                return np.concatenate([self.leaving, self.entering], axis=1)
            case "difference":
                return np.asarray(np.abs(self.leaving - self.entering), np.float32)
        raise ValueError(f"there is no embedding {embedding!r} of a pair")


def plain_features(columns: dict[str, Floats]) -> PairFeatures:
    """Return features of named columns alone, each (n,)."""
    rows = len(next(iter(columns.values())))
    none = np.zeros((rows, 0), np.float32)
    return PairFeatures(
        names=tuple(columns),
        plain=np.column_stack(list(columns.values())).astype(np.float64),
        leaving=none,
        entering=none,
    )


def time_columns(
    seconds_a: ArrayLike, seconds_b: ArrayLike, gap: ArrayLike, between: ArrayLike
) -> dict[str, Floats]:
    """Return the five named columns of shot times, each (n,), as logarithms.

    `gap` is the seconds and `between` the number of shots from one to the other.
    """
    a = np.log(np.maximum(np.asarray(seconds_a, np.float64), 0.01))
    b = np.log(np.maximum(np.asarray(seconds_b, np.float64), 0.01))
    apart = np.log1p(np.maximum(np.asarray(gap, np.float64), 0.0))
    shots = np.log1p(np.abs(np.asarray(between, np.float64)))
    return dict(zip(TIME_NAMES, (a, b, np.abs(a - b), apart, shots), strict=True))


def times_of(pairs: LabelledPairs) -> dict[str, Floats]:
    """Return the time columns of labelled pairs; none where the file has no times."""
    if pairs.times is None:
        return {}
    start_a, end_a, start_b, end_b = pairs.times.T
    gap = np.maximum(start_b - end_a, start_a - end_b)
    shots = np.zeros((len(pairs), 2)) if pairs.shots is None else pairs.shots
    return time_columns(
        end_a - start_a, end_b - start_b, gap, shots[:, 1] - shots[:, 0]
    )


def part_columns(parts: dict[str, NDArray[np.float32]]) -> dict[str, Floats]:
    """Return score parts as columns: of moves and turns their size, of scales the log.

    A subject that must move left is no worse than one that must move right.
    """
    columns: dict[str, Floats] = {}
    for name, values in sorted(parts.items()):
        wide = np.asarray(values, np.float64)
        if name in {"dx", "dy", "rotation"}:
            wide = np.abs(wide)
        elif name == "scale":
            wide = np.abs(np.log(np.maximum(wide, 1e-6)))
        columns[name] = wide
    return columns


def joined(pieces: Sequence[PairFeatures]) -> PairFeatures:
    """Return pieces with the same names as one."""
    return PairFeatures(
        names=pieces[0].names,
        plain=np.concatenate([piece.plain for piece in pieces]),
        leaving=np.concatenate([piece.leaving for piece in pieces]),
        entering=np.concatenate([piece.entering for piece in pieces]),
    )
