"""Labels to rows that a ranking is trained on: frozen first, so that a run can be repeated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from catalog.labels import labels_of
from catalog.models import EncoderVersion, Shot
from mlcore.matching.pairs import Candidates, explain_pairs
from mlcore.matching.ranking.pairfeatures import PairFeatures, joined
from pipelines.encoders import live_kinds
from pipelines.errors import PipelineError
from pipelines.kinds import read_kind
from pipelines.looking import PairLooker, clip_column
from pipelines.rows import halves, read_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from catalog.labels import Label

Frozen = dict[str, Any]
Row = dict[str, Any]

# Labelled pairs whose representations are read at once.
PIECE = 2000

ENDS = """
    SELECT shot_id, vector FROM catalog_shotvector
    WHERE version_id = %s AND slot = %s AND shot_id = ANY(%s)
"""


@dataclass(frozen=True)
class PairRows:
    """n labelled pairs as a ranking sees them."""

    features: PairFeatures
    labels: NDArray[np.int64]
    """(n,) 1 is good."""
    scores: NDArray[np.float64]
    """(n,) the kind's own."""
    titles: NDArray[np.int64]
    """(n,) the title each is counted under."""
    held_out: NDArray[np.bool_]
    """(n,) never trained on."""


@dataclass(frozen=True)
class LookPairs:
    """n labelled pairs as looks: the end of one shot, the beginning of the other."""

    leaving: NDArray[np.float32]
    """(n, D)"""
    entering: NDArray[np.float32]
    """(n, D)"""
    labels: NDArray[np.int64]
    titles: NDArray[np.int64]
    held_out: NDArray[np.bool_]


def freeze_labels(kind: str) -> Frozen:
    """Return the labels of a kind as they stand now, with the split by title."""
    found = labels_of(kind)
    return {
        "kind": kind,
        "pairs": [_frozen(pair) for pair in found.pairs],
        "left_out": dict(found.left_out),
        "hold_out": sorted({p.counted_under for p in found.pairs if p.held_out}),
        "titles": found.titles,
        "good": found.good,
    }


def pair_rows(frozen: Frozen, clips: Sequence[str] | None = None) -> PairRows:
    """Return the frozen labels of a kind with what its search would see of each pair.

    `clips`: the clip encoders' columns that are wanted; None: that of the live one. Pairs with nothing to compare now, for lack of a mask or a movement, are left out.
    Raises PipelineError when the kind is not live.
    """
    named = {kind.name: (kind, version) for kind, version in live_kinds()}
    if frozen["kind"] not in named:
        raise PipelineError(f"The kind {frozen['kind']} is not live; nothing to rank.")
    kind, version = named[frozen["kind"]]
    clips = _clip_columns(frozen["kind"]) if clips is None else clips
    features, scores, kept = [], [], []
    for rows, shots, pairs in _pieces(frozen["pairs"]):
        stored = read_kind(kind, version, [shot.pk for shot in shots])
        leaving, entering = np.array(list(pairs), np.int64).reshape(-1, 2).T
        found = explain_pairs(kind, stored, leaving, entering)
        if not len(found):
            continue
        looker = PairLooker(shots, looks=True, clips=clips)
        features.append(looker.features(found))
        scores.append(np.asarray(found.score, np.float64))
        kept += [rows[pairs[at]] for at in _places(found)]
    if not kept:
        raise PipelineError("None of the labelled pairs can be compared now.")
    return PairRows(
        features=joined(features), scores=np.concatenate(scores), **_columns(kept)
    )


def _clip_columns(kind: str) -> list[str]:
    """What the live clip encoder says; nothing without one, and of its own kind."""
    if kind == EncoderVersion.Family.CLIP:
        return []
    live = EncoderVersion.objects.actives().filter(family=EncoderVersion.Family.CLIP)
    return [clip_column(version) for version in live]


def look_pairs(frozen: Frozen) -> LookPairs:
    """Return the frozen labels as looks, of all pairs whose shots were looked at.

    Raises PipelineError when there is none.
    """
    version = EncoderVersion.objects.active(EncoderVersion.Family.APPEARANCE)
    sides: list[tuple[NDArray[np.float32], NDArray[np.float32]]] = []
    kept: list[Row] = []
    for rows, shots, pairs in _pieces(frozen["pairs"]):
        keys = [shot.pk for shot in shots]
        tails = _ends(version, "tail", keys)
        heads = _ends(version, "head", keys)
        for (a, b), at in pairs.items():
            if keys[a] in tails and keys[b] in heads:
                sides.append((tails[keys[a]], heads[keys[b]]))
                kept.append(rows[at])
    if not kept:
        raise PipelineError("None of the labelled pairs can be compared now.")
    leaving, entering = (np.stack(each) for each in zip(*sides, strict=True))
    return LookPairs(leaving=leaving, entering=entering, **_columns(kept))


def _frozen(pair: Label) -> Row:
    return {
        "kind": pair.kind,
        "good": pair.good,
        "leaving": [pair.leaving.title_id, pair.leaving_frame],
        "entering": [pair.entering.title_id, pair.entering_frame],
        "counted_under": pair.counted_under,
        "held_out": pair.held_out,
    }


def _pieces(
    rows: Sequence[Row],
) -> list[tuple[Sequence[Row], list[Shot], dict[tuple[int, int], int]]]:
    """Rows, the shots they speak of, and (leaving, entering) places among those -> row."""
    found = []
    for at in range(0, len(rows), PIECE):
        piece = rows[at : at + PIECE]
        shots: dict[tuple[int, int], Shot] = {}
        for side in ("leaving", "entering"):
            shots |= shots_at({tuple(row[side]) for row in piece})
        own = list({shot.pk: shot for shot in shots.values()}.values())
        place = {shot.pk: n for n, shot in enumerate(own)}
        pairs = {}
        for n, row in enumerate(piece):
            a = shots.get(tuple(row["leaving"]))
            b = shots.get(tuple(row["entering"]))
            if a is not None and b is not None:
                pairs[place[a.pk], place[b.pk]] = n
        found.append((piece, own, pairs))
    return found


def shots_at(where: set[tuple[int, int]]) -> dict[tuple[int, int], Shot]:
    """The shot that each (title, frame) lies in now; cuts may have moved meanwhile."""
    titles: dict[int, list[int]] = {}
    for title, frame in where:
        titles.setdefault(title, []).append(frame)
    found = {}
    for title, frames in titles.items():
        shots = list(
            Shot.objects.filter(title=title)
            .select_related("title")
            .order_by("first_frame")
        )
        starts = [shot.first_frame for shot in shots]
        for frame, at in zip(
            frames, np.searchsorted(starts, frames, side="right") - 1, strict=True
        ):
            if at >= 0 and frame < shots[at].end_frame:
                found[title, frame] = shots[at]
    return found


def _ends(
    version: EncoderVersion, slot: str, shots: list[int]
) -> dict[int, NDArray[np.float32]]:
    return {
        shot: halves(vector)
        for shot, vector in read_rows(ENDS, [version.pk, slot, shots])
    }


def _places(found: Candidates) -> list[tuple[int, int]]:
    return list(zip(found.leaving.tolist(), found.entering.tolist(), strict=True))


def _columns(rows: list[Row]) -> dict[str, Any]:
    return {
        "labels": np.array([row["good"] for row in rows], np.int64),
        "titles": np.array([row["counted_under"] for row in rows], np.int64),
        "held_out": np.array([row["held_out"] for row in rows], np.bool_),
    }
