"""The picture goes round, or swings about a point, in its slot."""

import math

import torch
from torch import Tensor

from mlcore.components.programs.animations.beats import GROUNDS, beat, wave
from mlcore.components.programs.easing import eased, hump
from mlcore.components.programs.poses import Pose, half_width, posed
from mlcore.components.programs.registry import every, program
from mlcore.components.stretch import Stretch


@program("animation", "pendulum", every(beats=[1, 2], ground=GROUNDS))
def pendulum(stretch: Stretch, beats: int, ground: str) -> Tensor:
    """Hung on its upper edge, it swings."""
    turn = 0.45 * wave(stretch, beats)
    return posed(stretch, Pose(turn=turn, about=(0.0, -0.5)), ground)


@program("animation", "rock", every(beats=[1, 2], ground=["black"]))
def rock(stretch: Stretch, beats: int, ground: str) -> Tensor:
    """From one lower corner to the other, like a chair."""
    swing = wave(stretch, beats)
    half = half_width(stretch)
    return posed(
        stretch,
        Pose(turn=0.22 * swing, down=-half * swing.abs() * 0.22, about=(0.0, 0.5)),
        ground,
    )


@program("animation", "metronome", every(beats=[2, 3], ground=["blurred"]))
def metronome(stretch: Stretch, beats: int, ground: str) -> Tensor:
    """Ticks from side to side about its lower edge, and waits at each."""
    swing = wave(stretch, beats)
    tick = (swing * 4).clamp(-1, 1) * 0.35
    return posed(stretch, Pose(turn=tick, about=(0.0, 0.5)), ground)


@program("animation", "spin", every(turns=[1, 2, -1], ground=["black"]))
def spin(stretch: Stretch, turns: int, ground: str) -> Tensor:
    """Turns round and round in its plane."""
    return posed(stretch, Pose(turn=math.tau * turns * stretch.progress), ground)


@program("animation", "revolving sign", every(turns=[1.0, 1.5], ground=GROUNDS))
def revolving_sign(stretch: Stretch, turns: float, ground: str) -> Tensor:
    """Turns on its upright axis."""
    return posed(
        stretch, Pose(yaw=math.tau * turns * stretch.progress, away=0.3), ground
    )


@program("animation", "tumble", every(turns=[1.0, -1.5], ground=["black"]))
def tumble(stretch: Stretch, turns: float, ground: str) -> Tensor:
    """Head over heels, on its level axis."""
    return posed(
        stretch, Pose(pitch=math.tau * turns * stretch.progress, away=0.3), ground
    )


@program("animation", "quarter turns", every(steps=[4, -4], ground=["blurred"]))
def quarter_turns(stretch: Stretch, steps: int, ground: str) -> Tensor:
    """Turns by quarters, and rests after each."""
    many = abs(steps)
    whole = (stretch.progress * many).floor()
    part = eased((beat(stretch, many) * 2).clamp(0, 1), "back out")
    turn = math.copysign(math.pi / 2, steps) * (whole + part)
    return posed(stretch, Pose(turn=turn), ground)


@program("animation", "orbit", every(turns=[1, -2], ground=GROUNDS))
def orbit(stretch: Stretch, turns: int, ground: str) -> Tensor:
    """Smaller, it goes round the middle in a circle."""
    angle = math.tau * turns * stretch.progress
    return posed(
        stretch,
        Pose(
            right=0.25 * torch.sin(angle),
            down=-0.25 * torch.cos(angle),
            wide=0.6,
            tall=0.6,
        ),
        ground,
    )


@program("animation", "figure of eight", every(loops=[1, 2], ground=["black"]))
def figure_of_eight(stretch: Stretch, loops: int, ground: str) -> Tensor:
    """Along an eight that lies on its side."""
    one = wave(stretch, loops)
    two = wave(stretch, 2 * loops)
    return posed(
        stretch, Pose(right=0.35 * one, down=0.18 * two, wide=0.75, tall=0.75), ground
    )


@program("animation", "come and go", every(times=[1, 3], ground=["black"]))
def come_and_go(stretch: Stretch, times: int, ground: str) -> Tensor:
    """Into the distance and back to the screen."""
    away = 2.4 * hump(beat(stretch, times)) ** 1.5
    return posed(stretch, Pose(away=away), ground)
