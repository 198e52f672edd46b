"""A toy world whose edits have known answers: textured scenes with one moving coloured shape.

What a scene is drawn from is kept, so that the same scene can be drawn with another thing
in it: the frames and masks that a perfect edit would give.

B: scenes, T: frames, H, W: picture
"""

import math
from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

SHAPES = ("disc", "square", "triangle", "cross")
COLOURS = {
    "red": (0.86, 0.16, 0.14),
    "green": (0.16, 0.68, 0.22),
    "blue": (0.16, 0.30, 0.88),
    "yellow": (0.92, 0.82, 0.16),
    "magenta": (0.80, 0.20, 0.78),
    "cyan": (0.14, 0.76, 0.80),
}
"""Far apart from one another and from grey, as measures tell things by colour"""
TALL = (0.15, 0.22)
"""Least and most of a thing's radius, widths of the picture"""
SHADE = 0.18
"""How much darker a thing's lower edge is than its middle, and lighter its upper one"""
OCTAVES = (4, 8, 16)
"""Cells of noise across a ground"""
CPU = torch.device("cpu")


@dataclass(frozen=True, kw_only=True)
class Things:
    """What is in each scene; all (B,) but `rgb`."""

    shape: Tensor
    """A place in SHAPES"""
    colour: Tensor
    """A place in COLOURS"""
    rgb: Tensor
    """(B, 3) 0..1, near the colour's own"""
    tall: Tensor
    """Radius in widths of the picture"""
    turn: Tensor
    """Radians"""

    def __getitem__(self, rows: Tensor | slice) -> "Things":
        """Return some scenes'."""
        return replace(
            self, **{each.name: getattr(self, each.name)[rows] for each in fields(self)}
        )

    def to(self, device: torch.device) -> "Things":
        """Return the same things on a device."""
        return replace(
            self,
            **{each.name: getattr(self, each.name).to(device) for each in fields(self)},
        )

    @property
    def prompts(self) -> list[str]:
        """A sentence for each: "a red disc"."""
        names = list(COLOURS)
        return [
            f"a {names[colour]} {SHAPES[shape]}"
            for colour, shape in zip(
                self.colour.tolist(), self.shape.tolist(), strict=True
            )
        ]


@dataclass(frozen=True, kw_only=True)
class Scenes:
    """Drawn scenes and what they were drawn from."""

    frames: Tensor
    """(B, T, 3, H, W) 0..1"""
    masks: Tensor
    """(B, T, H, W) bool: where at least half a pixel is the thing"""
    things: Things
    """On the processor, wherever the rest is"""
    ground: Tensor
    """(B, 3, H, W) 0..1"""
    at: Tensor
    """(B, T, 2) x, y of the thing's middle, widths of the picture"""


@dataclass(frozen=True, kw_only=True)
class EditingWorld:
    """Where scenes are drawn, `size` pixels high and wide."""

    size: int = 32
    flicker: float = 0.0
    """Deviation of noise that every frame has of its own, 0..1: what consecutive frames
    do not share"""
    device: torch.device = CPU
    """Where pictures are computed. Chance stays on the processor, so that a seed draws the
    same scenes everywhere"""

    def draw(self, scenes: int, frames: int, chance: torch.Generator) -> Scenes:
        """Return scenes in which one thing goes along a line at one speed."""
        things = self.some_things(scenes, chance)
        ends_2B2 = 0.28 + 0.44 * torch.rand(2, scenes, 2, generator=chance)
        passed_T = torch.linspace(0, 1, frames)[:, None]
        at_BT2 = ends_2B2[0, :, None] + passed_T * (ends_2B2[1] - ends_2B2[0])[:, None]
        return self._drawn(things, self._ground(scenes, chance), at_BT2, chance)

    def with_others(
        self, scenes: Scenes, things: Things, chance: torch.Generator
    ) -> Scenes:
        """Return the same scenes with other things, of the size the scene's own had."""
        sized = replace(things, tall=scenes.things.tall)
        return self._drawn(sized, scenes.ground, scenes.at, chance)

    def pictures(self, things: Things, chance: torch.Generator) -> Tensor:
        """Return (B, 3, H, W): each thing large in the middle of a ground of its own."""
        scenes = len(things.shape)
        larger = replace(
            things, tall=0.26 + 0.08 * torch.rand(scenes, generator=chance)
        )
        at = 0.44 + 0.12 * torch.rand(scenes, 1, 2, generator=chance)
        ground = self._ground(scenes, chance)
        return self._drawn(larger, ground, at, chance).frames[:, 0]

    def some_things(self, scenes: int, chance: torch.Generator) -> Things:
        """Return things of any shape and colour."""
        colour = torch.randint(0, len(COLOURS), (scenes,), generator=chance)
        own = torch.tensor(list(COLOURS.values()))[colour]
        near = 0.04 * torch.randn(scenes, 3, generator=chance)
        spread = torch.rand(scenes, 2, generator=chance)
        return Things(
            shape=torch.randint(0, len(SHAPES), (scenes,), generator=chance),
            colour=colour,
            rgb=(own + near).clamp(0, 1),
            tall=TALL[0] + (TALL[1] - TALL[0]) * spread[:, 0],
            turn=0.6 * (spread[:, 1] - 0.5),
        )

    def other_things(self, things: Things, chance: torch.Generator) -> Things:
        """Return things that differ from the given ones in shape and in colour."""
        scenes = len(things.shape)
        fresh = self.some_things(scenes, chance)
        on = torch.randint(1, len(SHAPES), (scenes,), generator=chance)
        shape = (things.shape + on) % len(SHAPES)
        on = torch.randint(1, len(COLOURS), (scenes,), generator=chance)
        colour = (things.colour + on) % len(COLOURS)
        near = fresh.rgb - torch.tensor(list(COLOURS.values()))[fresh.colour]
        rgb = torch.tensor(list(COLOURS.values()))[colour] + near
        return replace(fresh, shape=shape, colour=colour, rgb=rgb.clamp(0, 1))

    def _ground(self, scenes: int, chance: torch.Generator) -> Tensor:
        """Return (B, 3, H, W) 0..1: nearly grey noise in octaves, the finer the fainter."""
        drawn = torch.zeros(scenes, 1, self.size, self.size, device=self.device)
        for cells in OCTAVES:
            noise = torch.randn(scenes, 1, cells, cells, generator=chance)
            wide = F.interpolate(noise.to(self.device), self.size, mode="bilinear")
            drawn += wide * (OCTAVES[0] / cells) ** 0.5
        light = 0.35 + 0.3 * torch.rand(scenes, 1, 1, 1, generator=chance)
        tint = 0.02 * torch.randn(scenes, 3, 1, 1, generator=chance)
        lit = light.to(self.device) + 0.1 * drawn
        return (lit + tint.to(self.device)).clamp(0, 1)

    def _drawn(
        self, things: Things, ground: Tensor, at_BT2: Tensor, chance: torch.Generator
    ) -> Scenes:
        here, at_BT2 = things.to(self.device), at_BT2.to(self.device)
        cover_BTHW, shade_BTHW = _laid(here, at_BT2, self.size)
        colour = here.rgb[:, None, :, None, None] * (1 + shade_BTHW[:, :, None])
        cover = cover_BTHW[:, :, None]
        frames = ground[:, None] * (1 - cover) + colour * cover
        if self.flicker:
            own = torch.randn(frames.shape, generator=chance).to(self.device)
            frames = frames + self.flicker * own
        return Scenes(
            frames=frames.clamp(0, 1),
            masks=cover_BTHW >= 0.5,
            things=things,
            ground=ground,
            at=at_BT2,
        )


def _laid(things: Things, at_BT2: Tensor, size: int) -> tuple[Tensor, Tensor]:
    """How much of each pixel is the thing, 0..1, and how its light changes; (B, T, H, W)."""
    place = (torch.arange(size, device=at_BT2.device) + 0.5) / size
    x_BTHW = (place - at_BT2[..., :1])[:, :, None, :]
    y_BTHW = (place - at_BT2[..., 1:])[:, :, :, None]
    cos, sin = (
        each[:, None, None, None] for each in (things.turn.cos(), things.turn.sin())
    )
    tall = things.tall[:, None, None, None]
    u, v = (x_BTHW * cos + y_BTHW * sin) / tall, (y_BTHW * cos - x_BTHW * sin) / tall
    away = torch.stack([edge(u, v) for edge in _EDGES])
    chosen = things.shape.view(1, -1, 1, 1, 1).expand(1, *away.shape[1:])
    away_BTHW = away.gather(0, chosen)[0]
    return (0.5 - away_BTHW * tall * size).clamp(0, 1), -SHADE * v.clamp(-1, 1)


# Signed distances from the edge in radii, negative inside; all shapes have about one area.
def _disc(u: Tensor, v: Tensor) -> Tensor:
    return (u**2 + v**2).sqrt() - 1


def _square(u: Tensor, v: Tensor) -> Tensor:
    return torch.maximum(u.abs(), v.abs()) - 0.89


def _triangle(u: Tensor, v: Tensor) -> Tensor:
    side = u.abs() * math.cos(math.pi / 6) - v * 0.5
    return torch.maximum(side, v) - 0.62


def _cross(u: Tensor, v: Tensor) -> Tensor:
    long, short = torch.maximum(u.abs(), v.abs()), torch.minimum(u.abs(), v.abs())
    return torch.maximum(long - 1.2, short - 0.42)


_EDGES = (_disc, _square, _triangle, _cross)
