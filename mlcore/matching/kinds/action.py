"""Action matches: who moves in the first shot goes on moving in the second."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from mlcore.flow import flow_finder
from mlcore.matching.camera import SPARSE, Camera, fit_camera, grid
from mlcore.matching.cosine import cosine_each, cosine_every, unit_steps
from mlcore.matching.kinds.base import Index, Parts, Transform
from mlcore.matching.kinds.motion import MotionRows, goes_on, speed_ratio
from mlcore.matching.moments import AT_THE_CUT, Slot
from mlcore.matching.motion import Motion, beside
from mlcore.matching.movers import Step, find_movers
from mlcore.matching.observation import Observation
from mlcore.matching.stored import StoredVectors, VectorRow

Floats = NDArray[np.float32]

ACTION_FLOOR = 0.03
"""Speed beside the camera's, in widths of the picture per second, under which a subject
stands still."""

LEAST_MOVING = 0.1
"""Share of the mask that moves faster than ACTION_FLOOR in most steps: of drawn people who
walk .11 and more does, of masks over what stands still .13 and less, mostly none."""

STEPS = 8
"""Steps of a stretch that are measured, the nearest to the cut."""

ROWS, COLUMNS = 9, 16

_STIR = 0.25  # Part of the floor that the coarse flow must show for a closer look.
_AROUND = 0.06  # Widths around the subject that are not believed to be background.
_LEAST_BACKGROUND = 0.1
_EDGE = 9  # Pixels of a picture 320 wide.


class ActionKind:
    """score = min(max(cosine, 0) ** 10, speed_ratio), as of motion.

    cosine: of the two fields of the subjects' own motion; speed_ratio: the slower speed
    over the faster.
    """

    name = "action"
    family = "action"
    encoder = "DIS flow of the subject or of whoever moves, less the camera"
    index = Index.VECTORS
    comparisons = AT_THE_CUT

    def represent(self, seen: Observation) -> list[VectorRow]:
        """Return how the subject moves; nothing where nobody moves beside the camera.

        The stretch is decoded only where the coarse flow stirs, within the subject if
        one is seen.
        """
        if seen.slot not in (Slot.HEAD, Slot.TAIL):
            return []
        subjects = [subject.coverage for subject in seen.subjects]
        if not _stirs(seen, subjects):
            return []
        pictures = seen.stretch()
        from_cut = pictures[::-1] if seen.slot is Slot.TAIL else pictures
        found = measure_action(from_cut, subjects, seen.rate, seen.aspect)
        if found is None:
            return []
        # Looking back from a tail, everything moves the other way.
        sign = -1 if seen.slot is Slot.TAIL else 1
        return [VectorRow(vector=sign * found.vector, magnitude=found.speed)]

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
        ratio = speed_ratio(leaving.speed[:, None], entering.speed[None, :])
        return goes_on(cosine, ratio)

    def parts(self, leaving: MotionRows, entering: MotionRows) -> Parts:
        """Return cosine (-1..1) and speed_ratio (0..1)."""
        cosine = cosine_each(leaving.steps, entering.steps)
        ratio = speed_ratio(leaving.speed, entering.speed)
        return {"cosine": cosine, "speed_ratio": ratio}

    def score_from_parts(self, parts: Parts) -> Floats:
        """Return (n,) scores by the formula above."""
        return goes_on(parts["cosine"], parts["speed_ratio"])

    def transform(self, _parts: dict[str, float]) -> Transform | None:
        """Subjects that move alike may stand where they are."""
        return None


def measure_action(
    pictures: NDArray[np.uint8],
    subjects: Sequence[Floats],
    rate: Fraction,
    aspect: float,
) -> Motion | None:
    """Return the subjects' own motion over (n, h, w, 3) RGB pictures, one step each.

    `subjects` are (H, W) coverages, 0..1, in the first picture; the mask follows them.
    Without any, or where they hide the background, whoever clearly moves otherwise than
    the camera is the subject. Of each step the camera is fitted outside the mask,
    widened, and taken away. The field holds, in its 9 x 16 cells, what moves in the
    mask; around it, where nobody is, the mean of that, so that the place of a mover does
    not decide. Every average weighs a pixel by how fast it moves: background inside a
    coarse mask has no say. `speed` is that of what moves. None for no step, for nobody,
    for a subject that hides the background, or one slower than ACTION_FLOOR.
    """
    stride = max(1, round((len(pictures) - 1) / STEPS))
    greys = [_grey(one) for one in pictures[::stride][: STEPS + 1]]
    if len(greys) < 2:
        return None
    finder, width = flow_finder(), greys[0].shape[1]
    flows: list[Floats] = [
        finder.calc(before, after, None) / width  # type: ignore[call-overload]  # None: no guess
        for before, after in pairwise(greys)
    ]
    places = grid(greys[0].shape[0], width, aspect)
    floor = ACTION_FLOOR * stride / float(rate)
    seen = _union(subjects, places.shape) if subjects else None
    cells = None if seen is None else _cells(flows, places, seen, floor)
    if cells is None:
        moving = find_movers(Step(greys[0], greys[1], flows[0]), places, floor)
        cells = None if moving is None else _cells(flows, places, moving, floor)
    return None if cells is None else _summed(cells, float(rate) / stride)


def _cells(
    flows: Sequence[Floats],
    places: NDArray[np.complex128],
    mask: Floats,
    floor: float,
) -> NDArray[np.float64] | None:
    """Return (9, 16, 3) sums over the steps, as of `_in_cells`.

    None without background, or where little of the mask moves faster than `floor`.
    """
    cells, moving = np.zeros((ROWS, COLUMNS, 3)), []
    for flow in flows:
        camera = _camera_behind(flow, mask, places)
        if camera is None:
            return None
        own = np.asarray(flow - camera.field(places), np.float64)
        speed = np.sqrt((own**2).sum(axis=-1))
        fast = speed * mask
        cells += _in_cells(own, fast)
        moving.append(float((mask * (speed >= floor)).sum() / max(mask.sum(), 1.0)))
        mask = _followed(mask, flow, fast)
    return cells if np.median(moving) >= LEAST_MOVING else None


def _stirs(seen: Observation, subjects: Sequence[Floats]) -> bool:
    if not len(seen.flow):
        return False
    flow = seen.flow.astype(np.float64)
    places = grid(flow.shape[1], flow.shape[2], seen.aspect)
    free = beside(subjects, places.shape)
    own = np.mean(
        [one - fit_camera(places[free], one[free]).field(places) for one in flow],
        axis=0,
    )
    inside = ~free if not free.all() else free
    fastest = np.sqrt((own[inside] ** 2).sum(axis=-1)).max()
    return bool(fastest * float(seen.rate) >= _STIR * ACTION_FLOOR)


def _grey(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)


def _union(subjects: Sequence[Floats], shape: tuple[int, ...]) -> Floats:
    size = (shape[1], shape[0])
    fitted = [cv2.resize(one.astype(np.float32), size) for one in subjects]
    whole = np.asarray(np.max(fitted, axis=0) >= 0.5, np.float32)
    # Flow is smeared along a mask's edge: half of it is background's.
    inner = np.asarray(cv2.erode(whole, np.ones((_EDGE, _EDGE), np.uint8)), np.float32)
    return inner if inner.sum() >= whole.sum() / 2 else whole


def _camera_behind(
    flow: Floats, mask: Floats, places: NDArray[np.complex128]
) -> Camera | None:
    """Fit the camera outside the widened mask; None where that hides nearly all."""
    seen = places[SPARSE, SPARSE]
    size = (seen.shape[1], seen.shape[0])
    touched = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)
    reach = 2 * round(_AROUND * size[0]) + 1
    free = cv2.dilate(touched, np.ones((reach, reach), np.uint8)) < 0.1
    if free.mean() < _LEAST_BACKGROUND:
        return None
    return fit_camera(seen[free], flow[SPARSE, SPARSE][free].astype(np.float64))


def _in_cells(
    own: NDArray[np.float64], fast: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return (9, 16, 3): motion right and down times weight, and weight."""
    layers = np.dstack([own * fast[..., None], fast])
    return np.asarray(
        cv2.resize(layers, (COLUMNS, ROWS), interpolation=cv2.INTER_AREA), np.float64
    )


def _followed(mask: Floats, flow: Floats, fast: NDArray[np.float64]) -> Floats:
    """Move the mask as its moving pixels move on average."""
    if not fast.sum():
        return mask
    width = mask.shape[1]
    right, down = (fast[..., None] * flow).sum(axis=(0, 1)) / fast.sum() * width
    move = np.array([[1, 0, right], [0, 1, down]])
    return np.asarray(cv2.warpAffine(mask, move, (width, mask.shape[0])), np.float32)


def _summed(cells: NDArray[np.float64], rate: float) -> Motion | None:
    pushed, weight = cells[..., :2], cells[..., 2]
    if not weight.any():
        return None
    here = pushed / np.maximum(weight, 1e-12)[..., None]
    # Once more by what moves: a cell that is background in part says less.
    share = weight**2 / (weight**2).sum()
    speed = float((share * np.sqrt((here**2).sum(axis=-1))).sum()) * rate
    if not speed >= ACTION_FLOOR:
        return None
    mean = (share[..., None] * here).sum(axis=(0, 1))
    field = mean + (weight / weight.max())[..., None] * (here - mean)
    length = float(np.sqrt((field**2).sum()))
    return Motion((field / length).ravel().astype(np.float32), speed)
