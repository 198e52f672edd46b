"""Light: one light over different pictures, among pictures that differ in one thing of it."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.matchcuts.material import places
from bench.matchcuts.ranking import Seen, all_scores, kept_rows, tell
from mlcore.matching.kinds import LIGHT
from mlcore.matching.moments import Slot
from mlcore.matching.observation import Observation
from tests.mlcore.photographs import Picture

SHOTS = 120
SIZE = (320, 180)
ALIKE = 6.0
"""Of Lab, root mean square of the cells of a grey card: nine in ten of the planted lights
are within 4.4 of each other. From here to twice as much nobody could say; such pairs are
left out, but count as unlike in the second line. Nearly all distractors differ by more.
"""


@dataclass(frozen=True, kw_only=True)
class Light:
    """A pool of light in a coloured room; places in 0..1 of the picture."""

    x: float
    y: float
    width: float
    lit: tuple[float, float, float]
    """Red, green, blue of the pool's light."""
    shade: tuple[float, float, float]
    """Red, green, blue of the rest."""


def measure(seed: int) -> None:
    """Print how well one light is found again over other pictures, faint and clear."""
    print(
        f"\nlight: {SHOTS} shots, a light over a real picture at either end; a quarter is"
    )
    print(
        "planted, and as many times the same light moved, tinted, dimmed or turned round;"
    )
    print(
        f"alike within {ALIKE:.0f} of Lab on a grey card, in 6 x 8 cells; between that"
    )
    print("and twice as much a pair is left out, or is one more that is unlike")
    for share in (0.15, 0.3, 0.5):
        chance = np.random.default_rng(seed)
        tails, heads = _planted(chance)
        sides = [(Slot.TAIL, n, light) for n, light in enumerate(tails)]
        sides += [(Slot.HEAD, n, light) for n, light in enumerate(heads)]
        seen = [
            Seen(n, slot, _observed(chance, light, slot, share))
            for slot, n, light in sides
        ]
        scores = all_scores(LIGHT, kept_rows(LIGHT, seen), SHOTS)
        apart = _apart(tails, heads)
        alike, clear = apart <= ALIKE, (apart <= ALIKE) | (apart > 2 * ALIKE)
        tell(f"things at {share} of their contrast", scores, alike, seed, clear)
        tell("  every pair counts", scores, alike, seed)


def _planted(chance: np.random.Generator) -> tuple[list[Light], list[Light]]:
    tails = [_light(chance) for _ in range(SHOTS)]
    heads = [_light(chance) for _ in range(SHOTS)]
    order = iter(chance.permutation(SHOTS).tolist())
    for leaving in range(SHOTS // 4):
        heads[next(order)] = _nearly(chance, tails[leaving])
        for other in _unlike(tails[leaving])[leaving % 2 :: 2]:
            heads[next(order)] = _nearly(chance, other)
    return tails, heads


def _apart(tails: list[Light], heads: list[Light]) -> NDArray[np.float64]:
    """Return (n, m) how differently two lights fall on nothing but grey, in Lab."""
    card = np.full((SIZE[1], SIZE[0], 3), 0.45)
    seen = []
    for light in (*tails, *heads):
        cells = cv2.resize(_lit(card, light), (8, 6), interpolation=cv2.INTER_AREA)
        lab = cv2.cvtColor(cells.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
        seen.append(lab.ravel())
    leaving, entering = np.array(seen[: len(tails)]), np.array(seen[len(tails) :])
    apart = ((leaving[:, None] - entering[None]) ** 2).sum(axis=2) / 48
    return np.asarray(np.sqrt(apart), np.float64)


def _light(chance: np.random.Generator) -> Light:
    x, y = chance.uniform((0.1, 0.1), (0.9, 0.9))
    lit, shade = chance.choice([-1, 1], 2) * chance.uniform(0.3, 1, 2)
    return Light(
        x=x,
        y=y,
        width=chance.uniform(0.15, 0.35),
        lit=_coloured(chance.uniform(0.9, 1.3), lit, chance.uniform(-0.3, 0.3)),
        shade=_coloured(chance.uniform(0.04, 0.2), shade, chance.uniform(-0.3, 0.3)),
    )


def _coloured(level: float, warm: float, green: float) -> tuple[float, float, float]:
    tint = np.array([1 + 0.6 * warm, 1 + 0.4 * green, 1 - 0.6 * warm])
    red, green, blue = level * tint / tint.mean()
    return red, green, blue


def _nearly(chance: np.random.Generator, light: Light) -> Light:
    """The same light as another day's set-up would have it."""
    x, y, width = chance.normal((light.x, light.y, light.width), (0.03, 0.03, 0.015))
    times = chance.uniform(0.93, 1.07)
    return replace(
        light, x=x, y=y, width=width, lit=tuple(times * c for c in light.lit)
    )


def _unlike(light: Light) -> list[Light]:
    far = light.x + 0.5 if light.x < 0.5 else light.x - 0.5
    dim = tuple(0.4 * c for c in light.lit), tuple(0.4 * c for c in light.shade)
    return [
        replace(light, x=far, y=1 - light.y),
        replace(light, lit=light.lit[::-1], shade=light.shade[::-1]),
        replace(light, lit=dim[0], shade=dim[1]),
        replace(light, lit=light.shade, shade=light.lit),
    ]


def _observed(
    chance: np.random.Generator, light: Light, slot: Slot, share: float
) -> Observation:
    picture = _lit(_detail(chance, share), light)
    return Observation(
        slot=slot, rate=25, aspect=SIZE[0] / SIZE[1], picture=picture, subjects=(),
        appearance=np.ones(1, np.float32), flow=np.zeros((0, 9, 16, 2), np.float16),
        stretch=lambda: picture[None], sound=None,
    )  # type: ignore[arg-type]  # fmt: skip


def _detail(chance: np.random.Generator, share: float) -> NDArray[np.float64]:
    """What a part of a real picture would be in even light: less of it, around .45."""
    whole = places()[chance.integers(len(places()))]
    height, width = whole.shape[:2]
    tall = round(min(height, width * SIZE[1] / SIZE[0]) * chance.uniform(0.5, 0.9))
    wide = round(tall * SIZE[0] / SIZE[1])
    top, left = chance.integers(height - tall + 1), chance.integers(width - wide + 1)
    crop = whole[top : top + tall, left : left + wide]
    part = cv2.resize(crop, SIZE, interpolation=cv2.INTER_AREA).astype(np.float64) / 255
    # Its own light taken away: what is broad in it, nine parts in ten.
    grey = part.mean(axis=2)
    broad = cv2.GaussianBlur(grey, (0, 0), SIZE[0] / 8)
    even = part * (0.45 / np.maximum(broad, 0.05))[..., None]
    grey = even.mean(axis=2, keepdims=True)
    calm = 0.45 * (grey.clip(0.05, 1.5) / 0.45) ** share
    return np.asarray(calm + 0.4 * share * (even - grey))


def _lit(detail: NDArray[np.float64], light: Light) -> Picture:
    y, x = np.mgrid[: SIZE[1], : SIZE[0]] / SIZE[0]
    off = (x - light.x) ** 2 + (y - light.y * SIZE[1] / SIZE[0]) ** 2
    pool = np.exp(-off / (2 * light.width**2))[..., None]
    falls = pool * np.array(light.lit) + (1 - pool) * np.array(light.shade)
    linear = np.maximum(detail, 0) ** 2.2 * falls * 2
    return (255 * np.clip(linear, 0, 1) ** (1 / 2.2)).astype(np.uint8)
