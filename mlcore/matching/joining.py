"""Rows and candidates put together, from several readings into one."""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from mlcore.matching.moments import Rows
from mlcore.matching.pairs import Candidates

RowsT = TypeVar("RowsT", bound=Rows)


def join_rows(first: RowsT, then: RowsT) -> RowsT:
    """Return the rows of both, whose shots are numbered alike."""
    if not len(first) or not len(then):
        return then if len(then) else first
    return first.joined(then)


def renumbered(rows: RowsT, by: int) -> RowsT:
    """Return the rows with every shot's number raised."""
    return replace(rows, shot=rows.shot + by)


def join_candidates(pieces: Sequence[Candidates]) -> Candidates:
    """Return the candidates of all pieces, at least one, of one kind."""
    arrays = {
        f.name: np.concatenate([getattr(piece, f.name) for piece in pieces])
        for f in fields(Candidates)
        if f.name != "parts"
    }
    parts = {
        name: np.concatenate([piece.parts[name] for piece in pieces])
        for name in pieces[0].parts
    }
    return Candidates(**arrays, parts=parts)


def pick_candidates(candidates: Candidates, which: ArrayLike) -> Candidates:
    """Return some candidates, by index or by a bool for each."""
    chosen = np.asarray(which)
    arrays = {
        f.name: getattr(candidates, f.name)[chosen]
        for f in fields(Candidates)
        if f.name != "parts"
    }
    parts = {name: part[chosen] for name, part in candidates.parts.items()}
    return Candidates(**arrays, parts=parts)
