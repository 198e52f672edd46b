"""Effects of focus and of movement while the shutter is open."""

import math

import torch
from torch import Tensor
from torch.nn.functional import adaptive_max_pool2d

from mlcore.components.programs import blurs
from mlcore.components.programs.colours import blended, colour, luma, screened
from mlcore.components.programs.easing import column
from mlcore.components.programs.effects.fields import (
    drawn,
    kick,
    late,
    layer,
    points,
    swing,
)
from mlcore.components.programs.registry import every, program
from mlcore.components.programs.warps import plane, pulled, turned
from mlcore.components.stretch import Stretch


@program(
    "effect",
    "zoom blur pulse",
    every(amount=[0.45, 0.9], rate=[0.7, 1.5], side=[0.0, 0.35]),
)
def zoom_blur_pulse(over: Stretch, amount: float, rate: float, side: float) -> Tensor:
    """Drawn out towards a point on every beat, sharp again before the next."""
    smear = kick(over.seconds, rate, 2.5) * amount
    return blurs.zoom(over.frames, smear, (side, -side / 2))


@program(
    "effect",
    "tilt shift",
    every(sigma=[0.04, 0.09], width=[0.05, 0.22], rate=[0.25, 0.6]),
)
def tilt_shift(over: Stretch, sigma: float, width: float, rate: float) -> Tensor:
    """A model's narrow band of focus, that travels up and down; colours of toys."""
    _, y = over.grid()
    at = late(0.3 + 0.45 * swing(over.seconds, rate))
    away = (((y - at).abs() - width) / 0.18).clamp(0, 1).expand(-1, -1, over.size[1])
    vivid = luma(over.frames) + (over.frames - luma(over.frames)) * 1.45
    return blended(vivid, blurs.gaussian(vivid, sigma), layer(away))


@program(
    "effect",
    "focus pull",
    every(sigma=[0.05, 0.12], rate=[0.35, 0.8], reach=[0.0, 0.08]),
)
def focus_pull(over: Stretch, sigma: float, rate: float, reach: float) -> Tensor:
    """Out of focus, in focus, out again; with reach, the frame breathes too."""
    soft = swing(over.seconds, rate, 0.5)
    x, y = plane(over.frames)
    near = 1 - late(soft) * reach * 2
    seen = pulled(over.frames, x * near, y * near, "mirror")
    return blurs.gaussian(seen, soft * sigma)


@program(
    "effect",
    "whip blur",
    every(length=[0.35, 0.8], angle=[0.0, 1.5708], rate=[0.6, 1.3]),
)
def whip_blur(over: Stretch, length: float, angle: float, rate: float) -> Tensor:
    """Smeared along one direction, most in the middle of each swing of the camera."""
    beats = over.seconds * rate * math.tau
    speed = torch.cos(beats).abs()
    x, y = plane(over.frames)
    way = late(torch.sin(beats)) * length * 0.35
    seen = pulled(
        over.frames, x + way * math.cos(angle), y + way * math.sin(angle), "mirror"
    )
    return blurs.directional(seen, speed * length, angle)


@program(
    "effect",
    "spin blur",
    every(angle=[0.4, 0.9], rate=[0.45, 1.1], turn=[0.0, 0.3]),
)
def spin_blur(over: Stretch, angle: float, rate: float, turn: float) -> Tensor:
    """Smeared about the middle, and back."""
    way = torch.sin(over.seconds * rate * math.tau)
    seen = pulled(over.frames, *turned(*plane(over.frames), late(way) * turn), "mirror")
    return blurs.spin(seen, way.abs() * angle)


@program(
    "effect",
    "orton glow",
    every(sigma=[0.025, 0.12], strength=[0.75, 1.2], rate=[0.3, 0.85]),
)
def orton_glow(over: Stretch, sigma: float, strength: float, rate: float) -> Tensor:
    """A soft, light exposure over a sharp, dark one (M. Orton's sandwich), breathing."""
    softened = blurs.gaussian(over.frames, sigma)
    sandwich = screened(softened, softened * 0.8) * (0.25 + 0.75 * over.frames)
    share = strength * swing(over.seconds, rate, 0.25)
    return blended(over.frames, sandwich, column(share))


@program(
    "effect",
    "star filter",
    every(kind=["cross", "streak"], length=[0.35, 0.8], tint=["#ffe0a0", "#70b0ff"]),
)
def star_filter(over: Stretch, kind: str, length: float, tint: str) -> Tensor:
    """The lightest point of each sixteenth of the picture throws arms that twinkle."""
    height, width = over.size
    smooth = blurs.gaussian(luma(over.frames), 0.012)
    top, at = adaptive_max_pool2d(smooth, _STARS, return_indices=True)
    top, at = top.flatten(1), at.flatten(1)
    x, y = (at % width + 0.5) / width, (at // width + 0.5) / height
    phase = drawn(over, top.shape[1])
    twinkle = 0.3 + 0.7 * swing(over.seconds[:, None], 0.8, phase)
    light = ((top - 0.3) * 1.6).clamp(0, 1) * twinkle
    long, thin = light * length, torch.full_like(light, 0.014)
    star = points(over, x, y, long, thin, light)
    if kind == "cross":
        star = star + points(over, x, y, thin, long, light)
    star = star + points(over, x, y, long * 0.2, long * 0.2, light)
    return screened(over.frames * 0.85, layer(star) * colour(tint, over.device))


_STARS = 4  # a side


@program(
    "effect",
    "wandering focus",
    every(sigma=[0.06, 0.13], radius=[0.22, 0.42], rate=[0.3, 0.75]),
)
def wandering_focus(over: Stretch, sigma: float, radius: float, rate: float) -> Tensor:
    """Only a spot is sharp, and it goes about."""
    t = (over.seconds * rate * math.tau)[:, None] + drawn(over, 1) * math.tau
    x, y = 0.5 + 0.32 * torch.sin(t), 0.5 + 0.28 * torch.sin(1.6 * t)
    wide = torch.full_like(x, radius)
    sharp = points(over, x, y, wide, wide, torch.full_like(x, 1.3)).clamp(0, 1)
    return blended(blurs.gaussian(over.frames, sigma), over.frames, layer(sharp))


@program(
    "effect",
    "drunk vision",
    every(reach=[0.06, 0.13], rate=[0.35, 0.8], sigma=[0.006, 0.025]),
)
def drunk_vision(over: Stretch, reach: float, rate: float, sigma: float) -> Tensor:
    """Two pictures that will not meet, both swaying and a little soft."""
    x, y = plane(over.frames)
    t = over.seconds * rate * math.tau
    right, down = late(torch.sin(t)) * reach, late(torch.sin(1.7 * t)) * reach * 0.5
    first = pulled(over.frames, x + right + 0.03 * torch.sin(y * 6), y + down, "mirror")
    second = pulled(over.frames, x - right, y - down, "mirror")
    return blurs.gaussian((first + second) / 2, sigma)
