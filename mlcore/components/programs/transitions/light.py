"""Light does it: flashes, leaks, glows, sweeps and shadows."""

import math

import torch
from torch import Tensor

from mlcore.components.programs.blending import luma, matte, mixed, paint, screened
from mlcore.components.programs.blurs import gaussian, smeared, zoom
from mlcore.components.programs.easing import column, eased, hump, sheet, smooth, span
from mlcore.components.programs.noise import evened, fractal_noise, value_noise
from mlcore.components.programs.registry import every, program
from mlcore.components.programs.warps import plane, polar, turned
from mlcore.components.stretch import Stretch


def _cut(over: Stretch, begin: float = 0.45, end: float = 0.55) -> Tensor:
    """A quick mix, for what is covered by light."""
    share = column(smooth(span(over.progress, begin, end)))
    return mixed(over.frames, over.entering, share)


@program("transition", "flash", every(peak=[0.3, 0.5]))
def flash(over: Stretch, peak: float) -> Tensor:
    """A camera's flash: white at once, and slowly back as the other picture."""
    up = span(over.progress, peak - 0.15, peak)
    down = 1 - eased(span(over.progress, peak, 1), "cubic out")
    light = column(torch.where(over.progress < peak, up, down))
    late = column((over.progress >= peak).float())
    return mixed(
        mixed(over.frames, over.entering, late), torch.ones(()).to(light), light
    )


@program("transition", "paparazzi", every(flashes=[3, 6]))
def paparazzi(over: Stretch, flashes: int) -> Tensor:
    """Several flashes go off, and each shows the other picture a moment longer."""
    # The first goes off a little after the beginning.
    beat = over.progress * flashes - 0.3
    since = torch.where(beat < 0, 9.0, beat % 1)
    light = torch.exp(-since * 5) * (over.progress < 1)
    seen = since < (beat.floor() + 1.02) / flashes
    shown = torch.where(column(seen), over.entering, over.frames)
    shown = torch.where(column(over.progress >= 1), over.entering, shown)
    return mixed(shown, torch.ones_like(shown), column(light))


@program("transition", "burn out", every(glow=[1.0, 0.4]))
def burn_out(over: Stretch, glow: float) -> Tensor:
    """The lights of both bloom until all is white."""
    rise = column(hump(over.progress))
    both = _cut(over, 0.35, 0.65)
    bright = (luma(both) - 0.75 + 0.75 * rise).clamp(0, 1) * both
    bloom = gaussian(bright, hump(over.progress) * 0.12)
    return both * (1 + 1.5 * glow * rise) + bloom * 2.5 * rise * glow


@program("transition", "glow dissolve", every(sigma=[0.05, 0.15]))
def glow_dissolve(over: Stretch, sigma: float) -> Tensor:
    """A dreamy haze around everything bright, in a slow dissolve."""
    both = _cut(over, 0.1, 0.9)
    haze = gaussian(both, sigma)
    return mixed(both, screened(both, haze), column(hump(over.progress)))


@program("transition", "light leak", every(hue=[0.05, 0.92]))
def light_leak(over: Stretch, hue: float) -> Tensor:
    """Coloured light floods in from a side as through an open camera back."""
    x, y = over.grid()
    clouds = fractal_noise(
        over.chance, over.size, 2, over.seconds * 0.8, octaves=3, device=over.device
    )
    p = sheet(over.progress)
    front = torch.exp(-(((x - 1.4 * p + 0.2 + 0.5 * (clouds - 0.5)) / 0.35) ** 2))
    strength = (front * (0.6 + clouds) * 2.2 + 0 * y) * sheet(hump(over.progress))
    body = paint(hue, 0.85, 1.0, over.frames)
    core = paint(hue + 0.08, 0.35, 1.0, over.frames)
    light = strength[:, None]
    lamp = body * light.clamp(0, 1) + core * (light - 0.8).clamp(0, 1)
    return screened(_cut(over, 0.3, 0.7), lamp)


@program("transition", "light sweep", every(slant=[0.35, -0.8]))
def light_sweep(over: Stretch, slant: float) -> Tensor:
    """A blade of light passes, and the other picture is behind it."""
    x, y = plane(over.frames)
    reach = x.abs().max() + abs(slant) / 2
    place = x + slant * y
    front = sheet(over.progress * 2.6 - 1.3) * reach
    behind = ((front - place) / 0.02).clamp(0, 1)[:, None]
    blade = torch.exp(-(((place - front) / 0.09) ** 2))[:, None]
    return mixed(over.frames, over.entering, behind) + 1.2 * blade


@program("transition", "spotlight", every(path=["across", "still"]))
def spotlight(over: Stretch, path: str) -> Tensor:
    """The stage goes dark but for a spotlight; when it is bright again, all is changed."""
    x, y = plane(over.frames)
    aside = (over.progress - 0.5) * (1.2 if path == "across" else 0.0)
    distance = torch.hypot(x - sheet(aside), y + 0.08 + 0 * sheet(aside))
    radius = sheet(1.5 - 1.28 * smooth(hump(over.progress)))
    seen = ((radius - distance) / 0.08 + 0.5).clamp(0, 1)[:, None]
    dark = 1 - 0.95 * column(smooth(span(hump(over.progress), 0, 0.5)))
    return _cut(over, 0.4, 0.6) * (dark + (1 - dark) * seen)


@program("transition", "god rays", every(strength=[0.7, 1.6]))
def god_rays(over: Stretch, strength: float) -> Tensor:
    """Rays break from the bright parts of both."""
    both = _cut(over, 0.3, 0.7)
    bright = both * smooth((luma(both) - 0.35) * 2)
    rays = zoom(bright, hump(over.progress) * 1.4, (0.0, -0.35))
    return both + rays * strength * column(hump(over.progress)) * 1.5


@program("transition", "anamorphic flare", every(hue=[0.58, 0.08]))
def anamorphic_flare(over: Stretch, hue: float) -> Tensor:
    """Level streaks grow from the lights, as of a wide-screen lens."""
    both = _cut(over, 0.35, 0.65)
    bright = smooth((luma(both) - 0.45) * 2)
    streaks = smeared(bright, hump(over.progress) * 1.2, "across")
    colour = paint(hue, 0.7, 1.0, over.frames)
    return both + streaks * colour * 2.2 * column(hump(over.progress) ** 2)


def _bands(over: Stretch, hues: tuple[float, ...], slant: float, way: int) -> Tensor:
    """Bands of colour cross the picture one after the other; the last lets it in."""
    x, y = over.grid()
    place = (x if way > 0 else 1 - x) + slant * y
    place = place / (1 + slant)
    drawn = over.frames
    for at, hue in enumerate(hues):
        start = 0.13 * at
        front = matte(
            place, eased(span(over.progress, start, start + 0.6), "cubic both"), 0.02
        )
        drawn = mixed(drawn, paint(hue, 0.75, 0.95, over.frames), front)
    start = 0.4
    front = matte(place, eased(span(over.progress, start, 1), "cubic both"), 0.02)
    return mixed(drawn, over.entering, front)


@program("transition", "colour bands", every(way=[1, -1]))
def colour_bands(over: Stretch, way: int) -> Tensor:
    """Slanted bands of three colours sweep over the picture."""
    return _bands(over, (0.95, 0.13, 0.55), 0.4, way)


@program("transition", "paint flood", every(hue=[0.52, 0.1]))
def paint_flood(over: Stretch, hue: float) -> Tensor:
    """One colour bulges up from below like a liquid, and drains to bare the other picture."""
    x, y = over.grid()
    swing = 0.12 * torch.sin(math.tau * (1.5 * x + sheet(over.progress)))
    place = ((1 - y) + swing + 0.12) / 1.24
    filled = matte(place, eased(span(over.progress, 0, 0.5), "quad out"), 0.02)
    drained = matte(place, eased(span(over.progress, 0.5, 1), "quad in"), 0.02)
    colour = paint(hue, 0.8, 0.9, over.frames)
    return mixed(mixed(over.frames, colour, filled), over.entering, drained)


@program("transition", "shadow pass", every(slats=[1, 5]))
def shadow_pass(over: Stretch, slats: int) -> Tensor:
    """Shadows travel over the picture, as of a train's windows; in them it changes."""
    x, y = over.grid()
    place = x + 0.15 * y
    front = sheet(over.progress) * 2.2 - 0.5
    depth = torch.exp(-(((place - front) / 0.3) ** 2))
    bars = 0.5 + 0.5 * torch.cos(math.tau * slats * (place - 2 * front))
    dark = smooth(depth * 1.6) * (1 if slats == 1 else 0.25 + 0.75 * bars)
    behind = ((front - place) / 0.25 + 0.5).clamp(0, 1)[:, None]
    ends = column(span(hump(over.progress), 0, 0.2))
    return mixed(over.frames, over.entering, behind) * (1 - 0.97 * dark[:, None] * ends)


@program("transition", "embers", every(hue=[0.07, 0.55]))
def embers(over: Stretch, hue: float) -> Tensor:
    """The picture smoulders away: a glowing rim eats through it and leaves the other."""
    field = evened(fractal_noise(over.chance, over.size, 3, device=over.device))
    now = sheet(over.progress) * 1.3 - 0.15
    behind = ((now - field) / 0.02).clamp(0, 1)[:, None]
    rim = torch.exp(-((((now - field) - 0.02) / 0.04) ** 2))[:, None]
    char = ((field - now) / 0.12).clamp(0, 1)[:, None]
    glow = paint(hue, 0.9, 1.0, over.frames) * rim * 1.6
    return mixed(over.frames * (0.15 + 0.85 * char), over.entering, behind) + glow


@program("transition", "bokeh", every(lights=[12, 26]))
def bokeh(over: Stretch, lights: int) -> Tensor:
    """Out-of-focus lights swell over both pictures while they change."""
    x, y = plane(over.frames)
    chance = torch.rand(lights, 5, generator=over.chance)
    rise = sheet(hump(over.progress))
    glow = torch.zeros_like(over.frames)
    wide = x.abs().max()
    for u, v, size, tone, when in chance.tolist():
        drift = sheet(over.progress - 0.5) * (0.2 + 0.3 * when)
        distance = torch.hypot(x - (2 * u - 1) * wide + drift, y - (v - 0.5) * 1.1)
        radius = (0.06 + 0.14 * size) * (0.4 + 0.6 * rise) * (12 / lights) ** 0.3
        disc = ((radius - distance) / 0.02).clamp(0, 1) * rise
        glow = glow + paint(0.05 + 0.12 * tone, 0.6, 0.6, glow) * disc[:, None]
    soft = gaussian(_cut(over, 0.25, 0.75), hump(over.progress) * 0.08)
    return screened(soft, glow)


@program("transition", "sun rotation", every(rays=[9, 18]))
def sun_rotation(over: Stretch, rays: int) -> Tensor:
    """A turning sunburst of light opens from the middle."""
    x, y = turned(*plane(over.frames), sheet(over.progress) * 1.2)
    distance, angle = polar(x, y)
    beam = 0.5 + 0.5 * torch.cos(angle * rays)
    size = distance / distance.max() * (1.15 - 0.45 * beam)
    now = sheet(over.progress) * 1.35 - 0.1
    behind = ((now - size) / 0.05).clamp(0, 1)[:, None]
    rim = torch.exp(-(((now - size) / 0.1) ** 2))[:, None] * column(hump(over.progress))
    return mixed(over.frames, over.entering, behind) + rim * paint(0.12, 0.4, 1.0, rim)


@program("transition", "candle flicker", every(beats=[9.0, 4.0]))
def candle_flicker(over: Stretch, beats: float) -> Tensor:
    """The light gutters, goes out, and is lit again on the other picture."""
    flame = value_noise(
        over.chance, (2, 2), 2, over.progress * beats, device=over.device
    )[:, 0, 0]
    level = (1 - hump(over.progress) * 1.6 * (flame - 0.1)).clamp(0, 1)
    warm = paint(0.08, 0.45, 1.0, over.frames)
    tint = mixed(torch.ones_like(warm), warm, column(hump(over.progress)))
    return _cut(over) * column(level) * tint
