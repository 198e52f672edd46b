"""Texts: a typeface is the base; colours, place, decoration and entrance are a preset.

What is written is made up anew in every clip, so that only the style tells the component.
"""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from mlcore.components.artwork import of_stretch
from mlcore.components.component import Settings
from mlcore.components.index import TYPEFACES
from mlcore.components.programs.decorations import (
    COLOURS,
    DECORATIONS,
    Layer,
    above,
    dark,
)
from mlcore.components.programs.lettering import Line, capital_share, typeset
from mlcore.components.programs.registry import program
from mlcore.components.programs.sprites import Pose, lay, over
from mlcore.components.programs.words import phrase
from mlcore.components.stretch import Stretch

STYLES = 10
"""Presets of each typeface: 64 typefaces then give the 598 components of the source."""
CAPITAL = 0.7
"""Of a line's height: the median of the 64 typefaces, whose shares are 0.43 to 0.85."""
FINE = 200
"""Lines; a smaller picture's letters are set at twice its size and averaged."""

Lines = Callable[[list[str], float], list[Line]]
"""(words, size) -> lines; size is a factor round 1"""


def _title(words: list[str], size: float) -> list[Line]:
    upper, lower = " ".join(words[:1]), " ".join(words[1:3])
    tall = 0.24 * size
    return [
        Line(text=upper, tall=tall, top=0.5 - tall, anchor=0.5, left=0.5),
        Line(text=lower, tall=tall, top=0.52, anchor=0.5, left=0.5),
    ]


def _lower_third(words: list[str], size: float) -> list[Line]:
    name, role = " ".join(words[:2]), " ".join(words[2:4])
    tall = 0.19 * size
    return [
        Line(text=name, tall=tall, top=0.62, anchor=0, left=0.07),
        Line(text=role, tall=0.7 * tall, top=0.63 + tall, anchor=0, left=0.07),
    ]


def _caption(words: list[str], size: float) -> list[Line]:
    upper, lower = " ".join(words[:2]), " ".join(words[2:4])
    tall = 0.16 * size
    return [
        Line(text=upper, tall=tall, top=0.93 - 2.1 * tall, anchor=0.5, left=0.5),
        Line(text=lower, tall=tall, top=0.93 - tall, anchor=0.5, left=0.5),
    ]


def _corner(words: list[str], size: float) -> list[Line]:
    tall = 0.19 * size
    return [
        Line(text=word, tall=tall, top=0.05 + row * 1.05 * tall, anchor=1, left=0.95)
        for row, word in enumerate(words[:2])
    ]


def _credits(words: list[str], size: float) -> list[Line]:
    tall = 0.15 * size
    pairs = [" ".join(words[at : at + 2]) for at in (0, 2, 4, 6)]
    return [
        Line(
            text=pair,
            tall=tall,
            top=0.5 + (row - 2) * 1.25 * tall,
            anchor=0.5,
            left=0.5,
        )
        for row, pair in enumerate(pairs)
    ]


def _headline(words: list[str], size: float) -> list[Line]:
    text, tall = " ".join(words[:2]), 0.26 * size
    return [Line(text=text, tall=tall, top=0.06, anchor=0, left=0.06)]


def _numeral(words: list[str], size: float) -> list[Line]:
    """One short word, as large as it goes."""
    return [Line(text=words[0], tall=0.5 * size, top=0.3, anchor=0.5, left=0.5)]


LAYOUTS: dict[str, Lines] = {
    "title": _title,
    "lower third": _lower_third,
    "caption": _caption,
    "corner": _corner,
    "credits": _credits,
    "headline": _headline,
    "one word": _numeral,
}
CASES: dict[str, Callable[[str], str]] = {
    "upper": str.upper,
    "as a name": str.capitalize,
    "lower": str.lower,
}
ENTRANCES = (
    "still",
    "faded",
    "typed",
    "slid",
    "risen",
    "sprung",
    "growing",
    "blinking",
)
SIZES = (1.0, 0.85, 1.15)


def draw(
    stretch: Stretch, *, typeface: str, layout: str, entrance: str, **look: float | str
) -> Tensor:
    """Write made-up words over the frames in a style.

    Raises ArtworkError when the artwork, the typeface or one of its letters is missing.
    """
    artwork = of_stretch(stretch.artwork, f"text in {typeface}")
    case = CASES[str(look["case"])]
    words = [case(word) for word in phrase(8, stretch.chance)]
    # Set so that capitals are equally tall in all typefaces, within what has room.
    even = min(1.7, CAPITAL / capital_share(artwork, typeface))
    lines = LAYOUTS[layout](words, float(look["size"]) * even)
    height, width = stretch.size
    fine = 2 if height < FINE else 1
    setting = typeset(artwork, typeface, lines, (fine * height, fine * width))
    decorate = DECORATIONS[str(look["decoration"])]
    text = decorate(setting, str(look["fill"]), str(look["second"]))
    layers = torch.stack([text.letters, text.ground])
    order = setting.order[None, None]
    if fine > 1:
        layers, order = F.avg_pool2d(layers, fine), F.max_pool2d(order, fine)
    letters, ground = layers.to(stretch.device)
    return _enter(stretch, (letters, ground), order[0, 0].to(stretch.device), entrance)


def _enter(
    stretch: Stretch, layers: tuple[Layer, Layer], order: Tensor, entrance: str
) -> Tensor:
    """The text comes as its style wants it, and stays."""
    letters, ground = layers
    if entrance == "typed":
        # Written over the first 60 % of the clip, so that the second slot shows it too.
        written = (order <= (stretch.progress / 0.6)[:, None, None]).to(letters.dtype)
        shown = above_each(letters, ground, written)
        return over(stretch.frames, shown)
    return lay(stretch.frames, above(letters, ground), _pose(stretch, entrance))


def above_each(letters: Layer, ground: Layer, written: Tensor) -> Tensor:
    """Return (t, 4, h, w): the letters written (t, h, w) so far, on what is behind them."""
    seen = letters[None] * written[:, None]
    return seen + ground[None] * (1 - seen[:, 3:])


def _pose(stretch: Stretch, entrance: str) -> Pose:
    """The whole canvas as a sprite: at rest it covers the picture exactly."""
    ones = torch.ones_like(stretch.seconds)
    height, width = stretch.size
    come = (stretch.progress / 0.2).clamp(0, 1)
    away = (1 - come) ** 2
    size, x, y, alpha = ones, 0.5 * ones, 0.5 * ones, ones
    if entrance == "faded":
        alpha = (2 - 4 * (stretch.progress - 0.5).abs()).clamp(0, 1)
    elif entrance == "slid":
        x = x - away
    elif entrance == "risen":
        y = y + away
    elif entrance == "sprung":
        size = 1 - torch.exp(-6 * come) * torch.cos(9 * come)
    elif entrance == "growing":
        size = 0.65 + 0.45 * stretch.progress
    elif entrance == "blinking":
        alpha = (stretch.seconds % 1 < 0.6).to(ones.dtype)
    wide = size * width / height
    return Pose(x=x, y=y, tall=size, wide=wide, turn=0 * ones, alpha=alpha)


def _presets(number: int) -> list[Settings]:
    """The styles of typeface `number`: each list goes round at its own pace.

    So no two styles of a typeface look alike, and no list's place tells the typeface.
    """
    layouts, decorations, colours = tuple(LAYOUTS), tuple(DECORATIONS), tuple(COLOURS)
    cases = tuple(CASES)
    styles: list[Settings] = []
    for style in range(STYLES):
        fill = colours[(7 * style + 3 * number) % len(colours)]
        against = [name for name in colours if dark(name) != dark(fill)]
        decoration = (5 * style + number + number // len(decorations)) % len(
            decorations
        )
        entrance = (3 * style + number + number // len(ENTRANCES)) % len(ENTRANCES)
        styles.append(
            {
                "layout": layouts[(style + number) % len(layouts)],
                "decoration": decorations[decoration],
                "entrance": ENTRANCES[entrance],
                "fill": fill,
                "second": against[(3 * style + number) % len(against)],
                "case": cases[(style + number // len(cases)) % len(cases)],
                "size": SIZES[(style + number // 2) % len(SIZES)],
            }
        )
    return styles


for _number, _typeface in enumerate(TYPEFACES):
    program("text", _typeface, _presets(_number))(partial(draw, typeface=_typeface))
