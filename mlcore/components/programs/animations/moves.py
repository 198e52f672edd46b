"""How a picture comes and goes: one set of moves for entrances, exits and both."""

import math
from collections.abc import Callable

from torch import Tensor

from mlcore.components.programs.easing import hump
from mlcore.components.programs.poses import Pose

Move = Callable[[Tensor, float], Pose]
"""(how far it still is from its place (t,), half the picture's width in heights) -> pose.

1 is out of sight and 0 in place; curves that swing pass 0.
"""

OUT = 1.04
"""Picture sizes by which a picture is quite out of sight."""


def _visible(off: Tensor, share: float = 0.4) -> Tensor:
    """Opacity that is whole when no more than `1 - share` of the way is left."""
    return ((1 - off) / share).clamp(0, 1)


MOVES: dict[str, Move] = {
    "slide left": lambda off, half: Pose(right=-2 * half * OUT * off),
    "slide right": lambda off, half: Pose(right=2 * half * OUT * off),
    "slide top": lambda off, _: Pose(down=-OUT * off),
    "slide bottom": lambda off, _: Pose(down=OUT * off),
    "drift left": lambda off, half: Pose(right=-0.7 * half * off, opacity=1 - off),
    "drift right": lambda off, half: Pose(right=0.7 * half * off, opacity=1 - off),
    "drift top": lambda off, _: Pose(down=-0.35 * off, opacity=1 - off),
    "drift bottom": lambda off, _: Pose(down=0.35 * off, opacity=1 - off),
    "corner": lambda off, half: Pose(
        right=2 * half * off, down=OUT * off, turn=0.6 * off
    ),
    "fade": lambda off, _: Pose(opacity=1 - off),
    "blur": lambda off, _: Pose(blur=0.25 * off.clamp(min=0), opacity=_visible(off)),
    "zoom": lambda off, _: Pose(wide=1 - off, tall=1 - off),
    "land": lambda off, _: Pose(
        wide=1 + 2.2 * off, tall=1 + 2.2 * off, opacity=_visible(off, 0.7)
    ),
    "spin zoom": lambda off, _: Pose(wide=1 - off, tall=1 - off, turn=off * math.tau),
    "rotate": lambda off, half: Pose(
        turn=-off * math.pi / 1.6, about=(-half, 0.5), opacity=_visible(off)
    ),
    "rotate back": lambda off, half: Pose(
        turn=off * math.pi / 1.6, about=(half, 0.5), opacity=_visible(off)
    ),
    "flip": lambda off, _: Pose(yaw=off * math.pi / 2, away=0.5 * hump(off)),
    "somersault": lambda off, _: Pose(pitch=off * math.pi * 1.5, away=0.5 * hump(off)),
    "door left": lambda off, half: Pose(yaw=off * math.pi / 2, about=(-half, 0.0)),
    "door right": lambda off, half: Pose(yaw=-off * math.pi / 2, about=(half, 0.0)),
    "hatch": lambda off, _: Pose(pitch=-off * math.pi / 2, about=(0.0, -0.5)),
    "stretch across": lambda off, _: Pose(wide=1 - off),
    "stretch upright": lambda off, _: Pose(tall=1 - off),
    "squash": lambda off, _: Pose(wide=1 + 0.5 * off, tall=1 - off, about=(0.0, 0.5)),
    "roll left": lambda off, half: Pose(
        right=-2.6 * half * off, turn=-off * math.tau * 0.75
    ),
    "roll right": lambda off, half: Pose(
        right=2.6 * half * off, turn=off * math.tau * 0.75
    ),
    "lean": lambda off, half: Pose(
        yaw=off * 1.1, turn=off * 0.5, right=half * 1.4 * off, opacity=_visible(off)
    ),
    "far away": lambda off, _: Pose(
        away=off * 9, down=-0.8 * off, pitch=off * 2.5, opacity=_visible(off, 0.2)
    ),
    "spiral": lambda off, half: Pose(
        right=(off * 7).sin() * off * half * 1.6,
        down=((off * 7).cos() * off - off) * 0.5 + 0.5 * off,
        wide=1 - 0.9 * off,
        tall=1 - 0.9 * off,
        turn=off * 4,
        opacity=_visible(off, 0.2),
    ),
    "tube": lambda off, _: Pose(
        wide=1 - ((off - 0.5) * 2).clamp(0, 1),
        tall=1 - (off * 2).clamp(0, 0.985),
        opacity=_visible(off, 0.05),
    ),
}
"""By the name of the move; sides are where the picture is when it is away."""
