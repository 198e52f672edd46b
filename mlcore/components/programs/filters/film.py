"""Filters after what chemistry did to pictures: toners, film stocks, colour processes.

Formulas are our own imitations of the looks, not measurements of products.
"""

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
    overlaid,
    saturated,
    screened,
    shown,
    toned,
)
from mlcore.components.programs.registry import every, program
from mlcore.components.stretch import Stretch


@program("filter", "bleach bypass", every(silver=[1.0, 0.55]))
def bleach_bypass(over: Stretch, silver: float) -> Tensor:
    """Silver left in the print: its greys laid over the colours."""
    kept = overlaid(over.frames, luma(over.frames))
    return blended(over.frames, saturated(kept, 0.55), silver)


@program("filter", "cross process", every(strength=[1.0, 0.5]))
def cross_developed(over: Stretch, strength: float) -> Tensor:
    """Slide film in negative chemistry: yellow-green lights, blue shadows."""
    steep = graded(
        esses(over.frames, 1.0), (0, 0, 0.22), (1.0, 1.12, 0.9), (1.12, 1.06, 0.72)
    )
    return blended(over.frames, saturated(steep, 1.25), strength)


@program("filter", "sepia", every(strength=[1.0, 0.6]))
def sepia(over: Stretch, strength: float) -> Tensor:
    """Silver sulphide browns, as the W3C's sepia matrix (Filter Effects 1)."""
    brown = mixed(
        over.frames,
        ((0.393, 0.769, 0.189), (0.349, 0.686, 0.168), (0.272, 0.534, 0.131)),
    )
    return blended(over.frames, brown.clamp(0, 1), strength)


@program("filter", "cyanotype", every(depth=[1.0, 1.8]))
def cyanotype(over: Stretch, depth: float) -> Tensor:
    """Prussian blue on paper; depth is the exponent of the exposure."""
    return mapped(luma(over.frames) ** depth, "#08204a #2a64a0 #9cc4dc #f2f4ea")


@program("filter", "two strip colour", every(strength=[1.0, 0.6]))
def two_strip(over: Stretch, strength: float) -> Tensor:
    """Red-orange and blue-green records alone, as in the 1920s' subtractive prints."""
    red, green, blue = over.frames.chunk(3, 1)
    cyan = 0.6 * green + 0.4 * blue
    warm = colour("#ff4a26", over.device)
    pair = red * warm + cyan * (1 - warm)
    return blended(over.frames, esses(pair, 0.5), strength)


@program("filter", "three strip colour", every(purity=[0.9, 0.45]))
def three_strip(over: Stretch, purity: float) -> Tensor:
    """Three dye records, each freed of what the other two share."""
    a, b = 1 + 2 * purity * 0.6, -purity * 0.6
    pure = mixed(over.frames, ((a, b, b), (b, a, b), (b, b, a)))
    return graded(esses(pure, 0.4), gain=(1.06, 1.0, 0.94))


@program("filter", "faded print", every(age=[1.0, 0.55]))
def faded_print(over: Stretch, age: float) -> Tensor:
    """Cyan dye gone, black lifted: the pink of an old release print."""
    faded = graded(over.frames * 0.82, (0.34, 0.17, 0.2), (1.1, 0.95, 1.0))
    return blended(over.frames, saturated(faded, 0.7), age)


@program("filter", "platinum print", every(warmth=["#8a7f74", "#787c80"]))
def platinum_print(over: Stretch, warmth: str) -> Tensor:
    """Long soft scale, matt blacks, whites of paper."""
    soft = 0.16 + 0.74 * luma(over.frames) ** 0.85
    return mapped(soft, f"#0c0a0a {warmth} #fffaf0")


@program("filter", "selenium tone", every(share=[1.0, 0.55]))
def selenium_tone(over: Stretch, share: float) -> Tensor:
    """Deep blacks that turn to aubergine."""
    level = esses(luma(over.frames), 0.8)
    tones = mapped(level, "#12060f #54384a #a89aa0 #fbf6f4")
    return blended(over.frames, tones, share)


@program("filter", "gold tone", every(share=[1.0, 0.6]))
def gold_tone(over: Stretch, share: float) -> Tensor:
    """Cool blue-black shadows, lights of warm gold."""
    tones = mapped(luma(over.frames), "#0a0c1c #4c4648 #c8a25a #fff0c4")
    return blended(over.frames, tones, share)


@program("filter", "albumen print", every(yellow=["#fbe6b0", "#e9cf96"]))
def albumen_print(over: Stretch, yellow: str) -> Tensor:
    """Purple-brown shadows under a yellowed coat of egg white."""
    level = 0.1 + 0.9 * luma(over.frames) ** 0.8
    return mapped(level, f"#2a1418 #7d4a3c #cf9f72 {yellow}")


@program("filter", "wet plate", every(exposure=[1.35, 0.8]))
def wet_plate(over: Stretch, exposure: float) -> Tensor:
    """Collodion sees blue alone: skies burn out, reds and skin go dark."""
    seen = mixed(over.frames, ((-0.1, 0.25, 0.85),) * 3) * exposure
    return toned(esses(seen, 0.9), "#75705f")


@program("filter", "daguerreotype", every(silver=[0.75, 0.45]))
def daguerreotype(over: Stretch, silver: float) -> Tensor:
    """A mirror of silver: lights shine pale blue, mid-tones sink."""
    level = luma(over.frames)
    sunk = level**1.7
    bright = sunk + silver * level**4
    return mapped(bright.clamp(0, 1), "#0b0e12 #48525c #a9b4ba #f1f4ee")


@program("filter", "autochrome", every(starch=[0.6, 1.0]))
def autochrome(over: Stretch, starch: float) -> Tensor:
    """Starch grains of orange, green, violet: soft, dark, tender colours."""
    grains = mixed(
        linear(over.frames), ((0.7, 0.25, 0.1), (0.22, 0.62, 0.16), (0.2, 0.2, 0.55))
    )
    return blended(over.frames, graded(shown(grains), (0.06, 0.05, 0.08)), starch) * 0.9


@program("filter", "slide film", every(density=[1.35, 1.7]))
def slide_film(over: Stretch, density: float) -> Tensor:
    """Dense, sharp, saturated: contrast about a grey that sits low."""
    dense = contrasted(over.frames, density, 0.52)
    return graded(saturated(dense, 1.45), gain=(1.03, 1.0, 0.98))


@program("filter", "portrait negative", every(exposure=[1.0, 1.25]))
def portrait_negative(over: Stretch, exposure: float) -> Tensor:
    """Over-exposed negative: pastel, open shadows, lights that never clip."""
    light = linear(over.frames) * (2.2 * exposure)
    rolled = light / (1 + 0.9 * light)
    return graded(saturated(shown(rolled), 0.85), gain=(1.04, 1.0, 0.97))


@program("filter", "pushed film", every(stops=[1.0, 2.0]))
def pushed_film(over: Stretch, stops: float) -> Tensor:
    """Under-exposed and developed longer: black shadows, harsh lights, warm greys."""
    hard = contrasted(over.frames, 1 + 0.45 * stops, 0.42)
    return graded(saturated(hard, 1 - 0.2 * stops), gain=(1.05, 1.0, 0.9))


@program("filter", "expired film", every(fog=[0.22, 0.38]))
def expired_film(over: Stretch, fog: float) -> Tensor:
    """Base fog in magenta shadows and greenish lights."""
    fogged = graded(
        over.frames, (fog, fog * 0.4, fog * 0.9), (1, 1, 1), (0.86, 0.94, 0.72)
    )
    return saturated(fogged, 0.75)


@program("filter", "redscale", every(exposure=[1.0, 1.6]))
def redscale(over: Stretch, exposure: float) -> Tensor:
    """Exposed through the film's back: reds first, yellow only in the lights."""
    level = linear(luma(over.frames)) * exposure
    return mapped(shown(level), "#180000 #b01c04 #f07a14 #ffdf6a")


@program("filter", "tungsten film in daylight", every(strength=[1.0, 0.5]))
def tungsten_in_daylight(over: Stretch, strength: float) -> Tensor:
    """Balanced for 3,200 K, used at 5,600 K: everything turns blue."""
    blue = shown(linear(over.frames) * colour("#8fb4ff", over.device) * 1.15)
    return blended(over.frames, blue, strength)


@program("filter", "instant film", every(cream=[1.0, 0.5]))
def instant_film(over: Stretch, cream: float) -> Tensor:
    """Creamy whites, teal shadows, little range."""
    square = graded(over.frames, (0.1, 0.19, 0.22), (1.12, 1.05, 0.92), (1, 0.95, 0.8))
    return blended(over.frames, saturated(square, 0.82), cream)


@program("filter", "infrared black and white", every(glow=[0.9, 1.3]))
def infrared_black_and_white(over: Stretch, glow: float) -> Tensor:
    """Leaves white, skies black: green reflects infrared, blue does not."""
    seen = mixed(over.frames, ((0.35, 1.35, -0.85),) * 3) * glow
    return esses(seen + 0.06, 0.5)


@program("filter", "infrared colour", every(leaf=[1.0, 0.6]))
def infrared_colour(over: Stretch, leaf: float) -> Tensor:
    """False colour film: infrared shows red, red green, green blue."""
    red, green, blue = over.frames.chunk(3, 1)
    infrared = (1.3 * green + 0.35 * red - 0.55 * blue).clamp(0, 1)
    false = over.frames.new_empty(over.frames.shape)
    false[:, :1], false[:, 1:2], false[:, 2:] = infrared, red * 0.85, green * 0.8
    return blended(over.frames, false, leaf)


@program("filter", "lomo", every(strength=[1.0, 0.55]))
def lomo(over: Stretch, strength: float) -> Tensor:
    """A toy camera's slides: crushed, glaring, greens and yellows far too strong."""
    loud = saturated(contrasted(over.frames, 1.55, 0.48), 1.7)
    return blended(over.frames, loud * colour("#fff6c8", over.device), strength)


@program("filter", "flashed negative", every(light=["#3a4a66", "#664a36"]))
def flashed_negative(over: Stretch, light: str) -> Tensor:
    """A veil of even light before development: coloured shadows, flat contrast."""
    return screened(over.frames * 0.88, colour(light, over.device))
