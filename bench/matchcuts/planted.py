"""A film of many shots with planted pairs, from one seed: figures that come back, pans that go on."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import combinations, pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.matchcuts.figures import rows_of
from mlcore.matching.colour import LOOK_DIMS, look_colours
from mlcore.matching.duplicates import (
    DEFAULT_DUPLICATES,
    DuplicateConfig,
    LookRows,
    show_one_picture,
)
from mlcore.matching.frame_rows import FrameRows
from mlcore.matching.kinds import FRAME
from mlcore.matching.kinds.motion import goes_on, speed_ratio
from mlcore.shots.detect import DEFAULT_SHOTS
from tests.films import MARGIN, OUTLINES, SIZE, DrawnShot, drawer, texture
from tests.mlcore.photographs import photographs

Picture = NDArray[np.uint8]
Floats = NDArray[np.float32]
Pair = tuple[str, int, int]
"""Kind of match, and the two shots' places in the film."""

FRAMES = 16
UNLIKE = 0.75
"""Score that no two families of a film reach, as they are drawn: of shots that match
nearly as well as planted ones chance decides which stand in the first hundred."""

_TWICE_AS_FAR = DuplicateConfig(
    **dict.fromkeys(("likeness", "likeness_unsure"), -1.0),
    **{name: 2 * getattr(DEFAULT_DUPLICATES, name) for name in
       ("tint", "palette", "subject_tint", "subject_palette")},
    shift=1.0,
    size=0.0,
)  # fmt: skip
"""Near-duplicates are not to be matched, so no two shots of a film may be any: by their
colours alone they are twice as far apart as that, of whatever form, size and place."""

_TRIES = 20_000


def plant(seed: int, pairs: int, alone: int) -> tuple[list[DrawnShot], set[Pair]]:
    """Return shots in a random order: pairs that match, and others.

    Of figures and of pans there are `pairs` of two shots with one shape and place, or
    one path, over different grounds; `alone` further ones of each have no partner.
    """
    chance = np.random.default_rng(seed)
    families = {
        "frame": _unlike(lambda: _figure(chance), _figures_score, pairs + alone),
        "motion": _unlike(lambda: _pan(chance), _pans_score, pairs + alone),
    }
    shots: list[DrawnShot] = []
    family: list[tuple[str, int]] = []
    for kind, drawn in families.items():
        for number, shot in enumerate(drawn):
            times = 2 if number < pairs else 1
            shots += [shot] * times
            family += [(kind, number)] * times
    order = _no_partner_beside(family, chance)
    film = _no_look_twice(
        [
            replace(shots[at], scene=1000 * seed + place)
            for place, at in enumerate(order)
        ],
        chance,
    )
    planted = {
        (family[order[a]][0], a, b)
        for a, b in combinations(range(len(order)), 2)
        if family[order[a]] == family[order[b]]
    }
    return film, planted


def _no_partner_beside(
    family: list[tuple[str, int]], chance: np.random.Generator
) -> list[int]:
    """Return a random order: shots cut together already are no cut to be found."""
    while True:
        order: list[int] = chance.permutation(len(family)).tolist()
        if all(family[a] != family[b] for a, b in pairwise(order)):
            return order


def _unlike(
    draw: Callable[[], DrawnShot],
    score: Callable[[DrawnShot, DrawnShot], float],
    many: int,
) -> list[DrawnShot]:
    """Return so many shots of which no two score UNLIKE or more."""
    found: list[DrawnShot] = []
    for _ in range(_TRIES):
        new = draw()
        if all(score(new, other) < UNLIKE for other in found):
            found.append(new)
        if len(found) == many:
            return found
    raise RuntimeError(f"only {len(found)} of {many} shots are unlike one another")


def _no_look_twice(
    film: list[DrawnShot], chance: np.random.Generator
) -> list[DrawnShot]:
    """Give shots scenes in whose colours they cannot be taken for one another."""
    kept: list[DrawnShot] = []
    looks, last = np.zeros((0, LOOK_DIMS), np.float32), None
    for shot in film:
        for _ in range(_TRIES):
            draw = _drawer(shot)
            first = draw(0.0)
            look = _look(shot, first)[None]
            seen = _exposed(first) and _cut_shows(last, first)
            if seen and not _looks_like_any(look, looks):
                break
            shot = replace(shot, scene=int(chance.integers(1 << 30)))  # noqa: PLW2901
        else:
            raise RuntimeError(f"no scene is unlike those of {len(kept)} other shots")
        looks, last = np.concatenate([looks, look]), draw(shot.frames - 1.0)
        kept.append(shot)
    return kept


def _exposed(picture: Picture) -> bool:
    """Whether there is something to be seen: over a burnt-out wall no pan can be told."""
    mean, spread = cv2.meanStdDev(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY))
    return 40.0 <= mean.item() <= 215.0 and spread.item() >= 15.0


def _cut_shows(before: Picture | None, after: Picture) -> bool:
    """Whether a cut is far from being overlooked: what is measured here is the matching.

    By AdaptiveDetector's score, the mean difference in hue, saturation and value.
    """
    if before is None:
        return True
    one, other = (cv2.cvtColor(each, cv2.COLOR_RGB2HSV) for each in (before, after))
    return float(cv2.absdiff(one, other).mean()) >= 2 * DEFAULT_SHOTS.min_content


def _looks_like_any(look: Floats, looks: Floats) -> bool:
    many = len(looks) + 1
    rows = LookRows(
        shot=np.arange(many),
        slot=np.zeros(many, np.uint8),
        frame=np.arange(many),
        appearance=np.zeros((many, 1), np.float32),
        colours=np.concatenate([looks, look]),
    )
    pairs = np.column_stack([np.arange(many - 1), np.full(many - 1, many - 1)])
    return bool(show_one_picture(rows, many, pairs, _TWICE_AS_FAR).any())


def _look(shot: DrawnShot, picture: Picture) -> Floats:
    if not shot.outline:
        return look_colours(picture, None)
    return look_colours(picture, _mask(shot.outline, shot.box).astype(np.float32))


def _figures_score(a: DrawnShot, b: DrawnShot) -> float:
    """The better of both directions, as the board would score their very outlines."""
    one, other = (_rows(each.outline, each.box) for each in (a, b))
    ways = (FRAME.parts(*way) for way in ((one, other), (other, one)))
    return max(float(FRAME.score_from_parts(parts)[0]) for parts in ways)


@cache
def _rows(outline: str, box: tuple[float, float, float, float]) -> FrameRows:
    return rows_of([_mask(outline, box).astype(np.bool_)])


def _mask(outline: str, box: tuple[float, float, float, float]) -> Picture:
    corners = np.array(OUTLINES[outline]) * box[2:] + box[:2]
    mask = np.zeros((SIZE[1], SIZE[0]), np.uint8)
    cv2.fillPoly(mask, [np.round(corners * SIZE).astype(np.int32)], (1.0,))
    return mask


def _pans_score(a: DrawnShot, b: DrawnShot) -> float:
    steps = np.array([a.pan, b.pan], np.float32)
    speed = np.linalg.norm(steps, axis=1)
    cosine = (steps[:1] @ steps[1]) / speed.prod()
    return float(goes_on(cosine, speed_ratio(speed[:1], speed[1:]))[0])


def _figure(chance: np.random.Generator) -> DrawnShot:
    outline = chance.choice(sorted(OUTLINES))
    width, height = chance.uniform(0.2, 0.4), chance.uniform(0.5, 0.8)
    x, y = chance.uniform(0.04, 0.96 - width), chance.uniform(0.04, 0.96 - height)
    # Half of them stand on their heads: there are but six outlines.
    upright = chance.random() < 0.5
    box = (x, y, width, height) if upright else (x, y + height, width, -height)
    return DrawnShot(
        scene=0,
        outline=str(outline),
        box=(float(box[0]), float(box[1]), float(box[2]), float(box[3])),
        frames=FRAMES,
    )


def _pan(chance: np.random.Generator) -> DrawnShot:
    angle, speed = chance.uniform(0, 2 * np.pi), chance.uniform(2.0, 7.0)
    pan = (float(speed * np.cos(angle)), float(speed * np.sin(angle)))
    return DrawnShot(scene=0, pan=pan, frames=FRAMES)


def film_of(shots: list[DrawnShot]) -> tuple[Callable[[float], Picture], int]:
    """Return how the film looks at any time in frames, and how many frames it has."""
    starts = np.cumsum([0, *(shot.frames for shot in shots)])
    opened: dict[int, Callable[[float], Picture]] = {}

    def draw(time: float) -> Picture:
        place = int(np.searchsorted(starts, time, side="right")) - 1
        if place not in opened:
            opened.clear()
            opened[place] = _drawer(shots[place])
        return opened[place](time - float(starts[place]))

    return draw, int(starts[-1])


def _drawer(shot: DrawnShot) -> Callable[[float], Picture]:
    return _photographed(shot) or drawer(shot)


def _photographed(shot: DrawnShot) -> Callable[[float], Picture] | None:
    """A pan over a piece of a photograph in colours of its own, to a tenth of a pixel.

    There are but two photographs: without a strong cast many pieces would be
    near-duplicates, which are not to be matched. Blown up they are softer than any lens:
    some grain, which pans along, is the detail that a real place has.
    """
    if shot.role != "picture" or shot.outline:
        return None
    chance = np.random.default_rng(shot.scene)
    photograph = list(photographs().values())[shot.scene % 2]
    height, width = photograph.shape[:2]
    tall = int(chance.integers(height // 3, height // 2))
    wide = round(tall * (SIZE[0] + 2 * MARGIN) / (SIZE[1] + 2 * MARGIN))
    y, x = chance.integers(0, height - tall), chance.integers(0, width - wide)
    piece = photograph[y : y + tall, x : x + wide][:, :: int(chance.choice([-1, 1]))]
    piece = piece @ chance.dirichlet([2.0, 2.0, 2.0], 3).T * chance.uniform(0.5, 1.3, 3)
    size = (SIZE[0] + 2 * MARGIN, SIZE[1] + 2 * MARGIN)
    grain = texture(shot.scene, calm=False).astype(np.float64)
    mixed = cv2.resize(piece, size) + 0.35 * (grain - grain.mean())
    ground = mixed.clip(0, 255).astype(np.uint8)

    def draw(time: float) -> Picture:
        shift = np.array(shot.pan) * time - MARGIN
        turn = np.array([[1.0, 0.0, shift[0]], [0.0, 1.0, shift[1]]])
        return np.asarray(cv2.warpAffine(ground, turn, SIZE), np.uint8)

    return draw
