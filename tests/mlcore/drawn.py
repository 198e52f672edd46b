"""Draws pictures and clips whose truth is known: textures, figures, cards."""

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Mask = NDArray[np.bool_]

SMALL = (144, 256)  # height, width, as shot detection sees frames


def texture(seed: int, size: tuple[int, int] = SMALL, swing: float = 50.0) -> Picture:
    """Soft blotches around a colour of their own, (h, w, 3) uint8."""
    chance = np.random.default_rng(seed)
    height, width = size
    ground = np.full((height, width, 3), chance.uniform(70, 170, 3))
    for cell, share in ((8, 0.5), (20, 0.5), (48, 0.7)):
        coarse = chance.normal(0, 1, (height // cell + 2, width // cell + 2, 3))
        ground += share * swing * cv2.resize(coarse, (width, height))
    return ground.clip(0, 255).astype(np.uint8)


def pan(
    seed: int, frames: int, step: tuple[float, float] = (2.0, 0.0)
) -> list[Picture]:
    """A camera moving by `step` (right, down) pixels a frame over a texture."""
    height, width = SMALL
    reach_x, reach_y = (round(abs(s) * frames) + 2 for s in step)
    wide = texture(seed, (height + 2 * reach_y, width + 2 * reach_x))
    clip = []
    for frame in range(frames):
        turn = np.array(
            [[1.0, 0, -reach_x - step[0] * frame], [0, 1.0, -reach_y - step[1] * frame]]
        )
        clip.append(np.asarray(cv2.warpAffine(wide, turn, (width, height)), np.uint8))
    return clip


def still(picture: Picture, frames: int) -> list[Picture]:
    """The same picture again and again."""
    return [picture] * frames


def flat(colour: tuple[int, int, int], size: tuple[int, int] = SMALL) -> Picture:
    """One colour."""
    return np.full((*size, 3), colour, np.uint8)


def figure(
    size: tuple[int, int] = (180, 320),
    centre: tuple[float, float] = (0.5, 0.55),
    height: float = 0.8,
    lean: float = 0.0,
) -> Mask:
    """A standing person: head, shoulders, arms and legs, (h, w) bool.

    `centre` in parts of the picture, `height` in heights of it, `lean` in heights of
    the figure that the head stands to the right of the feet.
    """
    rows, columns = size
    tall, x, y = height * rows, centre[0] * columns, centre[1] * rows

    def at(right: float, down: float) -> tuple[int, int]:
        return round(x + (right - lean * down) * tall), round(y + down * tall)

    canvas = np.zeros(size, np.uint8)
    cv2.circle(canvas, at(0, -0.41), round(0.085 * tall), 1, -1)
    body = [(-0.14, -0.3), (0.14, -0.3), (0.1, 0.08), (-0.1, 0.08)]
    cv2.fillPoly(canvas, [np.array([at(*p) for p in body], np.int32)], 1)
    thick = max(1, round(0.07 * tall))
    for start, end in (
        ((-0.06, 0.05), (-0.09, 0.48)),
        ((0.06, 0.05), (0.09, 0.48)),
        ((-0.13, -0.27), (-0.2, 0.08)),
        ((0.13, -0.27), (0.2, 0.08)),
    ):
        cv2.line(canvas, at(*start), at(*end), 1, thick)
    return canvas.astype(np.bool_)


def bust(
    size: tuple[int, int] = (180, 320),
    centre: tuple[float, float] = (0.5, 0.5),
    height: float = 0.8,
) -> Mask:
    """A head and shoulders, (h, w) bool; `centre` is between chin and collar."""
    rows, columns = size
    tall, x, y = height * rows, centre[0] * columns, centre[1] * rows
    canvas = np.zeros(size, np.uint8)
    head = (round(x), round(y - 0.22 * tall))
    cv2.ellipse(canvas, head, (round(0.2 * tall), round(0.27 * tall)), 0, 0, 360, 1, -1)
    chest = (round(x), round(y + 0.5 * tall))
    cv2.ellipse(
        canvas, chest, (round(0.48 * tall), round(0.42 * tall)), 0, 180, 360, 1, -1
    )
    return canvas.astype(np.bool_)


def painted(ground: Picture, mask: Mask, colour: tuple[int, int, int]) -> Picture:
    """The ground with the mask filled, softly edged, as a picture of its own."""
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.8)[..., None]
    mixed = ground * (1 - soft) + np.array(colour, np.float32) * soft
    return mixed.clip(0, 255).astype(np.uint8)


def written(
    lines: list[str],
    ground: Picture,
    ink: tuple[int, int, int] = (235, 235, 235),
    scale: float = 0.8,
    top: int = 60,
    step: int = 44,
) -> Picture:
    """Centred lines of lettering over a ground."""
    card = ground.copy()
    for number, line in enumerate(lines):
        (wide, _), _ = cv2.getTextSize(line, cv2.FONT_HERSHEY_SIMPLEX, scale, 2)
        at = ((card.shape[1] - wide) // 2, top + step * number)
        cv2.putText(
            card, line, at, cv2.FONT_HERSHEY_SIMPLEX, scale, ink, 2, cv2.LINE_AA
        )
    return card


def compressed(picture: Picture, quality: int = 50) -> Picture:
    """The picture after a JPEG of that quality."""
    _, coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)
