"""Something is wrong with the signal, and when it is right again it is another."""

import math

import torch
from torch import Tensor

from mlcore.components.programs.blending import luma, mixed
from mlcore.components.programs.easing import column, eased, hump, sheet, smooth, span
from mlcore.components.programs.noise import cell_noise, value_noise
from mlcore.components.programs.registry import every, program
from mlcore.components.programs.warps import plane, pulled, sampled
from mlcore.components.stretch import Stretch


def _cut(over: Stretch) -> Tensor:
    return torch.where(column(over.progress < 0.5), over.frames, over.entering)


def _beats(
    over: Stretch, many: int, rows: int, columns: int, layers: int = 1
) -> Tensor:
    """(layers, t, h, w) 0..1 of a grid drawn anew `many` times in the transition."""
    drawn = cell_noise(
        over.chance, over.size, (rows, columns), many * layers, over.device
    )
    now = (over.progress * many).long().clamp(max=many - 1)
    return drawn.view(layers, many, *over.size)[:, now]


@program("transition", "colour split", every(reach=[0.18, 0.5]))
def colour_split(over: Stretch, reach: float) -> Tensor:
    """Red and blue part to the left and right, and meet on the other picture."""
    x, y = plane(over.frames)
    aside = sheet(hump(over.progress)) * reach
    both = mixed(
        over.frames, over.entering, column(smooth(span(over.progress, 0.3, 0.7)))
    )
    parts = [
        pulled(both[:, at : at + 1], x + aside * (at - 1), y, "mirror")
        for at in range(3)
    ]
    return torch.cat(parts, 1)


@program("transition", "block shuffle", every(rows=[7, 4]))
def block_shuffle(over: Stretch, rows: int) -> Tensor:
    """Blocks show other places of either picture, ever more and then ever fewer."""
    when, right, down, which = _beats(over, 9, rows, rows, 4)
    wrong = (when < sheet(hump(over.progress)) * 0.85).float()
    x, y = over.grid()
    u, v = x + (right - 0.5) * wrong, y + (down - 0.5) * wrong
    share = torch.where(
        wrong > 0,
        (which < sheet(over.progress)).float(),
        sheet((over.progress >= 0.5).float()),
    )
    a, b = sampled(over.frames, u, v, "wrap"), sampled(over.entering, u, v, "wrap")
    return mixed(a, b, share[:, None])


@program("transition", "line tearing", every(lines=[22, 9]))
def line_tearing(over: Stretch, lines: int) -> Tensor:
    """Lines lose their place and slip aside."""
    slip, which = _beats(over, 8, lines, 1, 2)
    x, y = over.grid()
    reach = (slip - 0.5) * sheet(hump(over.progress) ** 2) * 1.2
    u = x + reach
    a, b = (
        sampled(clip, u, y + 0 * u, "wrap") for clip in (over.frames, over.entering)
    )
    return mixed(a, b, (which * 0.8 + 0.1 < sheet(over.progress)).float()[:, None])


@program("transition", "scan lines", every(lines=[8, 24]))
def scan_lines(over: Stretch, lines: int) -> Tensor:
    """Every other line slides off to the left, the rest to the right."""
    x, y = over.grid()
    p = sheet(eased(over.progress, "cubic in"))
    way = torch.where((y * lines).floor() % 2 == 0, 1.0, -1.0)
    u = x + way * p * 1.02
    there = ((u >= 0) & (u <= 1))[:, None]
    return torch.where(there, sampled(over.frames, u, y + 0 * u), over.entering)


@program("transition", "static", every(rows=[48, 16]))
def static(over: Stretch, rows: int) -> Tensor:
    """Snow drowns the one channel, and the other comes through."""
    height, width = over.size
    columns = max(2, round(rows * width / height))
    snow = _beats(over, 12, rows, columns)[0][:, None]
    share = column(smooth(span(hump(over.progress), 0.1, 0.9)))
    return mixed(_cut(over), snow.expand_as(over.frames), share)


@program("transition", "lost tracking", every(bands=[3, 7]))
def lost_tracking(over: Stretch, bands: int) -> Tensor:
    """A tape that loses its track: bands roll through, bent, pale and noisy."""
    x, y = over.grid()
    p = sheet(over.progress)
    rolled = (y * bands + 3 * p) % 1
    band = smooth(1 - (rolled - 0.5).abs() * 3.2) * sheet(hump(over.progress))
    wobble = value_noise(
        over.chance, over.size, 18, over.progress * 14, device=over.device
    )[:, :, :1]
    u = x + band * (0.35 * wobble + 0.1)
    both = mixed(over.frames, over.entering, column(span(over.progress, 0.4, 0.6)))
    bent = sampled(both, u, y + 0 * u, "wrap")
    grain = _beats(over, 10, 60, 60)[0][:, None]
    pale = mixed(bent, luma(bent), column(hump(over.progress)) * 0.8)
    return mixed(pale, grain.expand_as(pale), band[:, None] * 0.55)


@program("transition", "roll over", every(rolls=[2, 4]))
def roll_over(over: Stretch, rolls: int) -> Tensor:
    """The vertical hold is lost: the picture rolls, a black bar between the turns."""
    x, y = over.grid()
    p = sheet(eased(over.progress, "sine both")) * rolls
    v = y * 1.12 + p * 1.12
    turn = (v / 1.12).floor()
    place = v - turn * 1.12
    gap = sheet(hump(over.progress).clamp(max=0.25) * 4)
    seen = torch.where(place <= 1, torch.ones_like(place), 1 - gap)
    # At rest the picture fills the frame: the bar only opens while it rolls.
    at = mixed(y + 0 * place, place, gap) + 0 * x
    a, b = (sampled(clip, x + 0 * at, at) for clip in (over.frames, over.entering))
    late = (turn >= rolls / 2).float() * torch.ones_like(at)
    shown = mixed(a, b, late[:, None])
    return shown * (seen + 0 * x)[:, None]


@program("transition", "bad reception", every(speed=[8.0, 3.0]))
def bad_reception(over: Stretch, speed: float) -> Tensor:
    """The picture shears and swims as the aerial is turned."""
    x, y = plane(over.frames)
    sway = torch.sin(math.tau * (speed * 0.4 * over.progress)) + 0.5
    bend = sheet(hump(over.progress) * sway)
    u = x + bend * (
        0.7 * y + 0.15 * torch.sin(14 * y + sheet(over.progress) * speed * 4)
    )
    both = mixed(
        over.frames, over.entering, column(smooth(span(over.progress, 0.3, 0.7)))
    )
    ghost = pulled(both, u + 0.12, y, "mirror")
    shown = pulled(both, u, y, "mirror")
    return mixed(shown, ghost, 0.4 * column(hump(over.progress)))


@program("transition", "bit crush", every(levels=[2, 4]))
def bit_crush(over: Stretch, levels: int) -> Tensor:
    """Ever fewer colours are left, then ever more again."""
    both = mixed(
        over.frames, over.entering, column(smooth(span(over.progress, 0.3, 0.7)))
    )
    crushed = (both * levels).floor().clamp(max=levels - 1) / (levels - 1)
    return mixed(both, crushed, column(span(hump(over.progress), 0.0, 0.4)))


@program("transition", "smeared frames", every(blocks=[10, 5]))
def smeared_frames(over: Stretch, blocks: int) -> Tensor:
    """Missing key frames: the leaving picture is dragged on by strange motion, in blocks."""
    height, width = over.size
    columns = max(2, round(blocks * width / height))
    right, down, when = cell_noise(
        over.chance, over.size, (blocks, columns), 3, over.device
    )
    x, y = over.grid()
    p = sheet(over.progress)
    reach = p**1.5 * 0.9
    dragged = sampled(
        over.frames, x + (right - 0.5) * reach, y + (down - 0.5) * reach, "mirror"
    )
    healed = ((p * 1.4 - 0.35 - when) / 0.05).clamp(0, 1)
    return mixed(dragged, over.entering, healed[:, None])


@program("transition", "jitter", every(beats=[10, 5]))
def jitter(over: Stretch, beats: int) -> Tensor:
    """The picture jumps about, larger, between the two."""
    drawn = torch.rand(beats, 4, generator=over.chance).to(over.device)
    now = drawn[(over.progress * beats).long().clamp(max=beats - 1)]
    rise = hump(over.progress)
    x, y = plane(over.frames)
    size = sheet(1 + 0.7 * now[:, 2] * rise)
    u = x / size + sheet((now[:, 0] - 0.5) * rise) * 0.7
    v = y / size + sheet((now[:, 1] - 0.5) * rise) * 0.5
    picked = column((now[:, 3] * 0.8 + 0.1 < over.progress).float())
    return pulled(mixed(over.frames, over.entering, picked), u, v, "mirror")


@program("transition", "channel hop", every(bars=[4, 8]))
def channel_hop(over: Stretch, bars: int) -> Tensor:
    """The set is zapped: bars of test colours flash up between the channels."""
    x, y = over.grid()
    which = (x * bars).floor() + 1
    colours = torch.stack([which % 2, (which / 2).floor() % 2, (which / 4).floor() % 2])
    card = (colours * 0.75).expand(3, *over.size) * (0.9 + 0 * y)
    shown = column(smooth(span(hump(over.progress), 0.45, 0.6)))
    return mixed(_cut(over), card[None].expand_as(over.frames), shown)
