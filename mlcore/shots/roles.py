"""What a shot is there for: a picture, or something that must never be matched."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from mlcore.shots.bars import is_bars
from mlcore.shots.cards import Lettering, fitted, lettering
from mlcore.shots.signals import Signals, black_frames

Role = Literal["picture", "black", "bars", "slate", "text"]
Picture = NDArray[np.uint8]

ROLL_ROWS = 4
"""Lines of lettering from which a card is a credit roll rather than a slate or title."""


def shot_role(signals: Signals, stills: Sequence[Picture]) -> Role:
    """Return what a shot is, from its signals and a few of its frames.

    `stills` are uint8 (h, w, 3) RGB of the active picture, any size, best the ones at
    1/4, 1/2 and 3/4. black: nearly all frames are. bars: colour bars. text: lettering
    on a plain ground that rolls or has four lines and more (credits). slate: other
    lettering or drawing on a plain ground (clapperboards, title cards, leaders), and a
    frame of one flat colour. All else is a picture, also a dark one, one with a subtitle, and a
    portrait on a plain ground. What is no picture must be so in most of the stills.
    """
    if not len(signals) or not stills:
        raise ValueError("a role needs the signals of a shot and one still at least")
    if black_frames(signals).mean() >= 0.8:
        return "black"
    if _most([is_bars(still) for still in stills]):
        return "bars"
    written = [lettering(still) for still in stills]
    cards = [w.is_card for w in written]
    # Between two titles a card is empty for a while: that speaks neither for nor against.
    empty = [_is_flat(still) for still in stills]
    if not _most([c or e for c, e in zip(cards, empty, strict=True)]):
        return "picture"
    return "text" if any(cards) and _is_roll(written) else "slate"


def _most(votes: Sequence[bool]) -> bool:
    return 2 * sum(votes) > len(votes)


def _is_flat(rgb: Picture) -> bool:
    """Whether a picture is one colour and nothing else."""
    small = cv2.GaussianBlur(fitted(rgb), (0, 0), 2.0)
    return bool(small.reshape(-1, 3).std(axis=0).max() < 1.0)


def _is_roll(written: Sequence[Lettering]) -> bool:
    rows = sorted(w.rows for w in written if w.is_card)
    if rows[len(rows) // 2] >= ROLL_ROWS:
        return True
    moved = [_changes(a, b) for a, b in pairwise(written) if a.is_card and b.is_card]
    return rows[-1] >= ROLL_ROWS - 1 and any(moved)


def _changes(a: Lettering, b: Lettering) -> bool:
    """Whether most of what is written in two stills of one shot lies elsewhere."""
    both = np.count_nonzero(a.ink & b.ink)
    return bool(both < 0.5 * np.count_nonzero(a.ink | b.ink))
