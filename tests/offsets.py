"""The file of the frames around a cut, as the worker writes it, with a known best."""

import json
from typing import Any

import numpy as np

from catalog.matchcuts import CutSide, cut_of_candidate
from catalog.models import MatchCandidate
from catalog.offsets import REACH, offsets_key
from tests.factories import write_file

ALIGNED: dict[str, Any] = {
    "scale": 1.1,
    "dx": 0.05,
    "dy": -0.02,
    "rotation": 0.0,
    "mirror": False,
    "iou_before": 0.4,
    "iou_after": 0.8,
    "coverage": 0.93,
    "zoom": 1.12,
    "budget": 1.0,
    "fits": False,
    "reason": "It would be enlarged by 1.12.",
}


def write_offsets(
    candidate: MatchCandidate,
    peak: tuple[int, int] = (-2, 3),
    **fields: object,
) -> dict[str, Any]:
    """A hill of scores that is highest `peak` frames away from the matched ones.

    In the shape in which the worker writes it; masks are squares that move right by a
    bit a frame, and everything flows right, B twice as fast.
    """
    cut = cut_of_candidate(candidate)
    leaving, entering = _frames(cut.leaving), _frames(cut.entering)
    out, into = cut.leaving.frame, cut.entering.frame
    best = (out + peak[0], into + peak[1])
    scores = [
        [
            candidate.score + 0.1 - 0.01 * (abs(a - best[0]) + abs(b - best[1]))
            for b in entering
        ]
        for a in leaving
    ]
    found: dict[str, Any] = {
        "version": 1,
        "kind": candidate.kind,
        "leaving_frames": leaving,
        "entering_frames": entering,
        "scores": scores,
        "parts": {"placed_iou": scores},
        "peak": [leaving.index(best[0]), entering.index(best[1])],
        "here": [leaving.index(out), entering.index(into)],
        **_seen(len(leaving), len(entering)),
        "alignments": {"here": ALIGNED, "peak": {**ALIGNED, "scale": 1.25}},
        **fields,
    }
    write_file(offsets_key(cut), json.dumps(found).encode())
    return found


def _frames(side: CutSide) -> list[int]:
    first = max(side.first_frame, side.frame - REACH)
    return list(range(first, min(side.end_frame, side.frame + REACH + 1)))


def _seen(rows: int, columns: int) -> dict[str, Any]:
    masks = {
        "leaving": [_square(20)] * rows,
        "entering": [_square(20 + at) for at in range(columns)],
    }
    flow = {
        "leaving": [[0.01, 0.0] * 144] * rows,
        "entering": [[0.02, 0.0] * 144] * columns,
    }
    return {"masks": masks, "flow": flow}


def _square(left: int) -> str:
    """A square of 20 x 20 bits in a mask of 64 x 64, as hex."""
    mask = np.zeros((64, 64), np.bool_)
    mask[22:42, left : left + 20] = True
    return np.packbits(mask).tobytes().hex()
