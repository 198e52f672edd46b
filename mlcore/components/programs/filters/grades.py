"""Filters after what a colourist does for a scene: moods, times of day, places."""

from torch import Tensor

from mlcore.components.programs.colours import (
    blended,
    colour,
    contrasted,
    esses,
    graded,
    linear,
    luma,
    mapped,
    mixed,
    saturated,
    screened,
    shown,
)
from mlcore.components.programs.registry import every, program
from mlcore.components.stretch import Stretch


@program("filter", "teal and orange", every(strength=[1.0, 0.5]))
def teal_and_orange(over: Stretch, strength: float) -> Tensor:
    """What is warmer than grey goes orange, the rest and all shadows teal."""
    red, green, blue = over.frames.chunk(3, 1)
    warm = ((red - 0.5 * (green + blue)) * 4 + 0.35).clamp(0, 1)
    teal = mapped(luma(over.frames), "#001a22 #1c7480 #e4f4ee")
    orange = mapped(luma(over.frames), "#1a0a04 #d07a3c #fff0dc")
    pair = teal + (orange - teal) * warm
    return blended(over.frames, blended(pair, over.frames, 0.35), strength)


@program("filter", "day for night", every(stops=[1.6, 2.3]))
def day_for_night(over: Stretch, stops: float) -> Tensor:
    """Linear light cut by stops, drained, and blue."""
    dark = linear(saturated(over.frames, 0.35)) * 2.0**-stops
    return shown(dark * colour("#7ea4ff", over.device))


@program("filter", "moonlight", every(silver=[1.0, 0.6]))
def moonlight(over: Stretch, silver: float) -> Tensor:
    """Only the lights come through, silver blue on black."""
    level = contrasted(luma(over.frames), 1.35, 0.62)
    moon = mapped(level, "#02040a #1e2c46 #7f98b8 #eef6ff")
    return blended(over.frames * 0.7, moon, silver)


@program("filter", "sunset", every(sun=["#ff7a3c", "#ff5a78"]))
def sunset(over: Stretch, sun: str) -> Tensor:
    """Soft light of a colour on all that is light, violet in the shadows."""
    warm = shown(linear(over.frames) * colour(sun, over.device) * 1.7)
    return screened(warm, colour("#2a1238", over.device) * (1 - luma(over.frames)))


@program("filter", "golden hour", every(strength=[1.0, 0.55]))
def golden_hour(over: Stretch, strength: float) -> Tensor:
    """Yellow light in the highs alone, with a soft shoulder."""
    level = luma(over.frames)
    gold = over.frames + level * (colour("#ffd070", over.device) - 0.62) * 0.75
    return blended(over.frames, graded(gold, gamma=(1.1, 1.05, 0.88)), strength)


@program("filter", "matte", every(lift=[0.2, 0.12]))
def matte(over: Stretch, lift: float) -> Tensor:
    """Blacks lifted to a foot that never closes, whites held below 1."""
    return lift + esses(over.frames, 0.25) * (0.92 - lift)


@program("filter", "high key", every(stops=[1.0, 1.7]))
def high_key(over: Stretch, stops: float) -> Tensor:
    """More light by stops, rolled off so that white is reached, not burnt."""
    light = linear(over.frames) * 2.0**stops
    return shown(1 - (-light * 1.4).exp())


@program("filter", "low key", every(power=[1.8, 2.6]))
def low_key(over: Stretch, power: float) -> Tensor:
    """Only the lightest parts stand out of the dark."""
    return saturated(over.frames.clamp(0, 1) ** power, 0.9)


@program("filter", "noir", every(threshold=[0.42, 0.6]))
def noir(over: Stretch, threshold: float) -> Tensor:
    """Hard black and white without half of its greys."""
    hard = ((luma(over.frames) - threshold) * 9).sigmoid()
    return contrasted(hard, 1.1).expand_as(over.frames)


@program("filter", "neon night", every(strength=[1.0, 0.55]))
def neon_night(over: Stretch, strength: float) -> Tensor:
    """Magenta lights, cyan middles, indigo shadows."""
    map_ = mapped(
        contrasted(luma(over.frames), 1.2), "#08042a #2a0f7a #0fb4d8 #ff4ad0 #fff0ff"
    )
    return blended(saturated(over.frames, 1.5), map_, 0.75 * strength)


@program("filter", "pastel", every(milk=[0.45, 0.65]))
def pastel(over: Stretch, milk: float) -> Tensor:
    """Colour kept, contrast given away to milk."""
    light = 1 - (1 - saturated(over.frames, 1.35).clamp(0, 1)) * (1 - milk)
    return light * 0.98


@program("filter", "winter", every(cold=[1.0, 0.5]))
def winter(over: Stretch, cold: float) -> Tensor:
    """Drained, high, blue in the shadows and white in the lights."""
    pale = saturated(over.frames, 0.4)
    iced = graded(pale, (0.02, 0.09, 0.2), (1.05, 1.18, 1.3), (0.98, 1.03, 1.1))
    return blended(over.frames, iced, cold)


@program("filter", "desert", every(dust=[1.0, 0.5]))
def desert(over: Stretch, dust: float) -> Tensor:
    """Yellow haze of dust: lit, dry, without blue."""
    hazed = mixed(
        over.frames, ((0.85, 0.25, 0.05), (0.3, 0.66, 0.05), (0.22, 0.3, 0.28))
    )
    return blended(over.frames, graded(hazed, (0.12, 0.08, 0.03)), dust)


@program("filter", "machine green", every(strength=[1.0, 0.5]))
def machine_green(over: Stretch, strength: float) -> Tensor:
    """A green phosphor in every tone but the deepest, with hard contrast."""
    grey = contrasted(luma(over.frames), 1.3, 0.45)
    green = graded(
        blended(over.frames, grey.expand_as(over.frames), 0.6),
        gamma=(0.78, 1.18, 0.82),
        gain=(0.8, 1.02, 0.78),
    )
    return blended(over.frames, green, strength)


@program("filter", "cold case", every(strength=[1.0, 0.5]))
def cold_case(over: Stretch, strength: float) -> Tensor:
    """A crime series: grey, cyan-green shadows, skin left pale."""
    pale = saturated(contrasted(over.frames, 1.2, 0.5), 0.35)
    cold = graded(pale, (-0.04, 0.03, 0.05), (0.92, 1.0, 1.02), (0.92, 1.0, 1.0))
    return blended(over.frames, cold, strength)


@program("filter", "romance", every(blush=[1.0, 0.55]))
def romance(over: Stretch, blush: float) -> Tensor:
    """Rose in the middle tones, soft, light."""
    level = luma(over.frames)
    rose = over.frames + 4 * level * (1 - level) * (
        colour("#ffb0c0", over.device) - 0.68
    )
    return blended(over.frames, graded(rose, gamma=(1.25, 1.1, 1.15)), blush)


@program("filter", "nightmare", every(strength=[1.0, 0.6]))
def nightmare(over: Stretch, strength: float) -> Tensor:
    """Red survives; everything else sinks into a dirty dark green."""
    red, green, blue = over.frames.chunk(3, 1)
    blood = ((red - (green + blue) / 2) * 3).clamp(0, 1)
    sunk = mapped(luma(over.frames) ** 1.5, "#000400 #26321e #8c9a70 #e6ecc8")
    return blended(over.frames, sunk + (over.frames - sunk) * blood, strength)


@program("filter", "western", every(strength=[1.0, 0.55]))
def western(over: Stretch, strength: float) -> Tensor:
    """Brown leather shadows, straw lights, hardened middle."""
    hard = contrasted(saturated(over.frames, 0.6), 1.3, 0.48)
    brown = graded(hard, (0.1, 0.04, 0.0), (1.1, 1.0, 0.85), (1.06, 0.96, 0.7))
    return blended(over.frames, brown, strength)


@program("filter", "dream", every(veil=[0.4, 0.7]))
def dream(over: Stretch, veil: float) -> Tensor:
    """The picture screened over itself, lilac where it was dark."""
    glow = screened(over.frames, over.frames * veil)
    return screened(glow, colour("#40305a", over.device) * (1 - luma(over.frames)))


@program("filter", "underwater", every(depth=[1.0, 2.2]))
def underwater(over: Stretch, depth: float) -> Tensor:
    """Beer and Lambert's law with water that swallows red first, and its veil."""
    kept = (-depth * over.frames.new_tensor([1.1, 0.28, 0.12])).exp().view(1, 3, 1, 1)
    veil = colour("#0a5a78", over.device)
    return shown(linear(over.frames) * kept + linear(veil) * (1 - kept))


@program("filter", "autumn", every(turn=[1.0, 0.5]))
def autumn(over: Stretch, turn: float) -> Tensor:
    """Greens turn to amber, blues stay."""
    red, green, blue = over.frames.chunk(3, 1)
    leaf = ((green - blue) * 3 + (green - red) * 2).clamp(0, 1)
    amber = mapped(luma(over.frames), "#200800 #c86414 #ffe2a0")
    return blended(over.frames, amber, leaf * turn * 0.9 + 0.12 * turn)


@program("filter", "space age", every(strength=[1.0, 0.5]))
def space_age(over: Stretch, strength: float) -> Tensor:
    """Cyan whites, bronze darks: split the other way than teal and orange."""
    level = luma(over.frames)
    split = mapped(level, "#2a1400 #7a6450 #a8dcdc #e8ffff")
    return blended(over.frames, blended(over.frames, split, 0.7), strength)


@program("filter", "polluted city", every(smog=[0.45, 0.25]))
def polluted_city(over: Stretch, smog: float) -> Tensor:
    """Sodium smog between the lens and everything."""
    veil = colour("#c89a4a", over.device)
    return blended(saturated(over.frames, 0.5), veil, smog) * 0.95
