"""The picture keeps moving in its slot, and ends as it began."""

import math

import torch
from torch import Tensor

from mlcore.components.programs.easing import eased, hump, smooth
from mlcore.components.programs.noise import value_noise
from mlcore.components.programs.poses import Pose, posed
from mlcore.components.programs.registry import every, program
from mlcore.components.stretch import Stretch

GROUNDS = ["black", "blurred"]


def _half(stretch: Stretch) -> float:
    height, width = stretch.size
    return width / height / 2


def _wave(stretch: Stretch, beats: float) -> Tensor:
    return torch.sin(math.tau * beats * stretch.progress)


def _beat(stretch: Stretch, beats: float) -> Tensor:
    """0..1 within each of so many beats of the slot."""
    return stretch.progress * beats % 1


def _draws(stretch: Stretch, beats: float, curves: int) -> list[Tensor]:
    """Smooth random curves (t,), -1..1, that change `beats` times in the slot."""
    moments = stretch.seconds - stretch.seconds.min() + 0.01
    return [
        value_noise(
            stretch.chance, (2, 2), 2, moments * beats / 2, device=stretch.device
        )[:, 0, 0]
        * 2
        - 1
        for _ in range(curves)
    ]


@program("animation", "pulse", every(beats=[3, 1], ground=GROUNDS))
def pulse(stretch: Stretch, beats: int, ground: str) -> Tensor:
    """Smaller and back to size, again and again."""
    size = 1 - 0.22 * (0.5 - 0.5 * torch.cos(math.tau * beats * stretch.progress))
    return posed(stretch, Pose(wide=size, tall=size), ground)


@program("animation", "heartbeat", every(beats=[1, 2], ground=["black"]))
def heartbeat(stretch: Stretch, beats: int, ground: str) -> Tensor:
    """Two quick swells, then rest."""
    beat = _beat(stretch, beats)
    first = torch.exp(-(((beat - 0.18) / 0.08) ** 2))
    second = torch.exp(-(((beat - 0.42) / 0.1) ** 2))
    size = 1 + 0.45 * first + 0.25 * second
    return posed(stretch, Pose(wide=size, tall=size), ground)


@program("animation", "breathe", every(depth=[0.4, 0.15], ground=["blurred"]))
def breathe(stretch: Stretch, depth: float, ground: str) -> Tensor:
    """One slow swell."""
    size = 1 + depth * hump(stretch.progress) ** 2
    return posed(stretch, Pose(wide=size, tall=size), ground)


@program("animation", "sway", every(beats=[1, 3], ground=GROUNDS))
def sway(stretch: Stretch, beats: int, ground: str) -> Tensor:
    """To and fro to the sides."""
    return posed(stretch, Pose(right=0.22 * _wave(stretch, beats)), ground)


@program("animation", "float", every(beats=[1, 2], ground=GROUNDS))
def floating(stretch: Stretch, beats: int, ground: str) -> Tensor:
    """Up and down on a slow swell."""
    return posed(stretch, Pose(down=-0.16 * _wave(stretch, beats)), ground)


@program("animation", "pendulum", every(beats=[1, 2], ground=GROUNDS))
def pendulum(stretch: Stretch, beats: int, ground: str) -> Tensor:
    """Hung on its upper edge, it swings."""
    turn = 0.45 * _wave(stretch, beats)
    return posed(stretch, Pose(turn=turn, about=(0.0, -0.5)), ground)


@program("animation", "rock", every(beats=[1, 3], ground=["black"]))
def rock(stretch: Stretch, beats: int, ground: str) -> Tensor:
    """From one lower corner to the other, like a chair."""
    wave = _wave(stretch, beats)
    half = _half(stretch)
    return posed(
        stretch,
        Pose(turn=0.22 * wave, down=-half * wave.abs() * 0.22, about=(0.0, 0.5)),
        ground,
    )


@program("animation", "metronome", every(beats=[2, 3], ground=["blurred"]))
def metronome(stretch: Stretch, beats: int, ground: str) -> Tensor:
    """Ticks from side to side about its lower edge, and waits at each."""
    wave = _wave(stretch, beats)
    tick = (wave * 4).clamp(-1, 1) * 0.35
    return posed(stretch, Pose(turn=tick, about=(0.0, 0.5)), ground)


@program("animation", "shake", every(beats=[5, 3], ground=["black"]))
def shake(stretch: Stretch, beats: int, ground: str) -> Tensor:
    """No: quickly from side to side, dying down."""
    force = (1 - stretch.progress) ** 1.2
    swing = torch.sin(math.tau * (beats * stretch.progress + 0.1)) * force
    swing = swing * (stretch.progress * 20).clamp(0, 1)
    return posed(stretch, Pose(right=0.25 * swing), ground)


@program("animation", "nod", every(beats=[1, 3], ground=["black"]))
def nod(stretch: Stretch, beats: int, ground: str) -> Tensor:
    """Yes: the upper edge comes forward and goes back."""
    return posed(stretch, Pose(pitch=0.7 * _wave(stretch, beats)), ground)


@program("animation", "look around", every(beats=[1, 3], ground=GROUNDS))
def look_around(stretch: Stretch, beats: int, ground: str) -> Tensor:
    """One edge and then the other turns away."""
    return posed(stretch, Pose(yaw=0.8 * _wave(stretch, beats)), ground)


@program("animation", "earthquake", every(force=[0.1, 0.25], ground=["blurred"]))
def earthquake(stretch: Stretch, force: float, ground: str) -> Tensor:
    """Thrown about in no order."""
    right, down, turn = _draws(stretch, 30, 3)
    return posed(
        stretch,
        Pose(right=force * 2 * right, down=force * 2 * down, turn=force * turn),
        ground,
    )


@program("animation", "hand held", every(force=[0.12, 0.3], ground=["blurred"]))
def hand_held(stretch: Stretch, force: float, ground: str) -> Tensor:
    """Held in a hand that wanders."""
    right, down, turn = _draws(stretch, 5, 3)
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


@program("animation", "spin", every(turns=[1, 2, -1], ground=["black"]))
def spin(stretch: Stretch, turns: int, ground: str) -> Tensor:
    """Turns round and round in its plane."""
    return posed(stretch, Pose(turn=math.tau * turns * stretch.progress), ground)


@program("animation", "revolving sign", every(turns=[1, 2], ground=GROUNDS))
def revolving_sign(stretch: Stretch, turns: int, ground: str) -> Tensor:
    """Turns on its upright axis."""
    return posed(
        stretch, Pose(yaw=math.tau * turns * stretch.progress, away=0.3), ground
    )


@program("animation", "tumble", every(turns=[1, -2], ground=["black"]))
def tumble(stretch: Stretch, turns: int, ground: str) -> Tensor:
    """Head over heels, on its level axis."""
    return posed(
        stretch, Pose(pitch=math.tau * turns * stretch.progress, away=0.3), ground
    )


@program("animation", "quarter turns", every(steps=[4, -4], ground=["blurred"]))
def quarter_turns(stretch: Stretch, steps: int, ground: str) -> Tensor:
    """Turns by quarters, and rests after each."""
    many = abs(steps)
    whole = (stretch.progress * many).floor()
    part = eased((_beat(stretch, many) * 2).clamp(0, 1), "back out")
    turn = math.copysign(math.pi / 2, steps) * (whole + part)
    return posed(stretch, Pose(turn=turn), ground)


@program("animation", "ball", every(bounces=[2, 4], ground=GROUNDS))
def ball(stretch: Stretch, bounces: int, ground: str) -> Tensor:
    """Jumps as a ball, pressed flat at each landing."""
    beat = _beat(stretch, bounces)
    height = 4 * beat * (1 - beat)
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


@program("animation", "jelly", every(beats=[3, 1], ground=GROUNDS))
def jelly(stretch: Stretch, beats: int, ground: str) -> Tensor:
    """Wide and low, tall and thin, by turns, about the same size."""
    wave = 0.28 * _wave(stretch, beats)
    return posed(stretch, Pose(wide=1 + wave, tall=1 / (1 + wave)), ground)


@program("animation", "rubber band", every(pulls=[1, 2], ground=["black"]))
def rubber_band(stretch: Stretch, pulls: int, ground: str) -> Tensor:
    """Drawn wide slowly, let go, and it trembles."""
    beat = _beat(stretch, pulls)
    drawn = smooth(beat / 0.4) * (beat < 0.4)
    free = ((beat - 0.4) / 0.6).clamp(min=0)
    ringing = torch.cos(free * 22) * torch.exp(-free * 5) * (beat >= 0.4)
    pull = 0.7 * (drawn + ringing) * (1 - beat**6)
    return posed(stretch, Pose(wide=1 + pull, tall=1 - 0.35 * pull), ground)


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
    one = _wave(stretch, loops)
    two = _wave(stretch, 2 * loops)
    return posed(
        stretch, Pose(right=0.35 * one, down=0.18 * two, wide=0.75, tall=0.75), ground
    )


@program("animation", "come and go", every(times=[1, 2], ground=["black"]))
def come_and_go(stretch: Stretch, times: int, ground: str) -> Tensor:
    """Into the distance and back to the screen."""
    away = 2.4 * hump(_beat(stretch, times)) ** 1.5
    return posed(stretch, Pose(away=away), ground)


@program("animation", "flicker", every(beats=[24, 10], ground=["black"]))
def flicker(stretch: Stretch, beats: int, ground: str) -> Tensor:
    """As by a loose lamp, now lit and now not."""
    (level,) = _draws(stretch, beats, 1)
    return posed(stretch, Pose(opacity=(0.5 + 1.2 * level).clamp(0.05, 1)), ground)


@program("animation", "blink", every(beats=[3, 5], ground=GROUNDS))
def blink(stretch: Stretch, beats: int, ground: str) -> Tensor:
    """There, not there, by turns."""
    return posed(stretch, Pose(opacity=(_beat(stretch, beats) < 0.5).float()), ground)


@program("animation", "seek focus", every(beats=[1, 3], ground=["black"]))
def seek_focus(stretch: Stretch, beats: int, ground: str) -> Tensor:
    """Out of focus and sharp again."""
    return posed(stretch, Pose(blur=0.12 * hump(_beat(stretch, beats)) ** 2), ground)


@program("animation", "zoom punch", every(beats=[1, 3], ground=["black"]))
def zoom_punch(stretch: Stretch, beats: int, ground: str) -> Tensor:
    """Suddenly nearer on the beat, and slowly back."""
    beat = _beat(stretch, beats)
    size = 1 + 0.9 * torch.exp(-beat * 4) * (beat * 30).clamp(0, 1) * (1 - beat**4)
    return posed(stretch, Pose(wide=size, tall=size), ground)


@program("animation", "wobble", every(beats=[2, 3], ground=["blurred"]))
def wobble(stretch: Stretch, beats: int, ground: str) -> Tensor:
    """Slides and leans at once, less each time."""
    wave = _wave(stretch, beats) * (1 - stretch.progress)
    return posed(stretch, Pose(right=0.35 * wave, turn=-0.3 * wave), ground)


@program("animation", "tada", every(beats=[5, 3], ground=["black"]))
def tada(stretch: Stretch, beats: int, ground: str) -> Tensor:
    """Draws back, then shows itself larger, trembling for joy."""
    p = stretch.progress
    grown = 1 - 0.25 * hump(p / 0.3) + 0.35 * hump((p - 0.25) / 0.75)
    turn = 0.16 * _wave(stretch, beats) * hump((p - 0.2) / 0.8)
    return posed(stretch, Pose(wide=grown, tall=grown, turn=turn), ground)
