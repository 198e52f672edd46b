"""How drawn clips look: grounds, things, and the filming of both.

B: clips, T: frames, K: things, H, W: picture
"""

import math
from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

GROUND = 64
"""Height and width of a ground's texture; a picture shows four fifths of it, or less"""
FINE = 2
"""Samples in a row of each of its pixels, cut out of a photograph"""
OCTAVES = (2, 4, 8, 16, 32)
SHOWN = 0.8
TALL, BULGE = (0.1, 0.2), 0.4
"""Radius of a thing, least and most, in heights of the picture; the most that a part of
it stands out, in radii"""
LARGEST = TALL[1] * (1 + BULGE)
CPU = torch.device("cpu")
SOFT = 1.5
"""Pixels over which a thing's edge fades, so that motion below a pixel shows"""


@dataclass(frozen=True, kw_only=True)
class Looks:
    """Colours and forms of each clip."""

    ground: Tensor
    """(B, 3, h, w) 0..1"""
    tall: Tensor
    """(B, K) mean radius, heights of the picture"""
    lobes: Tensor
    """(B, K) how many bulges a thing has"""
    bulge: Tensor
    """(B, K) how far they stand out, shares of the radius"""
    facing: Tensor
    """(B, K) radians"""
    colours: Tensor
    """(B, K, 2, 3) 0..1, of its stripes"""
    stripes: Tensor
    """(B, K) waves in its radius"""

    def __getitem__(self, rows: slice) -> "Looks":
        """Return some clips'."""
        return replace(
            self, **{each.name: getattr(self, each.name)[rows] for each in fields(self)}
        )

    def where(self, own_B: Tensor, other: "Looks") -> "Looks":
        """Return these where own (B,) is true, else another's."""
        mixed = {}
        for each in fields(self):
            ours, theirs = getattr(self, each.name), getattr(other, each.name)
            chosen = own_B.view(-1, *[1] * (ours.dim() - 1)).to(ours.device)
            mixed[each.name] = torch.where(chosen, ours, theirs)
        return replace(self, **mixed)

    def to(self, device: torch.device) -> "Looks":
        """Return them on a device."""
        return replace(
            self,
            **{each.name: getattr(self, each.name).to(device) for each in fields(self)},
        )


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Where everything is in each frame."""

    at: Tensor
    """(B, K, T, 2) x, y 0..1; NaN of things that are not there"""
    turn: Tensor
    """(B, K, T) radians"""
    pan: Tensor
    """(B, T, 2) widths"""
    zoom: Tensor
    """(B, T)"""
    roll: Tensor
    """(B, T) radians"""


def some_looks(
    clips: int,
    things: int,
    grounds: Tensor | int,
    chance: torch.Generator,
    device: torch.device = CPU,
) -> Looks:
    """Return looks on grounds cut out of photographs (n, 3, h, w) uint8, or drawn.

    Drawn ones have so many octaves of noise: 1 is a blur, 5 as rough as photographs.
    Grounds are on `device`, all else, and chance, on the processor.
    """

    def some(*shape: int) -> Tensor:
        return torch.rand(clips, *shape, generator=chance)

    if isinstance(grounds, int):
        ground = _clouds(clips, grounds, chance, device)
    else:
        ground = _cut_out(grounds.to(device), clips, chance)
    return Looks(
        ground=ground,
        tall=TALL[0] + (TALL[1] - TALL[0]) * some(things),
        lobes=(2 + 4 * some(things)).floor(),
        bulge=BULGE * some(things),
        facing=2 * math.pi * some(things),
        colours=some(things, 2, 3),
        stripes=0.3 + 1.2 * some(things),
    )


def film(seen: Seen, looks: Looks, size: int) -> Tensor:
    """Return (B, T, 3, H, W) uint8 of everything where it is."""
    frames = _ground(seen, looks.ground, size)
    for thing in range(looks.tall.shape[1]):
        frames = _lay(frames, seen, looks, thing)
    return frames.mul_(255).add_(0.5).clamp_(0, 255).to(torch.uint8)


def _clouds(
    clips: int, octaves: int, chance: torch.Generator, device: torch.device
) -> Tensor:
    """(B, 3, GROUND, GROUND): noise in octaves, the finer the fainter, as in photographs."""
    drawn = torch.zeros(clips, 3, GROUND, GROUND, device=device)
    for cells in OCTAVES[:octaves]:
        noise = torch.randn(clips, 3, cells, cells, generator=chance).to(device)
        drawn += F.interpolate(noise, GROUND, mode="bilinear") / cells**0.5
    return (0.5 + 0.2 * drawn).clamp(0, 1)


def _cut_out(pictures: Tensor, clips: int, chance: torch.Generator) -> Tensor:
    """(B, 3, GROUND, GROUND): square pieces of photographs, some mirrored, each in other light.

    All of one photograph at once, where it is: one by one they kept a GPU waiting.
    """
    height, width = pictures.shape[-2:]
    which = torch.randint(0, len(pictures), (clips,), generator=chance)
    a, b, c, d = torch.rand(clips, 4, generator=chance).to(pictures.device).unbind(1)
    gain = 0.7 + 0.6 * torch.rand(clips, 3, 1, 1, generator=chance)
    side = min(height, width) * (0.4 + 0.6 * a)
    top, left = b * (height - side), c * (width - side)
    along = (torch.arange(FINE * GROUND, device=side.device) + 0.5) / (FINE * GROUND)
    across = torch.where(d[:, None] < 0.5, 1 - along, along)
    u = (left[:, None] + side[:, None] * across) / width * 2 - 1
    v = (top[:, None] + side[:, None] * along) / height * 2 - 1
    wide = (-1, FINE * GROUND, FINE * GROUND)
    points = torch.stack([u[:, None].expand(wide), v[:, :, None].expand(wide)], -1)
    pieces = torch.empty(clips, 3, GROUND, GROUND, device=side.device)
    for number in set(which.tolist()):
        own = (which == number).nonzero()[:, 0].to(side.device)
        # One look-up: its pieces lie below one another.
        fine = F.grid_sample(
            pictures[number, None].float() / 255,
            points[own].flatten(0, 1)[None],
            padding_mode="border",
            align_corners=False,
        )
        pooled = F.avg_pool2d(fine, FINE).view(3, len(own), GROUND, GROUND)
        pieces[own] = pooled.transpose(0, 1)
    return (pieces * gain.to(side.device)).clamp(0, 1)


def _ground(seen: Seen, ground: Tensor, size: int) -> Tensor:
    """(B, T, 3, H, W): what the camera shows of each ground, mirrored beyond its edges."""
    B, T = seen.zoom.shape
    if not (seen.pan.any() or seen.zoom.any() or seen.roll.any()):
        seen = replace(
            seen, pan=seen.pan[:, :1], zoom=seen.zoom[:, :1], roll=seen.roll[:, :1]
        )
    shown = seen.zoom.shape[1]
    grow = (SHOWN * (-seen.zoom).exp())[..., None, None]
    cos, sin = (
        grow * each[..., None, None] for each in (seen.roll.cos(), seen.roll.sin())
    )
    at = (torch.arange(size, device=ground.device) + 0.5) / size * 2 - 1
    pan_BT211 = 2 * seen.pan[..., None, None]
    u = (at * cos + pan_BT211[:, :, 0]) - at[:, None] * sin
    v = (at * sin + pan_BT211[:, :, 1]) + at[:, None] * cos
    points = torch.stack([u, v], -1)
    # One texture a clip: its frames lie below one another in one look-up.
    drawn = F.grid_sample(
        ground,
        points.flatten(1, 2),
        padding_mode="reflection",
        align_corners=False,
    )
    frames = drawn.view(B, 3, shown, size, size).transpose(1, 2)
    return frames.expand(-1, T, -1, -1, -1).contiguous()


def _lay(frames: Tensor, seen: Seen, looks: Looks, thing: int) -> Tensor:
    """Frames with a thing over them, wherever it comes in again; only around it."""
    size, T = frames.shape[-1], frames.shape[1]
    there = seen.at[:, thing, 0, 0].isfinite().nonzero()[:, 0]
    middle_RT2 = seen.at[there, thing]
    side = min(size, 2 * math.ceil(LARGEST * size) + 2)
    corner_RT2 = (middle_RT2 * size).floor() - side // 2
    at_RT2S = corner_RT2[..., None] + torch.arange(side, device=frames.device)
    from_middle = (at_RT2S + 0.5) / size - middle_RT2[..., None]
    one = _Thing.of(looks, there, thing, seen.turn[there, thing])
    cover, colour = one.drawn(from_middle[:, :, 0], from_middle[:, :, 1], size)
    columns, rows = (at_RT2S.long() % size).unbind(2)
    places = (rows[..., :, None] * size + columns[..., None, :]).flatten(2)
    places = places[:, :, None].expand(-1, -1, 3, -1)
    under = frames[there].flatten(3)
    before = under.gather(3, places)
    after = before + (colour.flatten(3) - before) * cover.flatten(2)[:, :, None]
    frames[there] = under.scatter(3, places, after).view(-1, T, 3, size, size)
    return frames


@dataclass(frozen=True, kw_only=True)
class _Thing:
    """One thing of each of R clips; (R, 1, 1, 1), and facing (R, T, 1, 1)."""

    tall: Tensor
    lobes: Tensor
    bulge: Tensor
    stripes: Tensor
    facing: Tensor
    colours: Tensor
    """(R, 2, 3)"""

    @staticmethod
    def of(looks: Looks, there: Tensor, thing: int, turn_RT: Tensor) -> "_Thing":
        def each(values: Tensor) -> Tensor:
            return values[there, thing][:, None, None, None]

        return _Thing(
            tall=each(looks.tall),
            lobes=each(looks.lobes),
            bulge=each(looks.bulge),
            stripes=each(looks.stripes),
            facing=(looks.facing[there, thing][:, None] + turn_RT)[..., None, None],
            colours=looks.colours[there, thing],
        )

    def drawn(self, x_RTS: Tensor, y_RTS: Tensor, size: int) -> tuple[Tensor, Tensor]:
        """Cover (R, T, S, S) and colour (R, T, 3, S, S) at places from its middle."""
        x, y = x_RTS[:, :, None, :], y_RTS[:, :, :, None]
        angle = torch.atan2(y, x) - self.facing
        away = (x**2 + y**2).sqrt()
        edge = self.tall * (1 + self.bulge * torch.cos(self.lobes * angle))
        cover = ((edge - away) * (size / SOFT) + 0.5).clamp(0, 1)
        along = x * self.facing.cos() + y * self.facing.sin()
        wave = torch.sin(along * (self.stripes * math.pi / self.tall))
        blend = (0.5 + 0.5 * wave)[:, :, None]
        one, two = self.colours[:, :, None, :, None, None].unbind(1)
        return cover, one + (two - one) * blend
