"""One picture moves and the other with it, over it or from under it."""

import torch
from torch import Tensor

from mlcore.components.programs.blending import mixed
from mlcore.components.programs.blurs import smeared
from mlcore.components.programs.easing import column, eased, hump, span
from mlcore.components.programs.registry import every, program
from mlcore.components.programs.warps import plane, sampled, turned, within
from mlcore.components.stretch import Stretch

WAYS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}
"""Where a picture moves to, right and down."""


def laid(
    under: Tensor, top: Tensor, x: Tensor, y: Tensor, shade: float | Tensor = 0.0
) -> Tensor:
    """Return `top`, sampled at shares x and y (t, h, w), on `under`, with a shadow round it.

    `shade`, one or (t,), is how dark the shadow is just outside the picture, 0..1.
    """
    seen = within(x, y, (int(top.shape[-2]), int(top.shape[-1])))
    out_x = ((x - 0.5).abs() - 0.5).clamp(min=0)
    out_y = ((y - 0.5).abs() - 0.5).clamp(min=0)
    near = torch.exp(-torch.hypot(out_x, out_y) / 0.06)[:, None]
    dark = torch.as_tensor(shade, device=near.device).reshape(-1, 1, 1, 1)
    return mixed(under * (1 - dark * near), sampled(top, x, y), seen)


def shifted(over: Stretch, right: Tensor, down: Tensor) -> tuple[Tensor, Tensor]:
    """Return where to sample a picture that has moved by (t,) shares: x and y (t, h, w)."""
    x, y = over.grid()
    return x - right[:, None, None] + 0 * y, y - down[:, None, None] + 0 * x


def _push(over: Stretch, way: str, easing: str) -> Tensor:
    """Both move as one strip."""
    right, down = WAYS[way]
    p = eased(over.progress, easing)
    under = sampled(over.frames, *shifted(over, right * p, down * p), "mirror")
    at = shifted(over, right * (p - 1), down * (p - 1))
    return laid(under, over.entering, *at)


def _cover(over: Stretch, way: str, easing: str) -> Tensor:
    """The entering picture slides over the leaving one, with a shadow."""
    right, down = WAYS[way]
    p = eased(over.progress, easing) - 1
    shade = 0.6 * span(over.progress, 0, 0.1)
    at = shifted(over, right * p, down * p)
    return laid(over.frames, over.entering, *at, shade)


def _reveal(over: Stretch, way: str, easing: str) -> Tensor:
    """The leaving picture slides away from over the entering one."""
    right, down = WAYS[way]
    p = eased(over.progress, easing)
    drawn = laid(over.entering, over.frames, *shifted(over, right * p, down * p), 0.6)
    return mixed(drawn, over.entering, column((p >= 1).float()))


def _whip(over: Stretch, way: str, length: float) -> Tensor:
    """A pan so fast that it smears: both pictures in one sweep."""
    right, down = WAYS[way]
    p = eased(over.progress, "quint both")
    smear = length * hump(over.progress) ** 2
    swept = p * 3
    leaving = sampled(
        over.frames, *shifted(over, right * swept, down * swept), "mirror"
    )
    swept = swept - 3
    entering = sampled(
        over.entering, *shifted(over, right * swept, down * swept), "mirror"
    )
    both = mixed(leaving, entering, column(span(p, 0.4, 0.6)))
    return smeared(both, smear, "across" if right else "upright")


for _way in WAYS:
    for _name, _draw, _easings in (
        ("push", _push, ["linear", "cubic out"]),
        ("slide over", _cover, ["cubic out", "bounce out"]),
        ("reveal", _reveal, ["cubic in", "cubic out"]),
    ):
        program("transition", f"{_name} {_way}", every(way=[_way], easing=_easings))(
            _draw
        )
    program("transition", f"whip pan {_way}", every(way=[_way], length=[0.4, 1.1]))(
        _whip
    )


def _split(over: Stretch, along: str, way: str) -> Tensor:
    """The leaving picture parts in the middle and its halves slide out of sight."""
    x, y = over.grid()
    p = eased(over.progress, "cubic both")[:, None, None] * 0.5
    place = (x if along == "across" else y) - 0.5
    side = torch.where(place < 0, -1.0, 1.0)
    flat = torch.zeros_like(x + y)
    if way == "slide":
        at = place + 0.5 - side * p
        gone = place.abs() < p
    else:
        # Squeezed: each half is pressed against its side.
        left = (0.5 - p).clamp(min=1e-3)
        at = 0.5 + side * (0.5 - (0.5 - place.abs()) * 0.5 / left)
        gone = place.abs() < p
    xy = (at + flat, y + flat) if along == "across" else (x + flat, at + flat)
    return torch.where(
        (gone + flat > 0)[:, None], over.entering, sampled(over.frames, *xy)
    )


for _along in ("across", "upright"):
    _settings = every(along=[_along], way=["slide", "squeeze"])
    program("transition", f"split {_along}", _settings)(_split)


def _comb(over: Stretch, along: str, teeth: int) -> Tensor:
    """Strips of the entering picture slide in from both sides by turns."""
    x, y = over.grid()
    p = 1 - eased(over.progress, "cubic out")[:, None, None]
    across, place = (x, y) if along == "level" else (y, x)
    way = torch.where((place * teeth).floor() % 2 == 0, 1.0, -1.0)
    moved, still = across + way * p, place + 0 * (across + p)
    at = (moved, still) if along == "level" else (still, moved)
    return laid(over.frames, over.entering, *at)


for _along in ("level", "upright"):
    _settings = every(along=[_along], teeth=[6, 14])
    program("transition", f"comb {_along}", _settings)(_comb)


@program("transition", "falling strips", every(strips=[8, 18]))
def falling_strips(over: Stretch, strips: int) -> Tensor:
    """Strips of the leaving picture fall, each a little after the last."""
    x, y = over.grid()
    late = (x * strips).floor() / strips * 0.5
    p = eased(((over.progress[:, None, None] - late) * 2).clamp(0, 1), "quad in")
    at_y = y - p * 1.02
    return torch.where(
        (at_y >= 0)[:, None], sampled(over.frames, x + 0 * at_y, at_y), over.entering
    )


@program("transition", "staggered push", every(strips=[6, 12]))
def staggered_push(over: Stretch, strips: int) -> Tensor:
    """Level strips are pushed out to the left, the upper ones first."""
    x, y = over.grid()
    late = (y * strips).floor() / strips * 0.5
    p = eased(((over.progress[:, None, None] - late) * 2).clamp(0, 1), "cubic both")
    at = x + p
    return torch.where(
        (at < 1)[:, None],
        sampled(over.frames, at, y + 0 * at),
        sampled(over.entering, at - 1, y + 0 * at),
    )


@program("transition", "swap", every(way=["across", "upright"]))
def swap(over: Stretch, way: str) -> Tensor:
    """Both shrink and part, the entering one comes round to the front."""
    p = over.progress
    apart, size = hump(p) * 0.5, 1 - 0.45 * hump(p)
    early = column(p < 0.5)
    behind = torch.where(early, over.entering, over.frames)
    before = torch.where(early, over.frames, over.entering)
    # The leaving picture goes one way and the entering one the other.
    side = torch.where(p < 0.5, apart, -apart)
    drawn = laid(
        torch.zeros_like(behind), behind, *_placed(over, -side, size, way), 0.5
    )
    return laid(drawn, before, *_placed(over, side, size, way), 0.5)


def _placed(
    over: Stretch, aside: Tensor, size: Tensor, way: str
) -> tuple[Tensor, Tensor]:
    x, y = over.grid()
    aside, size = aside[:, None, None], size[:, None, None]
    right, down = (aside, 0 * aside) if way == "across" else (0 * aside, aside)
    return (x - 0.5 - right) / size + 0.5 + 0 * y, (y - 0.5 - down) / size + 0.5 + 0 * x


@program("transition", "drop in", every(lean=[0.5, -1.4]))
def drop_in(over: Stretch, lean: float) -> Tensor:
    """The entering picture falls in from above, leaning by radians, and rights itself."""
    height, width = over.size
    fallen = eased(over.progress, "bounce out") - 1
    angle = eased(over.progress, "quad out")[:, None, None] - 1
    x, y = plane(over.frames)
    u, v = turned(x, y - 1.3 * fallen[:, None, None], angle * lean)
    shade = 0.6 * span(over.progress, 0, 0.1)
    drawn = laid(over.frames, over.entering, u * height / width + 0.5, v + 0.5, shade)
    drawn = torch.where(column(over.progress <= 0), over.frames, drawn)
    return torch.where(column(over.progress >= 1), over.entering, drawn)
