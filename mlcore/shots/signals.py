"""What is kept of every frame, so that shots can be found again without decoding."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from scenedetect import FrameTimecode
from scenedetect.detectors import AdaptiveDetector

from mlcore.flow import flow_finder

Frame = NDArray[np.uint8]

FLOW_COLUMNS, FLOW_ROWS = 16, 9
"""Coarse grid that flow is averaged to; one cell is square in a 16:9 picture."""

TINT_COLUMNS, TINT_ROWS = 8, 6
"""Grid of mean colours, enough to see that a picture came back after a flash."""

FLOW_SIDE = 160
"""Longest side, in pixels, of the grey picture that flow is measured on."""


RECORD = np.dtype(
    [
        ("content", "<f4"),
        ("luma_mean", "<f4"),
        ("luma_std", "<f4"),
        ("tint", "u1", (TINT_ROWS, TINT_COLUMNS, 3)),
        ("flow", "<f2", (FLOW_ROWS, FLOW_COLUMNS, 2)),
    ]
)
"""What is kept of one frame, on disk."""

_HEADER_BYTES = 512


@dataclass(frozen=True, slots=True)
class Signals:
    """Per-frame measurements of n frames in a row of the active picture.

    Index i speaks of frame i; what compares two frames compares i - 1 with i, and is
    0 for the first frame of a film.
    """

    content: NDArray[np.float32]
    """(n,) PySceneDetect's content score, 0..255."""
    luma_mean: NDArray[np.float32]
    """(n,) mean grey level, 0..255."""
    luma_std: NDArray[np.float32]
    """(n,) standard deviation of the grey level, 0..127.5."""
    tint: NDArray[np.uint8]
    """(n, 6, 8, 3) mean colours, BGR."""
    flow: NDArray[np.float16]
    """(n, 9, 16, 2) flow i - 1 -> i as (x right, y down), in widths of the picture."""

    def __post_init__(self) -> None:
        lengths = {getattr(self, f.name).shape[0] for f in fields(self)}
        if len(lengths) != 1:
            raise ValueError(f"signals of one film differ in length: {sorted(lengths)}")

    def __len__(self) -> int:
        return int(self.content.shape[0])

    def __getitem__(self, frames: slice) -> "Signals":
        return Signals(*(getattr(self, f.name)[frames] for f in fields(self)))

    def save(self, path: Path) -> None:
        """Write to `path` as .npy: one record a frame, no pickles."""
        records = np.empty(len(self), RECORD)
        for field in fields(self):
            records[field.name] = getattr(self, field.name)
        with path.open("wb") as file:
            np.save(file, records)

    @classmethod
    def load(cls, path: Path) -> "Signals":
        """Open what `save` or `join_saved` wrote; ValueError if it is something else.

        Nothing is read before it is looked at: a film's signals are 0.7 kB a frame.
        """
        # An empty array cannot be mapped.
        way: Literal["r"] | None = "r" if path.stat().st_size > _HEADER_BYTES else None
        records = np.load(path, mmap_mode=way, allow_pickle=False)
        if getattr(records, "dtype", None) != RECORD or records.ndim != 1:
            raise ValueError(f"{path.name} does not hold the signals of a film")
        return cls(*(records[field.name] for field in fields(cls)))


def join_saved(pieces: Sequence[Path], path: Path) -> None:
    """Write the signals of pieces saved one after another to `path`, one at a time."""
    frames = sum(len(Signals.load(piece)) for piece in pieces)
    header = {"descr": RECORD.descr, "fortran_order": False, "shape": (frames,)}
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        for piece in pieces:
            file.write(np.load(piece, allow_pickle=False).tobytes())


BLACK_MEAN, BLACK_STD = 20.0, 2.0
"""Grey level (0..255) and its spread up to which a frame is black: some decks write
black as 16, and the darkest night has more shades than grain has."""


def black_frames(signals: Signals) -> NDArray[np.bool_]:
    """Return (n,) which frames are black."""
    return (signals.luma_mean <= BLACK_MEAN) & (signals.luma_std <= BLACK_STD)


def empty_signals() -> Signals:
    """Signals of no frame."""
    one = np.zeros(0, np.float32)
    tint = np.zeros((0, TINT_ROWS, TINT_COLUMNS, 3), np.uint8)
    flow = np.zeros((0, FLOW_ROWS, FLOW_COLUMNS, 2), np.float16)
    return Signals(one, one, one, tint, flow)


class SignalRecorder:
    """Measures frames as they are decoded; `take` hands over what was measured.

    Frames are uint8 (h, w, 3) BGR of the active picture, all of one size, longest
    side about 256. `previous` is the frame before the first pushed one, where there
    is one: a recorder that goes on where another stopped gives the same numbers.
    """

    def __init__(self, previous: Frame | None = None) -> None:
        self._content = _ContentScore()
        self._dis = flow_finder()
        self._grey: Frame | None = None
        self._shape: tuple[int, ...] | None = None
        self._rows: list[tuple[float, float, float]] = []
        self._tints: list[Frame] = []
        self._flows: list[NDArray[np.float16]] = []
        if previous is not None:
            self.prime(previous)

    def prime(self, small_bgr: Frame) -> None:
        """Look at a frame without recording it, as the one before the next."""
        self._check(small_bgr)
        self._content.score(small_bgr)
        self._grey = _flow_grey(_grey(small_bgr))

    def push(self, small_bgr: Frame) -> None:
        """Measure and record one frame."""
        self._check(small_bgr)
        content = self._content.score(small_bgr)
        grey = _grey(small_bgr)
        mean, std = cv2.meanStdDev(grey)
        tint = cv2.resize(
            small_bgr, (TINT_COLUMNS, TINT_ROWS), interpolation=cv2.INTER_AREA
        )
        self._flows.append(self._flow(_flow_grey(grey)))
        self._tints.append(np.asarray(tint, np.uint8))
        self._rows.append((content, mean.item(), std.item()))

    def take(self) -> Signals:
        """Return what was recorded since the last `take`, and forget it."""
        if not self._rows:
            return empty_signals()
        content, mean, std = np.asarray(self._rows, np.float32).T.copy()
        tint, flow = np.stack(self._tints), np.stack(self._flows)
        self._rows, self._tints, self._flows = [], [], []
        return Signals(content, mean, std, tint, flow)

    def _flow(self, grey: Frame) -> NDArray[np.float16]:
        before, self._grey = self._grey, grey
        if before is None:
            return np.zeros((FLOW_ROWS, FLOW_COLUMNS, 2), np.float16)
        dense = self._dis.calc(before, grey, None)  # type: ignore[call-overload]  # None: no guess
        coarse = cv2.resize(
            dense, (FLOW_COLUMNS, FLOW_ROWS), interpolation=cv2.INTER_AREA
        )
        return np.asarray(coarse / grey.shape[1], np.float16)

    def _check(self, small_bgr: Frame) -> None:
        if small_bgr.dtype != np.uint8 or small_bgr.ndim != 3:
            raise ValueError(
                f"a frame must be uint8 (h, w, 3), got {small_bgr.dtype} {small_bgr.shape}"
            )
        if self._shape is None:
            self._shape = small_bgr.shape
        if small_bgr.shape != self._shape:
            raise ValueError(
                f"frames of one film must keep one size: {self._shape}, then {small_bgr.shape}"
            )


class _ContentScore(AdaptiveDetector):  # type: ignore[misc]  # the library has no types
    """The library's own frame score, without the decision that follows it."""

    def score(self, bgr: Frame) -> float:
        return float(self._calculate_frame_score(FrameTimecode(0, fps=25.0), bgr))


def _grey(bgr: Frame) -> Frame:
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY), np.uint8)


def _flow_grey(grey: Frame) -> Frame:
    height, width = grey.shape
    scale = FLOW_SIDE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
