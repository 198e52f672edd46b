"""Representations to a new set of ranked match cuts."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from catalog.models import EncoderVersion, MatchCandidate, MatchSet, Shot, Title
from mlcore.matching.duplicates import find_lookalikes
from mlcore.matching.kinds import (
    FRAME,
    MOTION,
    FrameRows,
    Kind,
    MotionRows,
    frame_rows,
    motion_rows,
)
from mlcore.matching.moments import Slot
from mlcore.matching.pairs import Candidates, score_pairs
from mlcore.matching.rank import barred, partners, rank
from mlcore.matching.topk import Limits
from pipelines.encoders import live_versions
from pipelines.looks import read_looks
from pipelines.rows import bits, halves, read_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipelines.jobs import Claim

Family = EncoderVersion.Family
LIMITS = Limits(per_shot=20, total=1000)
BOARD = 300
PARTNERS = 6
# Below this nobody sees a match: the list may end early.
FLOOR = 0.3

MASKS = """
    SELECT s.index, m.slot, m.frame, m.placed, m.centred, m.subject
    FROM catalog_shotmask m JOIN catalog_shot s ON s.id = m.shot_id
    WHERE s.title_id = %s AND m.version_id = %s AND s.role = 'picture'
    ORDER BY s.index, m.slot, m.frame
"""
VECTORS = """
    SELECT s.index, v.slot, v.frame, v.vector, v.magnitude
    FROM catalog_shotvector v JOIN catalog_shot s ON s.id = v.shot_id
    WHERE s.title_id = %s AND v.version_id = %s AND s.role = 'picture'
    ORDER BY s.index, v.slot, v.frame
"""


def rematch(claim: Claim) -> None:
    """Search a title again with the live encoders."""
    claim.do_stages({"match": match})


def match(claim: Claim) -> None:
    """Score every pair of a title's shots and put the best on the board.

    The new set replaces the live one in one transaction; the set before stays until
    the next, so that a page opened meanwhile still finds its pairs.
    """
    title, versions = claim.title, live_versions()
    shots = list(title.shots.select_related("title").order_by("index"))
    if [shot.index for shot in shots] != list(range(len(shots))):
        raise ValueError(f"the shots of {title} are not numbered from 0")
    rules = _rules(shots)
    out = barred(rules.groups, rules.closed)
    searched: list[tuple[Kind[Any], Any]] = [
        (FRAME, _masks(title, versions)),
        (MOTION, _motions(title, versions)),
    ]
    rows: list[MatchCandidate] = []
    for kind, looks in searched:
        found = score_pairs(kind, looks, len(shots), barred=out, limits=LIMITS)
        rows += _candidates(kind.name, found, shots, rules)
    with claim.writing():
        _write_set(title, versions, rows)


def _masks(title: Title, versions: dict[str, EncoderVersion]) -> FrameRows:
    rows = read_rows(MASKS, [title.pk, versions[Family.MASK].pk])
    return frame_rows(
        shot=[row[0] for row in rows],
        slot=[Slot[row[1].upper()] for row in rows],
        frame=[row[2] for row in rows],
        placed=[bits(row[3]) for row in rows],
        centred=[bits(row[4]) for row in rows],
        person=[row[5] == "person" for row in rows],
        aspect=[title.picture_aspect] * len(rows),
    )


def _motions(title: Title, versions: dict[str, EncoderVersion]) -> MotionRows:
    rows = read_rows(VECTORS, [title.pk, versions[Family.FLOW].pk])
    vectors = [halves(row[3]) for row in rows]
    return motion_rows(
        shot=[row[0] for row in rows],
        slot=[Slot[row[1].upper()] for row in rows],
        frame=[row[2] for row in rows],
        vector=np.array(vectors) if rows else np.zeros((0, 1), np.float32),
        speed=[row[4] for row in rows],
    )


@dataclass(frozen=True)
class _Rules:
    """What a board may not show; shots by their place in the title."""

    groups: NDArray[np.int64]
    """(N,) the earliest shot of each shot's near-duplicate group, or itself."""
    closed: NDArray[np.int64]
    """(p, 2) ordered pairs that are cut together already, or show one picture twice."""


def _rules(shots: list[Shot]) -> _Rules:
    first: dict[int, int] = {}
    groups = np.array(
        [
            place if shot.group_id is None else first.setdefault(shot.group_id, place)
            for place, shot in enumerate(shots)
        ],
        np.int64,
    )
    places = np.arange(len(shots))
    cut_together = np.column_stack([places[:-1], places[1:]])
    alike = find_lookalikes(read_looks([shot.pk for shot in shots]), groups)
    return _Rules(groups, np.concatenate([cut_together, alike]))


def _write_set(
    title: Title,
    versions: dict[str, EncoderVersion],
    rows: list[MatchCandidate],
) -> None:
    # One flip at a time: two searches of one title end in one live set.
    Title.objects.select_for_update().get(pk=title.pk)
    before = title.match_sets.filter(live=True)
    title.match_sets.filter(live=False).delete()
    before.update(live=False)
    fresh = MatchSet.objects.create(
        title=title,
        live=True,
        versions={family: version.pk for family, version in versions.items()},
        config=asdict(LIMITS) | {"board": BOARD, "floor": FLOOR},
    )
    for row in rows:
        row.match_set = fresh
    MatchCandidate.objects.bulk_create(rows, batch_size=1000)


def _candidates(
    kind: str, found: Candidates, shots: list[Shot], rules: _Rules
) -> list[MatchCandidate]:
    """The board's pairs in their order, then each shot's best partners off the board."""
    closed, groups = rules.closed, rules.groups
    order = rank(found, adjacent=closed, groups=groups, total=BOARD).tolist()
    board = [at for at in order if found.score[at] >= FLOOR]
    near = partners(found, adjacent=closed, groups=groups, per_shot=PARTNERS)
    off = {at for at in near.tolist() if found.score[at] >= FLOOR} - set(board)
    standing = np.minimum.accumulate(found.score[np.array(board, np.int64)])
    rows = [
        _candidate(kind, found, shots, at, rank=place, standing=float(worth))
        for place, (at, worth) in enumerate(zip(board, standing, strict=True), start=1)
    ]
    return rows + [
        _candidate(kind, found, shots, at, standing=float(found.score[at]))
        for at in sorted(off)
    ]


def _candidate(
    kind: str, found: Candidates, shots: list[Shot], at: int, **place: Any
) -> MatchCandidate:
    parts = {name: float(values[at]) for name, values in found.parts.items()}
    return MatchCandidate(
        kind=kind,
        leaving=shots[found.leaving[at]],
        entering=shots[found.entering[at]],
        score=float(found.score[at]),
        parts=parts,
        leaving_frame=int(found.leaving_frame[at]),
        entering_frame=int(found.entering_frame[at]),
        transform=_transform(parts),
        **place,
    )


def _transform(parts: dict[str, float]) -> dict[str, float] | None:
    """How the entering shot must be placed, where it does not match as it stands."""
    if "scale" not in parts or parts["placed_iou"] >= parts["centred_iou"] ** 2:
        return None
    return {name: parts[name] for name in ("scale", "dx", "dy")} | {"rotation": 0.0}
