"""A world of moving things, drawn on the fly: no single frame of it tells how it moves.

Things begin anywhere and leave the picture on one side to come in on the other, so where
one is at a moment says nothing of where it goes; how it looks is drawn apart from how it
moves. After what VideoMAE learns from, but with the answers known.

B: clips, T: frames, K: things, H, W: picture
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from mlcore.fit import seed_of
from mlcore.videomae.looks import CPU, Looks, Seen, film, some_looks

DIRECTIONS = 8
SPEEDS = (0.3, 0.6, 1.2)
"""Widths of the picture in the span of a clip: a third of a thing, to across and more"""


@dataclass(frozen=True, kw_only=True)
class Motion:
    """How the things of each clip move, and the camera."""

    begin: Tensor
    """(B, K, 2) x, y in widths of the picture, 0..1, at time 0"""
    way: Tensor
    """(B, K, 2) where each goes in the span of a clip, widths"""
    pace: Tensor
    """(B, K) -1 slows down to 0 keeps its speed to 1 speeds up"""
    spin: Tensor
    """(B, K) radians in the span"""
    pan: Tensor
    """(B, 2) of the ground, widths in the span"""
    zoom: Tensor
    """(B,) logarithm of how much the ground grows in the span"""
    roll: Tensor
    """(B,) radians that the ground turns in the span"""

    def __getitem__(self, rows: slice) -> "Motion":
        """Return some clips'."""
        return replace(
            self, **{each.name: getattr(self, each.name)[rows] for each in fields(self)}
        )


@dataclass(frozen=True, kw_only=True)
class Labels:
    """What a labelled clip is of; (B,) int64 each."""

    direction: Tensor
    """0..7, eighths of a turn from rightwards, clockwise"""
    speed: Tensor
    """0..2, a place in SPEEDS"""
    arrow: Tensor
    """0 slows down, 1 speeds up: what is forwards here is backwards there"""


@dataclass(frozen=True, kw_only=True)
class MotionWorld:
    """Where clips are drawn, `size` pixels high and wide."""

    size: int
    span: int = 32
    """Source frames of the longest clip: time 1 of a motion"""
    camera: bool = True
    """Whether grounds move too"""
    things: int = 2
    """The most things of a clip; each clip has 0 to so many"""
    pictures: Tensor | None = None
    """(n, 3, h, w) uint8 photographs for grounds, else these are drawn too"""
    octaves: int = 5
    """Of noise in drawn grounds, 1 to 5: what is rough cannot be told from its surroundings"""
    device: torch.device = CPU

    def draw(
        self,
        times_BT: Tensor,
        seed: int,
        rows: slice,
        shared: Sequence[int] = (),  # noqa: ARG002  drawing anew costs nothing
    ) -> Tensor:
        """Return (b, T, 3, H, W) uint8: rows of a batch whose frames are at `times`."""
        chance = torch.Generator().manual_seed(seed_of("drawn", seed))
        clips = len(times_BT)
        motion = self.some_motion(clips, chance)
        looks = self.some_looks(clips, chance)
        return self.film(motion[rows], looks[rows], times_BT[rows])

    def labelled(self, clips: int, frames: int, seed: int) -> tuple[Tensor, Labels]:
        """Return (B, T, 3, H, W) uint8 of one thing each on a still ground, and labels.

        Frames spread evenly over the span.
        """
        chance = torch.Generator().manual_seed(seed_of("labelled", seed))
        motion, labels = self.some_labelled(clips, chance)
        looks = self.some_looks(clips, chance, things=1)
        times_BT = torch.arange(frames).expand(clips, -1) * (self.span / frames)
        return self.film(motion, looks, times_BT), labels

    def alike(
        self, clips: int, frames: int, seed: int, looks: float = 0.0
    ) -> tuple[Tensor, Tensor]:
        """Return two batches (B, T, 3, H, W): one[b] moves as two[b] but looks different.

        A share `looks`, 0..1, of them looks alike, too, and only begins elsewhere.
        """
        chance = torch.Generator().manual_seed(seed_of("alike", seed))
        motion = self.some_motion(clips, chance, at_least=1)
        times_BT = torch.arange(frames).expand(clips, -1) * (self.span / frames)
        begun = [self._begun_elsewhere(motion, chance) for _ in range(2)]
        seen = [self.some_looks(clips, chance) for _ in range(2)]
        same = torch.arange(clips) < round(looks * clips)
        seen[1] = seen[1].where(~same, seen[0])
        one, two = (
            self.film(moved, looked, times_BT)
            for moved, looked in zip(begun, seen, strict=True)
        )
        return one, two

    def some_motion(
        self, clips: int, chance: torch.Generator, at_least: int = 0
    ) -> Motion:
        """Return motions without labels: any direction, speed, spin and camera."""
        K = self.things

        def some(*shape: int) -> Tensor:
            return 2 * torch.rand(*shape, generator=chance) - 1

        angle = math.pi * some(clips, K)
        speed = SPEEDS[0] * (SPEEDS[-1] / SPEEDS[0]) ** some(clips, K).abs()
        there = (
            at_least
            + (torch.rand(clips, 1, generator=chance) * (K + 1 - at_least)).floor()
        )
        begin = torch.rand(clips, K, 2, generator=chance)
        begin[torch.arange(K) >= there] = torch.nan
        moves = float(self.camera)
        return Motion(
            begin=begin,
            way=speed[..., None] * torch.stack([angle.cos(), angle.sin()], -1),
            pace=some(clips, K),
            spin=1.5 * some(clips, K),
            pan=0.4 * moves * some(clips, 2),
            zoom=0.4 * moves * some(clips),
            roll=0.25 * moves * some(clips),
        )

    def some_labelled(
        self, clips: int, chance: torch.Generator
    ) -> tuple[Motion, Labels]:
        """Return motions of one thing on a still ground, and what each is."""
        direction = torch.randint(0, DIRECTIONS, (clips,), generator=chance)
        speed = torch.randint(0, len(SPEEDS), (clips,), generator=chance)
        arrow = torch.randint(0, 2, (clips,), generator=chance)
        angle = direction * (2 * math.pi / DIRECTIONS)
        length = torch.tensor(SPEEDS)[speed]
        still = torch.zeros(clips)
        way = length[:, None] * torch.stack([angle.cos(), angle.sin()], -1)
        motion = Motion(
            begin=torch.rand(clips, 1, 2, generator=chance),
            way=way[:, None],
            pace=(2.0 * arrow - 1)[:, None] * 0.8,
            spin=still[:, None],
            pan=torch.zeros(clips, 2),
            zoom=still,
            roll=still,
        )
        return motion, Labels(direction=direction, speed=speed, arrow=arrow)

    def some_looks(
        self, clips: int, chance: torch.Generator, things: int | None = None
    ) -> Looks:
        """Return how so many clips look."""
        many = self.things if things is None else things
        grounds = self.octaves if self.pictures is None else self.pictures
        return some_looks(clips, many, grounds, chance, self.device)

    def film(self, motion: Motion, looks: Looks, times_BT: Tensor) -> Tensor:
        """Return (B, T, 3, H, W) uint8 at times in source frames."""
        passed_BT = times_BT.to(self.device, torch.float32) / self.span
        here = replace(
            motion,
            **{
                each.name: getattr(motion, each.name).to(self.device)
                for each in fields(motion)
            },
        )
        return film(_seen(here, passed_BT), looks.to(self.device), self.size)

    def _begun_elsewhere(self, motion: Motion, chance: torch.Generator) -> Motion:
        """The same motion from another place: where a thing is is no part of how it moves."""
        moved = torch.rand(*motion.begin.shape, generator=chance)
        return replace(motion, begin=moved + 0 * motion.begin)


def _seen(motion: Motion, passed_BT: Tensor) -> Seen:
    """Where everything is at each time."""
    t_B1T = passed_BT[:, None]
    pace_BK1 = motion.pace[..., None]
    # From (1 - pace) to (1 + pace) times the mean speed, and the whole way by the end.
    gone_BKT = t_B1T * (1 - pace_BK1) + pace_BK1 * t_B1T**2
    return Seen(
        at=(motion.begin[:, :, None] + motion.way[:, :, None] * gone_BKT[..., None])
        % 1,
        turn=motion.spin[..., None] * t_B1T,
        pan=motion.pan[:, None] * passed_BT[..., None],
        zoom=motion.zoom[:, None] * passed_BT,
        roll=motion.roll[:, None] * passed_BT,
    )


def photographs(path: Path) -> Tensor:
    """Return (n, 3, h, w) uint8: the tensor `stills` of a safetensors file.

    Raises ValueError for a file that holds none.
    """
    try:
        with safe_open(path, "pt") as file:
            stills: Tensor = file.get_tensor("stills")
            return stills
    except (OSError, SafetensorError) as error:
        raise ValueError(f"{path} holds no photographs: {error}") from error
