"""The picture keeps moving in its slot, to a beat.

Beats are few: of eight frames in a clip only four are in a slot, and what moves faster than
twice there and back in them cannot be told from what moves slower.
"""

import math

import torch
from torch import Tensor

from mlcore.components.programs.animations.beats import GROUNDS, beat, draws, wave
from mlcore.components.programs.easing import hump, smooth
from mlcore.components.programs.poses import Pose, posed
from mlcore.components.programs.registry import every, program
from mlcore.components.stretch import Stretch


@program("animation", "pulse", every(beats=[2, 1], ground=GROUNDS))
def pulse(stretch: Stretch, beats: int, ground: str) -> Tensor:
    """Larger and smaller, again and again."""
    size = 0.9 + 0.16 * wave(stretch, beats)
    return posed(stretch, Pose(wide=size, tall=size), ground)


@program("animation", "heartbeat", every(beats=[1, 2], ground=["black"]))
def heartbeat(stretch: Stretch, beats: int, ground: str) -> Tensor:
    """Two quick swells, then rest."""
    now = beat(stretch, beats)
    first = torch.exp(-(((now - 0.18) / 0.08) ** 2))
    second = torch.exp(-(((now - 0.42) / 0.1) ** 2))
    size = 1 + 0.45 * first + 0.25 * second
    return posed(stretch, Pose(wide=size, tall=size), ground)


@program("animation", "breathe", every(depth=[0.4, 0.15], ground=["blurred"]))
def breathe(stretch: Stretch, depth: float, ground: str) -> Tensor:
    """One slow swell."""
    size = 1 + depth * hump(stretch.progress) ** 2
    return posed(stretch, Pose(wide=size, tall=size), ground)


@program("animation", "sway", every(beats=[1, 2], ground=GROUNDS))
def sway(stretch: Stretch, beats: int, ground: str) -> Tensor:
    """Back and forth to the sides."""
    return posed(stretch, Pose(right=0.22 * wave(stretch, beats)), ground)


@program("animation", "float", every(beats=[1, 2], ground=GROUNDS))
def floating(stretch: Stretch, beats: int, ground: str) -> Tensor:
    """Up and down on a slow swell."""
    return posed(stretch, Pose(down=-0.16 * wave(stretch, beats)), ground)


@program("animation", "shake", every(beats=[5, 3], ground=["black"]))
def shake(stretch: Stretch, beats: int, ground: str) -> Tensor:
    """No: quickly from side to side, dying down."""
    force = (1 - stretch.progress) ** 1.2
    swing = torch.sin(math.tau * (beats * stretch.progress + 0.1)) * force
    swing = swing * (stretch.progress * 20).clamp(0, 1)
    return posed(stretch, Pose(right=0.25 * swing), ground)


@program("animation", "nod", every(beats=[1, 2], ground=["black"]))
def nod(stretch: Stretch, beats: int, ground: str) -> Tensor:
    """Yes: the upper edge comes forward and goes back."""
    return posed(stretch, Pose(pitch=0.7 * wave(stretch, beats)), ground)


@program("animation", "look around", every(beats=[1, 2], ground=GROUNDS))
def look_around(stretch: Stretch, beats: int, ground: str) -> Tensor:
    """One edge and then the other turns away."""
    return posed(stretch, Pose(yaw=0.8 * wave(stretch, beats)), ground)


@program("animation", "earthquake", every(force=[0.1, 0.25], ground=["blurred"]))
def earthquake(stretch: Stretch, force: float, ground: str) -> Tensor:
    """Thrown about in no order."""
    right, down, turn = draws(stretch, 30, 3)
    return posed(
        stretch,
        Pose(right=force * 2 * right, down=force * 2 * down, turn=force * turn),
        ground,
    )


@program("animation", "hand held", every(force=[0.12, 0.3], ground=["blurred"]))
def hand_held(stretch: Stretch, force: float, ground: str) -> Tensor:
    """Held in a hand that wanders."""
    right, down, turn = draws(stretch, 5, 3)
    size = 1.25
    return posed(
        stretch,
        Pose(
            right=force * right,
            down=force * down,
            turn=force * turn,
            wide=size,
            tall=size,
        ),
        ground,
    )


@program("animation", "ball", every(bounces=[3, 1], ground=GROUNDS))
def ball(stretch: Stretch, bounces: int, ground: str) -> Tensor:
    """Jumps as a ball, pressed flat at each landing."""
    now = beat(stretch, bounces)
    height = 4 * now * (1 - now)
    flat = torch.exp(-height / 0.12)
    return posed(
        stretch,
        Pose(
            down=-0.4 * height,
            wide=1 + 0.2 * flat,
            tall=1 - 0.25 * flat,
            about=(0.0, 0.5),
        ),
        ground,
    )


@program("animation", "jelly", every(beats=[2, 1], ground=GROUNDS))
def jelly(stretch: Stretch, beats: int, ground: str) -> Tensor:
    """Wide and low, tall and thin, by turns, about the same size."""
    swing = 0.28 * wave(stretch, beats)
    return posed(stretch, Pose(wide=1 + swing, tall=1 / (1 + swing)), ground)


@program("animation", "rubber band", every(pulls=[1, 2], ground=["black"]))
def rubber_band(stretch: Stretch, pulls: int, ground: str) -> Tensor:
    """Drawn wide slowly, let go, and it trembles."""
    now = beat(stretch, pulls)
    drawn = smooth(now / 0.4) * (now < 0.4)
    free = ((now - 0.4) / 0.6).clamp(min=0)
    ringing = torch.cos(free * 22) * torch.exp(-free * 5) * (now >= 0.4)
    pull = 0.7 * (drawn + ringing) * (1 - now**6)
    return posed(stretch, Pose(wide=1 + pull, tall=1 - 0.35 * pull), ground)


@program("animation", "flicker", every(beats=[24, 10], ground=["black"]))
def flicker(stretch: Stretch, beats: int, ground: str) -> Tensor:
    """As by a loose lamp, now lit and now not."""
    (level,) = draws(stretch, beats, 1)
    return posed(stretch, Pose(opacity=(0.5 + 1.2 * level).clamp(0.05, 1)), ground)


@program("animation", "blink", every(beats=[3, 2], ground=GROUNDS))
def blink(stretch: Stretch, beats: int, ground: str) -> Tensor:
    """There, not there, by turns."""
    return posed(stretch, Pose(opacity=(beat(stretch, beats) < 0.5).float()), ground)


@program("animation", "seek focus", every(beats=[1, 3], ground=["black"]))
def seek_focus(stretch: Stretch, beats: int, ground: str) -> Tensor:
    """Out of focus and sharp again."""
    return posed(stretch, Pose(blur=0.12 * hump(beat(stretch, beats)) ** 2), ground)


@program("animation", "zoom punch", every(beats=[1, 3], ground=["black"]))
def zoom_punch(stretch: Stretch, beats: int, ground: str) -> Tensor:
    """Suddenly nearer on the now, and slowly back."""
    now = beat(stretch, beats)
    size = 1 + 0.9 * torch.exp(-now * 4) * (now * 30).clamp(0, 1) * (1 - now**4)
    return posed(stretch, Pose(wide=size, tall=size), ground)


@program("animation", "wobble", every(beats=[1, 2], ground=["blurred"]))
def wobble(stretch: Stretch, beats: int, ground: str) -> Tensor:
    """Slides and leans at once, less each time."""
    swing = wave(stretch, beats) * (1 - stretch.progress)
    return posed(stretch, Pose(right=0.35 * swing, turn=-0.3 * swing), ground)


@program("animation", "tada", every(beats=[3, 2], ground=["black"]))
def tada(stretch: Stretch, beats: int, ground: str) -> Tensor:
    """Draws back, then shows itself larger, trembling for joy."""
    p = stretch.progress
    grown = 1 - 0.25 * hump(p / 0.3) + 0.35 * hump((p - 0.25) / 0.75)
    turn = 0.16 * wave(stretch, beats) * hump((p - 0.2) / 0.8)
    return posed(stretch, Pose(wide=grown, tall=grown, turn=turn), ground)
