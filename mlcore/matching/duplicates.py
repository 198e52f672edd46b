"""Near-duplicate shots: takes, recaps, reverse angles seen again, rushes in the cut."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlcore.matching.colour import COLOUR_DIMS
from mlcore.matching.moments import Rows

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

_STEP = np.float32(2.0**11)
"""Appearance is counted in whole steps of 2 ** -11: the products and sums of rows of
length 1 then are whole numbers up to 2 ** 22, which float32 adds up exactly in any
order and on any number of threads."""

_BLOCK = 64
"""Shots grouped at once."""

_PIECE = 65_536
"""Pairs of moments whose colours are compared at once."""

_CHUNK = 1024
"""Earlier shots they are compared with at once: about 3,500 vectors, 18 MB."""


@dataclass(frozen=True, kw_only=True)
class LookRows(Rows):
    """How a shot looks at one moment, one a row."""

    appearance: Floats
    """(m, D) vectors of length 1, of `AppearanceEncoder.encode`."""
    colours: Floats
    """(m, 89) of `look_colours`: of the picture, of its subject (0 without one), and its place."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DuplicateConfig:
    """When two moments look the same.

    Set on photographs and film frames: against copies of themselves (half size and
    JPEG; 3 % cropped; 10 % brighter), frames of the same shot and of others
    (`python -m bench.matching`), and different people pasted into the same places.
    """

    likeness: float = 0.80
    """Least dot product of appearance; copies stay above it."""
    likeness_unsure: float = 0.90
    """The same, where a subject was found in one of the two only."""
    tint: float = 10.0
    """Most distance of mean and spread in Lab; 10 % of brightness is about 7."""
    palette: float = 0.25
    """Most of the hue histogram that differs, 0..1."""
    subject_palette: float = 0.22
    """The same for the subjects, which tells two people in one place apart."""
    subject_tint: float = 16.0
    """As `tint`, for the subjects."""
    shift: float = 0.12
    """Most way between the subjects' centroids, in sizes of the picture."""
    size: float = 0.75
    """Least ratio of the subjects' sizes: a closer shot is another shot."""
    share: float = 1.0
    """Least share of the moments of the shot with fewer that must be found in the other:
    a push in begins like the locked-off shot, and is not one."""


DEFAULT_DUPLICATES = DuplicateConfig()


def find_groups(
    rows: LookRows, shots: int, config: DuplicateConfig = DEFAULT_DUPLICATES
) -> Ints:
    """Return (shots,) int64: for each shot the earliest shot of its group, or itself.

    Shots are numbered in the order in which the earliest is to be kept, across titles
    if need be; they may lie any time apart. A shot joins the earliest group whose first
    shot it looks like: as a group has one measure, it cannot creep from picture to
    picture. Two shots look alike if all moments of the one with fewer look the same as
    some moment of the other. A shot without a row stands alone. O(shots) memory.
    """
    looks = _Looks(rows, shots, config)
    group = np.arange(shots, dtype=np.int64)
    seen = np.unique(rows.shot)
    for at in range(0, len(seen), _BLOCK):
        block = seen[at : at + _BLOCK]
        for before in range(0, at, _CHUNK):
            earlier = seen[before : min(before + _CHUNK, at)]
            _join(group, looks, block, earlier[group[earlier] == earlier])
        _join_each_other(group, looks, block[group[block] == block])
    return group


def find_lookalikes(
    rows: LookRows, groups: Ints, config: DuplicateConfig = DEFAULT_DUPLICATES
) -> Ints:
    """Return (p, 2) ordered pairs of shots of which some moment looks the same.

    `groups` (shots,) is what `find_groups` returned; only the earliest shots of groups
    are looked at. Such pairs are no copies of each other, a push in and the locked-off
    shot it begins like, but a cut between them matches a picture with itself.
    """
    looks = _Looks(rows, len(groups), config)
    seen = np.unique(rows.shot)
    first = seen[groups[seen] == seen]
    found: list[Ints] = []
    for at in range(0, len(first), _BLOCK):
        block = first[at : at + _BLOCK]
        for before in range(0, len(first), _CHUNK):
            others = first[before : before + _CHUNK]
            a, b = np.nonzero(looks.shares(block, others) > 0)
            found.append(np.column_stack([block[a], others[b]]))
    none = np.zeros((0, 2), np.int64)
    pairs: Ints = np.concatenate([none, *found])
    return np.asarray(pairs[pairs[:, 0] != pairs[:, 1]])


def show_one_picture(
    rows: LookRows,
    shots: int,
    pairs: Ints,
    config: DuplicateConfig = DEFAULT_DUPLICATES,
) -> Bools:
    """Return (p,) which of (p, 2) pairs of shots have a moment that looks the same.

    As `find_lookalikes`, of these pairs alone. A shot without a row is like no other.
    """
    looks, known = _Looks(rows, shots, config), np.unique(rows.shot)
    alike = np.zeros(len(pairs), np.bool_)
    seen = np.isin(pairs, known).all(axis=1)
    for shot in np.unique(pairs[seen, 0]):
        at = np.flatnonzero(seen & (pairs[:, 0] == shot))
        others, place = np.unique(pairs[at, 1], return_inverse=True)
        alike[at] = (looks.shares(shot[None], others)[0] > 0)[place]
    return alike


def _join(group: Ints, looks: "_Looks", block: Ints, first: Ints) -> None:
    alone = block[group[block] == block]
    if not len(alone) or not len(first):
        return
    alike = looks.shares(alone, first) >= looks.config.share
    joins = alike.any(axis=1)
    group[alone[joins]] = first[alike[joins].argmax(axis=1)]


def _join_each_other(group: Ints, looks: "_Looks", block: Ints) -> None:
    if not len(block):
        return
    alike = looks.shares(block, block) >= looks.config.share
    for at, shot in enumerate(block):
        own = np.flatnonzero(alike[at, :at] & (group[block[:at]] == block[:at]))
        if len(own):
            group[shot] = block[own[0]]


class _Looks:
    """Compares shots by all their moments."""

    def __init__(self, rows: LookRows, shots: int, config: DuplicateConfig) -> None:
        if len(rows) and not 0 <= rows.shot.min() <= rows.shot.max() < shots:
            raise ValueError(f"a row names a shot outside 0..{shots - 1}")
        ordered = rows.sorted()
        self._shot = ordered.shot
        self._steps = np.rint(ordered.appearance * _STEP).astype(np.float32)
        self._colours = ordered.colours
        self._subject: Bools = ordered.colours[:, -1] > 0
        self.config = config

    def shares(self, a: Ints, b: Ints) -> NDArray[np.float64]:
        """Return (len(a), len(b)): which share of the moments is found in the other shot.

        Counted are the moments of the one with fewer, of both if they have as many; the
        shots of a and of b are sorted.
        """
        rows_a, starts_a = self._rows(a)
        rows_b, starts_b = self._rows(b)
        same = self._same(rows_a, rows_b)
        found_a = np.add.reduceat(
            np.logical_or.reduceat(same, starts_b, axis=1), starts_a, axis=0, dtype=int
        )
        found_b = np.add.reduceat(
            np.logical_or.reduceat(same, starts_a, axis=0), starts_b, axis=1, dtype=int
        )
        many_a = np.diff(starts_a, append=len(rows_a))[:, None]
        many_b = np.diff(starts_b, append=len(rows_b))[None, :]
        share_a, share_b = found_a / many_a, found_b / many_b
        fewer = np.where(many_a < many_b, share_a, share_b)
        return np.where(many_a == many_b, np.minimum(share_a, share_b), fewer)

    def _rows(self, shots: Ints) -> tuple[Ints, Ints]:
        rows = np.flatnonzero(np.isin(self._shot, shots))
        return rows, np.searchsorted(self._shot[rows], shots)

    def _same(self, rows_a: Ints, rows_b: Ints) -> Bools:
        """Return which moments look the same; colours are compared only where likely."""
        likeness = self._steps[rows_a] @ self._steps[rows_b].T / (_STEP * _STEP)
        a, b = np.nonzero(likeness >= self.config.likeness)
        same = np.zeros(likeness.shape, np.bool_)
        for at in range(0, len(a), _PIECE):
            i, j = a[at : at + _PIECE], b[at : at + _PIECE]
            same[i, j] = self._same_colours(rows_a[i], rows_b[j], likeness[i, j])
        return same

    def _same_colours(self, i: Ints, j: Ints, likeness: Floats) -> Bools:
        config, a, b = self.config, self._colours[i], self._colours[j]
        tint, palette = _apart(a[:, :COLOUR_DIMS], b[:, :COLOUR_DIMS])
        whole = (tint <= config.tint) & (palette <= config.palette)
        both = self._subject[i] & self._subject[j]
        neither = ~(self._subject[i] | self._subject[j])
        fits = self._same_subjects(a[:, COLOUR_DIMS:], b[:, COLOUR_DIMS:])
        # A mask may fail once: where only one has a subject, the pictures must be closer.
        sure = likeness >= config.likeness_unsure
        return np.asarray(whole & np.where(both, fits, neither | sure))

    def _same_subjects(self, a: Floats, b: Floats) -> Bools:
        config = self.config
        tint, palette = _apart(a[:, :-3], b[:, :-3])
        shift = np.abs(a[:, -3:-1] - b[:, -3:-1]).max(axis=1)
        small, large = np.minimum(a[:, -1], b[:, -1]), np.maximum(a[:, -1], b[:, -1])
        alike = (palette <= config.subject_palette) & (tint <= config.subject_tint)
        return np.asarray(
            alike & (shift <= config.shift) & (small >= config.size * large)
        )


def _apart(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Return, of (n, 43) colour statistics, the distance in Lab and the histograms' difference."""
    tint = np.sqrt(((a[:, :6] - b[:, :6]) ** 2).sum(axis=1)) * 100.0
    return tint, np.abs(a[:, 6:] - b[:, 6:]).sum(axis=1) / 2.0
