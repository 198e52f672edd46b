"""How a whole picture stands in space, frame by frame, and on what ground."""

from dataclasses import dataclass

import torch
from torch import Tensor

from mlcore.components.programs.blending import mixed
from mlcore.components.programs.blurs import gaussian
from mlcore.components.programs.cards import hit
from mlcore.components.programs.easing import column
from mlcore.components.programs.warps import plane, pulled, sampled, within
from mlcore.components.stretch import Stretch

Curve = Tensor | float
"""One value for all frames, or (t,)"""


@dataclass(frozen=True, kw_only=True)
class Pose:
    """Where a picture is: as it was unless something is said."""

    right: Curve = 0.0
    """Heights, of the point that it turns about"""
    down: Curve = 0.0
    away: Curve = 0.0
    """Heights from the screen, behind it"""
    wide: Curve = 1.0
    """Times as wide"""
    tall: Curve = 1.0
    turn: Curve = 0.0
    """Radians, clockwise"""
    yaw: Curve = 0.0
    """Radians by which its right edge turns away"""
    pitch: Curve = 0.0
    """Radians by which its lower edge turns away"""
    about: tuple[float, float] = (0.0, 0.0)
    """The point it turns about, heights right and down of its centre"""
    opacity: Curve = 1.0
    blur: Curve = 0.0
    """Standard deviation in heights"""


def half_width(stretch: Stretch) -> float:
    """Return half the picture's width, in heights: how far its sides are from its centre."""
    height, width = stretch.size
    return width / height / 2


def ground(stretch: Stretch, kind: str) -> Tensor:
    """Return what is seen where the picture is not: black, or itself blurred and dim.

    Raises ValueError for another kind than "black" and "blurred".
    """
    if kind == "black":
        return torch.zeros_like(stretch.frames)
    if kind != "blurred":
        raise ValueError(f"the ground is black or blurred, not {kind}")
    x, y = plane(stretch.frames)
    # A little larger, as the blurred sides of upright films on television are.
    return 0.6 * gaussian(pulled(stretch.frames, x / 1.3, y / 1.3), 0.09)


def posed(stretch: Stretch, pose: Pose, kind: str) -> Tensor:
    """Return the stretch's frames in a pose, on a ground of a kind."""
    size, frames = stretch.size, stretch.frames
    x, y = _places(stretch, pose)
    seen = within(x, y, size) * column(_curve(pose.opacity, stretch)).clamp(0, 1)
    if isinstance(pose.blur, Tensor) or pose.blur > 0:
        soft = _curve(pose.blur, stretch)
        frames = gaussian(frames, soft)
    return mixed(ground(stretch, kind), sampled(frames, x, y), seen)


def _places(stretch: Stretch, pose: Pose) -> tuple[Tensor, Tensor]:
    """Where each pixel looks in the picture, shares of its width and height (t, h, w)."""
    height, width = stretch.size
    across, upright = _axes(stretch, pose)
    wide, tall = (_size(size, stretch) for size in (pose.wide, pose.tall))
    where = [_curve(each, stretch) for each in (pose.right, pose.down, pose.away)]
    at_x, at_y = pose.about
    still = torch.tensor([at_x, at_y, 0.0], device=stretch.device)
    centre = torch.stack(where, 1) + still
    centre = centre - across * (wide * at_x)[:, None] - upright * (tall * at_y)[:, None]
    u, v = hit(*plane(stretch.frames), centre, (across, upright))
    u, v = u / wide[:, None, None], v / tall[:, None, None]
    return u * (height / width) + 0.5, v + 0.5


def _axes(stretch: Stretch, pose: Pose) -> tuple[Tensor, Tensor]:
    """The picture's right and down in space: yawed, pitched, then turned in its own plane."""
    yaw, pitch, turn = (
        _curve(each, stretch) for each in (pose.yaw, pose.pitch, pose.turn)
    )
    c_y, s_y, c_p, s_p = yaw.cos(), yaw.sin(), pitch.cos(), pitch.sin()
    level = torch.stack([c_y, -s_y * s_p, s_y * c_p], 1)
    plumb = torch.stack([torch.zeros_like(yaw), c_p, s_p], 1)
    c_t, s_t = turn.cos()[:, None], turn.sin()[:, None]
    return level * c_t + plumb * s_t, plumb * c_t - level * s_t


def _curve(value: Curve, stretch: Stretch) -> Tensor:
    curve = torch.as_tensor(value, dtype=torch.float32, device=stretch.device)
    return curve.expand(len(stretch.progress))


def _size(value: Curve, stretch: Stretch) -> Tensor:
    """Not nothing, through which no pixel could look back."""
    return _curve(value, stretch).clamp(min=1e-3)
