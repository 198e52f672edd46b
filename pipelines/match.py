"""Representations to a new set of ranked match cuts."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog.models import EncoderVersion, MatchCandidate, MatchSet, Shot, Title
from mlcore.matching.kinds import FRAME, KINDS, MOTION, FrameRows, MotionRows
from mlcore.matching.kinds import frame_rows, motion_rows
from mlcore.matching.moments import Slot
from mlcore.matching.pairs import Barred, Candidates, Limits, score_pairs
from mlcore.matching.rank import rank
from pipelines.encoders import live_versions
from pipelines.jobs import Claim
from pipelines.rows import bits, halves, read_rows

Family = EncoderVersion.Family
LIMITS = Limits(per_shot=20, total=1000)

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
    barred = _barred(shots)
    found = {
        FRAME.name: score_pairs(
            FRAME, _masks(title, versions), len(shots), barred=barred, limits=LIMITS
        ),
        MOTION.name: score_pairs(
            MOTION, _motions(title, versions), len(shots), barred=barred, limits=LIMITS
        ),
    }
    with claim.writing():
        _write_set(title, versions, shots, found)


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


def _barred(shots: list[Shot]) -> Barred:
    """No black or text, no repeats of an earlier shot, no pair already cut together."""
    first: dict[int, int] = {}
    kept = np.arange(len(shots))
    for place, shot in enumerate(shots):
        if shot.group_id is not None:
            kept[place] = first.setdefault(shot.group_id, place)
    pictures = np.array([shot.role == Shot.Role.PICTURE for shot in shots], np.bool_)
    # A repeat that is cut to a shot stands for the shot it repeats.
    adjacent = np.column_stack([kept[:-1], kept[1:]]) if len(shots) > 1 else None
    return Barred(
        shots=~pictures | (kept != np.arange(len(shots))),
        pairs=np.zeros((0, 2), np.int64) if adjacent is None else adjacent,
    )
