"""Both pictures are bent, and change while nobody can tell them apart."""

import math

import torch
from torch import Tensor

from mlcore.components.programs.blending import luma, mixed
from mlcore.components.programs.blurs import gaussian
from mlcore.components.programs.easing import column, eased, hump, sheet, smooth, span
from mlcore.components.programs.noise import cell_noise, fractal_noise, value_noise
from mlcore.components.programs.registry import every, program
from mlcore.components.programs.transitions.cells import honeycomb
from mlcore.components.programs.warps import plane, polar, pulled, sampled, turned
from mlcore.components.stretch import Stretch


def _both(
    over: Stretch, x: Tensor, y: Tensor, begin: float = 0.35, end: float = 0.65
) -> Tensor:
    """Both pictures sampled at the same plane coordinates, mixed from begin to end."""
    share = column(smooth(span(over.progress, begin, end)))
    return mixed(
        pulled(over.frames, x, y, "mirror"),
        pulled(over.entering, x, y, "mirror"),
        share,
    )


@program("transition", "ripple", every(waves=[5.0, 2.5]))
def ripple(over: Stretch, waves: float) -> Tensor:
    """Rings run out from the middle as on water."""
    x, y = plane(over.frames)
    distance, _ = polar(x, y)
    p = sheet(over.progress)
    swing = torch.sin(math.tau * (waves * distance - 2.5 * p))
    reach = 0.35 / waves * sheet(hump(over.progress)) * swing
    scale = 1 + reach / distance.clamp(min=0.05)
    return _both(over, x * scale, y * scale, 0.2, 0.8)


@program("transition", "swirl", every(turns=[1.0, -0.4]))
def swirl(over: Stretch, turns: float) -> Tensor:
    """The middle is stirred and comes to rest as the other picture."""
    x, y = plane(over.frames)
    near = (1 - polar(x, y)[0] / 0.75).clamp(min=0) ** 2
    angle = near * sheet(hump(over.progress)) * turns * math.tau
    return _both(over, *turned(x, y, angle))


def _blocky(clip: Tensor, size: Tensor) -> Tensor:
    """Squares of (t,) heights, each in its middle's colour, from a clip soft enough for it."""
    x, y = plane(clip)
    size = sheet(size.clamp(min=1e-4))
    soft = gaussian(clip, size[:, 0, 0] * 0.35)
    return pulled(
        soft, ((x / size).floor() + 0.5) * size, ((y / size).floor() + 0.5) * size
    )


@program("transition", "pixelate", every(largest=[0.12, 0.3]))
def pixelate(over: Stretch, largest: float) -> Tensor:
    """Squares grow until nothing can be told, and shrink to the other picture."""
    size = largest * hump(over.progress) ** 1.5
    there = column(span(over.progress, 0, 0.05) * span(1 - over.progress, 0, 0.05))
    plain = mixed(over.frames, over.entering, column(smooth(over.progress)))
    share = column(span(over.progress, 0.4, 0.6))
    rough = mixed(_blocky(over.frames, size), _blocky(over.entering, size), share)
    return mixed(plain, rough, there)


@program("transition", "frosted glass", every(cells=[26, 9]))
def frosted_glass(over: Stretch, cells: int) -> Tensor:
    """A pane of rough glass passes between camera and picture."""
    x, y = plane(over.frames)
    aside = cell_noise(over.chance, over.size, (cells, cells), 2, over.device) - 0.5
    reach = sheet(hump(over.progress)) * 4.0 / cells
    return _both(over, x + aside[0] * reach, y + aside[1] * reach, 0.3, 0.7)


@program("transition", "wave warp", every(waves=[2.0, 6.0]))
def wave_warp(over: Stretch, waves: float) -> Tensor:
    """Lines sway to the left and right like seaweed."""
    x, y = plane(over.frames)
    p = sheet(over.progress)
    swing = torch.sin(math.tau * (waves * y + 1.5 * p)) * 0.35 / waves**0.5
    return _both(over, x + swing * sheet(hump(over.progress)), y)


@program("transition", "kaleidoscope", every(mirrors=[6, 3]))
def kaleidoscope(over: Stretch, mirrors: int) -> Tensor:
    """Mirrors close in, turn and open again."""
    x, y = plane(over.frames)
    distance, angle = polar(x, y)
    wedge = math.tau / mirrors
    spun = angle + sheet(over.progress) * 1.5
    folded = (torch.remainder(spun, wedge) - wedge / 2).abs()
    share = column(smooth(span(hump(over.progress), 0, 0.6)))
    plain = _both(over, x, y)
    u, v = distance * torch.cos(folded), distance * torch.sin(folded)
    return mixed(plain, _both(over, u, v - 0.1), share)


@program("transition", "displacement", every(reach=[0.35, 0.9]))
def displacement(over: Stretch, reach: float) -> Tensor:
    """Each picture is pushed aside by the other's light and shade."""
    x, y = plane(over.frames)
    push_a = (luma(gaussian(over.entering, 0.02))[:, 0] - 0.5) * reach
    push_b = (luma(gaussian(over.frames, 0.02))[:, 0] - 0.5) * reach
    p = sheet(smooth(over.progress))
    a = pulled(over.frames, x + push_a * p, y + push_a * p, "mirror")
    b = pulled(over.entering, x - push_b * (1 - p), y - push_b * (1 - p), "mirror")
    return mixed(a, b, p[:, None])


@program("transition", "lens bulge", every(strength=[1.0, -0.7]))
def lens_bulge(over: Stretch, strength: float) -> Tensor:
    """The middle swells towards the camera, or is sucked in."""
    x, y = plane(over.frames)
    distance, _ = polar(x, y)
    scale = torch.exp(-strength * 2 * sheet(hump(over.progress)) * (0.6 - distance))
    return _both(over, x * scale, y * scale)


def _squeeze(over: Stretch, along: str, easing: str) -> Tensor:
    """The leaving picture is pressed to a line, out of which the other grows."""
    x, y = over.grid()
    p = eased(over.progress, easing)
    wide = (1 - 2 * p).abs().clamp(min=1e-3)[:, None, None]
    at = ((x if along == "across" else y) - 0.5) / wide + 0.5
    flat = 0 * (x + y)
    u, v = (at + flat, y + flat) if along == "across" else (x + flat, at + flat)
    picture = torch.where(column(p < 0.5), over.frames, over.entering)
    return sampled(picture, u, v) * ((at - 0.5).abs() <= 0.5)[:, None]


for _along in ("across", "upright"):
    _settings = every(along=[_along], easing=["linear", "quint both"])
    program("transition", f"squeeze {_along}", _settings)(_squeeze)


@program("transition", "smear", every(way=["across", "upright"]))
def smear(over: Stretch, way: str) -> Tensor:
    """A line of pixels is drawn out over the picture and lets the other one in behind."""
    x, y = over.grid()
    p = sheet(eased(over.progress, "sine both"))
    place, flat = (x, y) if way == "across" else (y, x)
    edge = (place - 2 * p + 0 * flat).clamp(min=-1)
    # Left of the front the leaving picture stands still at the front's line.
    front = (2 * p).clamp(max=1)
    drawn = torch.where(place < front, front, place + 0 * front) + 0 * flat
    still = flat + 0 * drawn
    at = (drawn, still) if way == "across" else (still, drawn)
    late = (2 * p - 1).clamp(min=0)
    seen = ((late * 1.1 - place - 0 * edge) / 0.1 + 0 * flat).clamp(0, 1)[:, None]
    return mixed(sampled(over.frames, *at), over.entering, seen)


@program("transition", "melt", every(columns=[24, 8]))
def melt(over: Stretch, columns: int) -> Tensor:
    """The leaving picture runs down in columns."""
    x, y = over.grid()
    late = (
        value_noise(over.chance, over.size, columns, device=over.device)[0, :1] * 0.45
    )
    fallen = eased(((sheet(over.progress) - late) / 0.55).clamp(0, 1), "quad in") * 1.02
    at = y - fallen
    shown = sampled(over.frames, x + 0 * at, at)
    return torch.where((at >= 0)[:, None], shown, over.entering)


@program("transition", "funnel", every(turns=[0.6, -1.4]))
def funnel(over: Stretch, turns: float) -> Tensor:
    """The leaving picture drains into the middle, winding, and bares the other."""
    x, y = plane(over.frames)
    distance, _ = polar(x, y)
    p = sheet(eased(over.progress, "quad in"))
    rim = distance.max() * 1.02
    out = distance + p * rim
    angle = p * turns * math.tau * (1 - distance / rim)
    scale = out / distance.clamp(min=1e-3)
    u, v = turned(x * scale, y * scale, angle)
    shown = pulled(over.frames, u, v, "edge")
    there = ((rim - out) / 0.04).clamp(0, 1)[:, None]
    return mixed(over.entering, shown * (1 - 0.5 * p[:, None]), there)


@program("transition", "heat haze", every(cells=[5, 12]))
def heat_haze(over: Stretch, cells: int) -> Tensor:
    """Air shimmers, stronger and stronger, and calms down."""
    moments = over.seconds * 2
    right, down = (
        fractal_noise(
            over.chance, over.size, cells, moments, octaves=2, device=over.device
        )
        - 0.5
        for _ in range(2)
    )
    x, y = plane(over.frames)
    reach = sheet(hump(over.progress)) * 2.2 / cells
    return _both(over, x + right * reach, y + down * reach, 0.25, 0.75)


@program("transition", "honeycomb glass", every(rows=[7, 3]))
def honeycomb_glass(over: Stretch, rows: int) -> Tensor:
    """Panes of a honeycomb each shrink what is behind them."""
    x, y = plane(over.frames)
    _, middle_x, middle_y = honeycomb(x, y, rows)
    pull = 1 + 2.5 * sheet(hump(over.progress))
    return _both(
        over, middle_x + (x - middle_x) * pull, middle_y + (y - middle_y) * pull
    )


@program("transition", "mirror fold", every(folds=[2, 4]))
def mirror_fold(over: Stretch, folds: int) -> Tensor:
    """The picture multiplies into mirrored copies, which join to the other one."""
    x, y = plane(over.frames)
    scale = 1 + folds * sheet(hump(over.progress) ** 2)
    return _both(over, x * scale, y * scale, 0.45, 0.55)


@program("transition", "morph", every(cells=[4, 8]))
def morph(over: Stretch, cells: int) -> Tensor:
    """The one flows into the other along the same random paths."""
    right, down = (
        value_noise(over.chance, over.size, cells, device=over.device)[0] - 0.5
        for _ in range(2)
    )
    x, y = plane(over.frames)
    p = sheet(smooth(over.progress))
    reach = 2.4 / cells
    a = pulled(over.frames, x + right * reach * p, y + down * reach * p, "mirror")
    back = p - 1
    b = pulled(
        over.entering, x + right * reach * back, y + down * reach * back, "mirror"
    )
    return mixed(a, b, p[:, None])
