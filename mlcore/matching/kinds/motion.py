"""Motion matches: the camera of the second shot goes on moving as that of the first."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlcore.matching.cosine import Steps, cosine_each, cosine_every, unit_steps
from mlcore.matching.kinds.base import Index, Parts, Transform
from mlcore.matching.moments import COMPARISONS, Rows, rows_columns
from mlcore.matching.motion import measure_motion
from mlcore.matching.observation import Observation
from mlcore.matching.stored import StoredVectors, VectorRow

Floats = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class MotionRows(Rows):
    """The camera's motion in one window a row."""

    steps: Steps
    """(m, D) whole numbers: a vector of length 1 in steps of 2 ** -20."""
    speed: Floats
    """(m,) widths of the picture per second, above 0."""


def motion_rows(
    *,
    shot: Sequence[int],
    slot: Sequence[int],
    frame: Sequence[int],
    vector: NDArray[np.floating],
    speed: Sequence[float],
) -> MotionRows:
    """Return m rows of (m, D) motion vectors of any length above 0, in any order."""
    return MotionRows(
        **rows_columns(shot, slot, frame),
        steps=unit_steps(vector),
        speed=np.asarray(speed, np.float32),
    )


class MotionKind:
    """score = min(max(cosine, 0) ** 10, speed_ratio).

    cosine: of the two cameras' flow fields; speed_ratio: the slower speed over the
    faster. 10 degrees (.86) count like 15 % in speed (.85), about where an editor begins
    to see either, and the worse of the two decides: a pair is as good as what jars most.
    """

    name = "motion"
    family = "flow"
    encoder = "camera fitted to DIS flow"
    index = Index.VECTORS
    comparisons = COMPARISONS

    def represent(self, seen: Observation) -> list[VectorRow]:
        """Return how the camera moves; nothing where it stands still."""
        hidden = [subject.coverage for subject in seen.subjects]
        motion = measure_motion(
            seen.flow, seen.rate, aspect=seen.aspect, subjects=hidden
        )
        if motion is None:
            return []
        return [VectorRow(vector=motion.vector, magnitude=motion.speed)]

    def rows(self, stored: StoredVectors) -> MotionRows:
        """Return kept rows ready to be scored."""
        return MotionRows(
            shot=stored.shot,
            slot=stored.slot,
            frame=stored.frame,
            steps=unit_steps(stored.vector),
            speed=stored.magnitude,
        )

    def scores(self, leaving: MotionRows, entering: MotionRows) -> Floats:
        """Return (a, b) scores."""
        cosine = cosine_every(leaving.steps, entering.steps)
        return goes_on(
            cosine, speed_ratio(leaving.speed[:, None], entering.speed[None, :])
        )

    def parts(self, leaving: MotionRows, entering: MotionRows) -> Parts:
        """Return cosine (-1..1) and speed_ratio (0..1)."""
        cosine = cosine_each(leaving.steps, entering.steps)
        ratio = speed_ratio(leaving.speed, entering.speed)
        return {"cosine": cosine, "speed_ratio": ratio}

    def score_from_parts(self, parts: Parts) -> Floats:
        """Return (n,) scores by the formula above."""
        return goes_on(parts["cosine"], parts["speed_ratio"])

    def transform(self, _parts: dict[str, float]) -> Transform | None:
        """Cameras that move alike need no move of the picture."""
        return None


def speed_ratio(a: Floats, b: Floats) -> Floats:
    """Return the slower speed over the faster, 0..1, of speeds above 0."""
    return np.asarray(np.minimum(a, b) / np.maximum(a, b), np.float32)


def goes_on(cosine: Floats, ratio: Floats) -> Floats:
    """Return how well one movement goes on in another, by the formula above."""
    square = np.maximum(cosine, np.float32(0.0)) ** 2
    fourth = square * square
    return np.asarray(np.minimum(fourth * fourth * square, ratio), np.float32)
