"""Shots from recorded signals: a detector's cuts, dissolves, flashes forgiven, black apart."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scenedetect import FrameTimecode
from scenedetect.detectors import AdaptiveDetector

from mlcore.shots.dissolves import find_dissolves
from mlcore.shots.fades import Fade, find_fades, is_dip
from mlcore.shots.flashes import find_flashes, outside
from mlcore.shots.likely import likely_cuts
from mlcore.shots.signals import Signals
from mlcore.spans import Span


@dataclass(frozen=True, kw_only=True, slots=True)
class ShotConfig:
    """When a change of picture is a cut.

    The first three are AdaptiveDetector's own settings with its own defaults.
    """

    adaptive_threshold: float = 3.0
    min_content: float = 15.0
    window: int = 2
    shortest: int = 6
    """Frames a shot has at least, black at the ends apart; trailers have shots of a
    quarter of a second."""
    same_tint: float = 10.0
    """Mean colour difference (0..255) up to which a picture has come back."""

    def __post_init__(self) -> None:
        if self.window < 1 or self.shortest < 1:
            raise ValueError("window and shortest must be at least one frame")


DEFAULT_SHOTS = ShotConfig()


def find_shots(
    signals: Signals,
    rate: Fraction,
    config: ShotConfig = DEFAULT_SHOTS,
    likely: NDArray[np.float32] | None = None,
) -> list[Span]:
    """Divide frames 0..n into shots; together they cover every frame once.

    Cuts are those of PySceneDetect's AdaptiveDetector on the recorded scores or, where
    `likely` (n, 2) has the answers of `CutNetwork`, the network's; less those of what
    breaks into a shot and is too short for one (a flash, a damaged frame, a glitch);
    and the middle of every dissolve and dip to white, and the ends of every black
    stretch, which hide from detectors. No frame gives no shot.
    """
    n = len(signals)
    if n == 0:
        return []
    cuts = _detected(signals, rate, config, likely)
    cuts = outside(cuts, flashes_of(signals, config))
    for gradual in find_dissolves(signals.tint):
        cuts -= set(range(gradual.first, gradual.last + 1))
        cuts.add(gradual.middle)
    kept = _cuts_around_black(cuts, signals, config)
    edges = [0, *sorted(c for c in kept if 0 < c < n), n]
    return [Span(a, b) for a, b in pairwise(edges)]


def flashes_of(signals: Signals, config: ShotConfig = DEFAULT_SHOTS) -> list[Span]:
    """Return the frames that break into shots and are too short to be any."""
    return find_flashes(signals.tint, shortest=config.shortest, same=config.same_tint)


def _detected(
    signals: Signals,
    rate: Fraction,
    config: ShotConfig,
    likely: NDArray[np.float32] | None,
) -> set[int]:
    if likely is None:
        return set(_adaptive_cuts(signals.content, rate, config))
    if len(likely) != len(signals):
        raise ValueError(
            f"{len(likely)} frames were answered for, {len(signals)} measured"
        )
    limits = {"min_content": config.min_content, "same_tint": config.same_tint}
    return set(likely_cuts(likely, signals, **limits))


class _Replay(AdaptiveDetector):  # type: ignore[misc]  # the library has no types
    """AdaptiveDetector whose frames are scores recorded earlier, one a frame."""

    def _calculate_frame_score(
        self,
        timecode: FrameTimecode,  # noqa: ARG002  the library's signature
        frame_img: NDArray[np.float32],
    ) -> float:
        return float(frame_img[0])


def _adaptive_cuts(
    content: NDArray[np.float32], rate: Fraction, config: ShotConfig
) -> list[int]:
    # The shortest shot is enforced later, where a flash no longer hides a true cut.
    detector = _Replay(
        adaptive_threshold=config.adaptive_threshold,
        min_content_val=config.min_content,
        window_width=config.window,
        min_scene_len=0,
    )
    scores = np.array(content, np.float32)  # mapped from disk it is slow one by one
    found: list[int] = []
    for frame in range(len(scores)):
        here = FrameTimecode(frame, fps=rate)
        cuts = detector.process_frame(here, scores[frame : frame + 1])
        found.extend(cut.frame_num for cut in cuts)
    return found


def _cuts_around_black(
    cuts: set[int], signals: Signals, config: ShotConfig
) -> list[int]:
    """Return cuts at least the shortest shot apart; those that bound black come first."""
    firm: set[int] = set()
    for fade in find_fades(signals):
        edges = _edges(fade, signals, config)
        if edges or not fade.white:
            cuts = {c for c in cuts if not fade.first < c < fade.end}
        firm |= edges
    kept = sorted(firm)
    for cut in sorted(cuts - firm):
        if all(
            abs(cut - other) >= config.shortest for other in [0, len(signals), *kept]
        ):
            kept.append(cut)
    return kept


def _edges(fade: Fade, signals: Signals, config: ShotConfig) -> set[int]:
    """Return where shots end at a stretch of black or white."""
    flat, n = fade.flat, len(signals)
    if fade.white:
        short = len(flat) < config.shortest
        return (
            {(flat.first + flat.end) // 2} if short and is_dip(fade, signals) else set()
        )
    if len(flat) >= config.shortest or flat.first == 0 or flat.end == n:
        return {flat.first, flat.end}
    # A dip too short to be a shot of its own: one cut, if another picture follows.
    before = signals.tint[max(0, flat.first - config.shortest)].astype(np.float32)
    after = signals.tint[min(n - 1, flat.end - 1 + config.shortest)]
    changed = float(np.abs(after - before).mean()) > config.same_tint
    return {(flat.first + flat.end) // 2} if changed else set()
