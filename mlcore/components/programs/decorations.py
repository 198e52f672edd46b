"""How the letters of a text look: filled, outlined, shadowed, boxed, glowing."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from mlcore.components.programs.lettering import Setting

COLOURS: dict[str, tuple[float, float, float]] = {
    "white": (1.0, 1.0, 1.0),
    "black": (0.04, 0.04, 0.05),
    "yellow": (1.0, 0.87, 0.1),
    "navy": (0.07, 0.1, 0.35),
    "red": (0.88, 0.1, 0.12),
    "cream": (0.98, 0.93, 0.8),
    "lime": (0.66, 0.95, 0.2),
    "violet": (0.42, 0.16, 0.66),
    "cyan": (0.2, 0.9, 0.95),
    "orange": (1.0, 0.52, 0.1),
    "forest": (0.05, 0.36, 0.18),
    "pink": (1.0, 0.55, 0.74),
    "sky": (0.5, 0.76, 1.0),
    "crimson": (0.5, 0.02, 0.12),
    "gold": (0.85, 0.68, 0.3),
    "magenta": (0.93, 0.1, 0.6),
}

Layer = Tensor
"""(4, h, w) premultiplied RGBA"""


@dataclass(frozen=True, kw_only=True)
class Decorated:
    """A text ready to be laid on frames."""

    letters: Layer
    """What is written letter by letter"""
    ground: Layer
    """What stands behind it from the start, such as a box"""


def painted(ink: Tensor, colour: str) -> Layer:
    """Return ink (h, w) 0..1 in a colour."""
    rgb = torch.tensor(COLOURS[colour])[:, None, None] * ink
    return torch.cat([rgb, ink[None]])


def above(upper: Layer, lower: Layer) -> Layer:
    """Return one layer on another."""
    return upper + lower * (1 - upper[3:])


def dark(colour: str) -> bool:
    """Whether a colour is closer to black than to white, by Rec. 709's luma."""
    red, green, blue = COLOURS[colour]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.5


def plain(setting: Setting, fill: str, _second: str) -> Decorated:
    """Letters in one colour."""
    return _letters_only(painted(setting.ink, fill))


def outlined(setting: Setting, fill: str, second: str) -> Decorated:
    """With an edge all round in the second colour."""
    edge = _grown(setting.ink, _weight(setting))
    return _letters_only(above(painted(setting.ink, fill), painted(edge, second)))


def shadowed(setting: Setting, fill: str, second: str) -> Decorated:
    """With a hard shadow to the lower right."""
    step = 2 * _weight(setting)
    shadow = _moved(setting.ink, step, step)
    return _letters_only(above(painted(setting.ink, fill), painted(shadow, second)))


def soft(setting: Setting, fill: str, second: str) -> Decorated:
    """With a wide, soft shadow below."""
    reach = 2 * _weight(setting)
    shadow = _blurred(_moved(_grown(setting.ink, reach // 2), 0, reach), reach)
    return _letters_only(above(painted(setting.ink, fill), painted(shadow, second)))


def boxed(setting: Setting, fill: str, second: str) -> Decorated:
    """On a filled box."""
    return Decorated(
        letters=painted(setting.ink, fill), ground=painted(_box(setting), second)
    )


def barred(setting: Setting, fill: str, second: str) -> Decorated:
    """On a bar from edge to edge that lets the picture through."""
    bar = _box(setting)
    bar = bar.amax(1, keepdim=True).expand_as(bar) * 0.65
    return Decorated(letters=painted(setting.ink, fill), ground=painted(bar, second))


def graded(setting: Setting, fill: str, second: str) -> Decorated:
    """From one colour at the top to the second at the bottom, with a thin dark edge."""
    share = _down(setting)
    letters = painted(setting.ink * (1 - share), fill)
    letters = letters + painted(setting.ink * share, second)
    edge = _grown(setting.ink, max(1, _weight(setting) // 2))
    return _letters_only(above(letters, painted(edge, "black")))


def glowing(setting: Setting, fill: str, second: str) -> Decorated:
    """With light of the second colour round it."""
    reach = 3 * _weight(setting)
    light = _blurred(_grown(setting.ink, reach // 2), reach)
    return _letters_only(above(painted(setting.ink, fill), painted(light, second)))


def hollow(setting: Setting, fill: str, _second: str) -> Decorated:
    """Nothing but an outline."""
    # Twice as heavy as an outline round filled letters: it is all there is to see.
    edge = _grown(setting.ink, 2 * _weight(setting)) - setting.ink
    return _letters_only(painted(edge.clamp(min=0), fill))


def underlined(setting: Setting, fill: str, second: str) -> Decorated:
    """Over a thick rule in the second colour."""
    _, bottom, left, right = setting.box
    thick = 2 * _weight(setting)
    rule = torch.zeros_like(setting.ink)
    rule[bottom + thick // 2 : bottom + thick // 2 + thick, left:right] = 1
    return Decorated(letters=painted(setting.ink, fill), ground=painted(rule, second))


def striped(setting: Setting, fill: str, second: str) -> Decorated:
    """In stripes of both colours, with a dark edge."""
    rows = torch.arange(setting.ink.shape[0])[:, None]
    odd = ((rows // (2 * _weight(setting))) % 2).to(setting.ink.dtype)
    letters = painted(setting.ink * (1 - odd), fill)
    letters = letters + painted(setting.ink * odd, second)
    edge = _grown(setting.ink, _weight(setting))
    return _letters_only(above(letters, painted(edge, "black")))


def extruded(setting: Setting, fill: str, second: str) -> Decorated:
    """With depth: sides in the second colour towards the lower left."""
    depth = 4 * _weight(setting)
    sides = setting.ink
    for step in range(1, depth + 1):
        sides = torch.maximum(sides, _moved(setting.ink, step, -step))
    return _letters_only(above(painted(setting.ink, fill), painted(sides, second)))


DECORATIONS: dict[str, Callable[[Setting, str, str], Decorated]] = {
    each.__name__: each
    for each in (
        *(plain, outlined, shadowed, soft, boxed, barred),
        *(graded, glowing, hollow, underlined, striped, extruded),
    )
}


def _letters_only(letters: Layer) -> Decorated:
    return Decorated(letters=letters, ground=torch.zeros_like(letters))


def _weight(setting: Setting) -> int:
    """Of outlines and shadows in pixels: a share of the canvas's height, at least one."""
    return max(1, round(setting.ink.shape[0] / 80))


def _box(setting: Setting) -> Tensor:
    """(h, w) 1 inside a box round the lines, with room for air."""
    top, bottom, left, right = setting.box
    air = 3 * _weight(setting)
    box = torch.zeros_like(setting.ink)
    box[max(0, top - air) : bottom + air, max(0, left - 2 * air) : right + 2 * air] = 1
    return box


def _down(setting: Setting) -> Tensor:
    """(h, 1): 0 at the top of the lines to 1 at their bottom."""
    top, bottom, _, _ = setting.box
    rows = torch.arange(setting.ink.shape[0], dtype=setting.ink.dtype)[:, None]
    return ((rows - top) / max(1, bottom - top)).clamp(0, 1)


def _grown(ink: Tensor, reach: int) -> Tensor:
    size = 2 * reach + 1
    return F.max_pool2d(ink[None], size, stride=1, padding=reach)[0]


def _blurred(ink: Tensor, reach: int) -> Tensor:
    """Twice a box filter, which is close to a bell."""
    size = 2 * reach + 1
    blurred = ink[None]
    for _ in range(2):
        blurred = F.avg_pool2d(blurred, size, stride=1, padding=reach)
    return blurred[0]


def _moved(ink: Tensor, down: int, right: int) -> Tensor:
    """Shift ink without letting it come in again at the other side."""
    height, width = ink.shape
    moved = torch.zeros_like(ink)
    rows, columns = max(0, height - abs(down)), max(0, width - abs(right))
    from_row, from_column = max(0, -down), max(0, -right)
    to_row, to_column = max(0, down), max(0, right)
    moved[to_row : to_row + rows, to_column : to_column + columns] = ink[
        from_row : from_row + rows, from_column : from_column + columns
    ]
    return moved
