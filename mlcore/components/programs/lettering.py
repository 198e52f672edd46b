"""Lines of letters set on a canvas: how much ink, and in which order it is written."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from mlcore.components.artwork import Artwork, coverage_of

SPACE = 0.3
"""Between words, a share of the line's height: about a third of an em, as is usual."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of text and where it goes."""

    text: str
    tall: float
    """From the typeface's highest to its lowest letter, a share of the canvas's height"""
    top: float
    """Of the canvas's height"""
    anchor: float
    """0: begins at `left`; 0.5: is centred on it; 1: ends there"""
    left: float
    """Of the canvas's width"""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """Lines on a canvas of (h, w)."""

    ink: Tensor
    """(h, w) 0..1"""
    order: Tensor
    """(h, w) 0..1: when the letter at each pixel is written; 0 where nothing stands"""
    box: tuple[int, int, int, int]
    """Top, bottom, left, right of the lines in pixels, half-open"""


def capital_share(artwork: Artwork, typeface: str) -> float:
    """Return how much of a line's height a capital takes, 0..1.

    A script's long loops leave little of it to the letters themselves.
    """
    rows = artwork.letter(typeface, "H").coverage.amax(1) > 127
    return float(rows.float().mean())


def strip(artwork: Artwork, typeface: str, text: str) -> tuple[Tensor, list[int]]:
    """Return a line's coverage (tall, wide) 0..1 and where each character ends.

    Raises ArtworkError for a typeface or character that is not there.
    """
    tall = artwork.letters.shape[0]
    pen, placed, ends = 0.0, [], []
    for character in text:
        if character == " ":
            pen += SPACE * tall
        else:
            letter = artwork.letter(typeface, character)
            begin = round(pen + letter.bearing * tall)
            placed.append((begin, coverage_of(letter)))
            pen += letter.advance * tall
        ends.append(round(pen))
    first = min((begin for begin, _ in placed), default=0)
    last = max((begin + ink.shape[1] for begin, ink in placed), default=1)
    whole = torch.zeros(tall, last - first)
    for begin, ink in placed:
        under = whole[:, begin - first : begin - first + ink.shape[1]]
        torch.maximum(under, ink, out=under)  # a script's letters overlap
    return whole, [end - first for end in ends]


def typeset(
    artwork: Artwork, typeface: str, lines: Sequence[Line], size: tuple[int, int]
) -> Setting:
    """Set lines on a canvas of (h, w) pixels, narrower where one would leave it."""
    ink, order = torch.zeros(size), torch.zeros(size)
    boxes, letters = [], sum(len(line.text) for line in lines)
    written = 0
    for line in lines:
        whole, ends = strip(artwork, typeface, line.text)
        box, scale = _fitted(whole, line, size)
        top, bottom, left, right = box
        shape = (bottom - top, right - left)
        set_line = F.interpolate(
            whole[None, None], shape, mode="bilinear", antialias=True
        )[0, 0]
        place = ink[top:bottom, left:right]
        torch.maximum(place, set_line, out=place)
        _write_order(order, box, [end * scale for end in ends], written, letters)
        written += len(line.text)
        boxes.append(box)
    tops, bottoms, lefts, rights = zip(*boxes, strict=True)
    return Setting(
        ink=ink, order=order, box=(min(tops), max(bottoms), min(lefts), max(rights))
    )


def _fitted(
    whole: Tensor, line: Line, size: tuple[int, int]
) -> tuple[tuple[int, int, int, int], float]:
    """Where a line goes in pixels, inside a margin, and its scale."""
    height, width = size
    margin = max(1, round(0.03 * width))
    room = width - 2 * margin
    scale = min(line.tall * height / whole.shape[0], room / whole.shape[1])
    tall = max(1, round(whole.shape[0] * scale))
    wide = max(1, min(room, round(whole.shape[1] * scale)))
    left = round(line.left * width - line.anchor * wide)
    left = max(margin, min(left, width - margin - wide))
    # A line that was made narrower stands in the middle of the height it was given.
    top = round((line.top + line.tall / 2) * height - tall / 2)
    top = max(0, min(top, height - tall))
    return (top, top + tall, left, left + wide), scale


def _write_order(
    order: Tensor,
    box: tuple[int, int, int, int],
    ends: list[float],
    written: int,
    letters: int,
) -> None:
    """Note on the canvas when each letter of a line is written, its margins with it."""
    top, bottom, left, right = box
    around = max(1, round(0.15 * (bottom - top)))
    rows = slice(max(0, top - around), bottom + around)
    begin = max(0, left - around)
    for number, end in enumerate(ends, start=written + 1):
        until = right + around if number == written + len(ends) else left + round(end)
        columns = slice(begin, max(begin, until))
        when = order[rows, columns]
        torch.maximum(when, torch.tensor(number / letters), out=when)
        begin = max(begin, until)
