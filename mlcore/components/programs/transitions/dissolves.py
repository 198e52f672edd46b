"""One picture fades into the other, in one of the ways that film and video know."""

from torch import Tensor, where

from mlcore.components.programs.blending import luma, mixed, paint
from mlcore.components.programs.blurs import gaussian
from mlcore.components.programs.easing import column, hump, smooth, span
from mlcore.components.programs.registry import every, program
from mlcore.components.stretch import Stretch


@program("transition", "cross dissolve", every(hardness=[1.0, 2.5]))
def cross_dissolve(over: Stretch, hardness: float) -> Tensor:
    """Mix linearly, in the middle 1/hardness of the time."""
    mix = column(((over.progress - 0.5) * hardness + 0.5).clamp(0, 1))
    return mixed(over.frames, over.entering, mix)


@program("transition", "additive dissolve", every(strength=[1.0, 0.5]))
def additive_dissolve(over: Stretch, strength: float) -> Tensor:
    """Both pictures' light at once in the middle, so that the mix glows."""
    leaving = 1 - span(over.progress, 0.5 * strength, 1)
    entering = span(over.progress, 0, 1 - 0.5 * strength)
    return over.frames * column(leaving) + over.entering * column(entering)


@program("transition", "film dissolve", every(gamma=[2.2, 0.4]))
def film_dissolve(over: Stretch, gamma: float) -> Tensor:
    """Mix powers of the values: above 1 as light does, bright parts outlasting dark ones."""
    mix = column(over.progress)
    powers = mixed(over.frames.clamp(1e-4, 1) ** gamma, over.entering**gamma, mix)
    return powers.clamp(1e-8, 1) ** (1 / gamma)


def _dip(over: Stretch, colour: Tensor, hold: float) -> Tensor:
    """Fade to a colour, hold it for a share of the time, fade from it."""
    out = column(span(over.progress, 0, (1 - hold) / 2))
    back = column(span(over.progress, (1 + hold) / 2, 1))
    return mixed(mixed(over.frames, colour, out), over.entering, back)


@program("transition", "dip to black", every(hold=[0.0, 0.45]))
def dip_to_black(over: Stretch, hold: float) -> Tensor:
    """Fade out, then in."""
    return _dip(over, over.frames.new_zeros(1, 3, 1, 1), hold)


@program("transition", "dip to white", every(hold=[0.0, 0.45]))
def dip_to_white(over: Stretch, hold: float) -> Tensor:
    """Fade to white, then from it."""
    return _dip(over, over.frames.new_ones(1, 3, 1, 1), hold)


@program("transition", "dip to colour", every(hue=[0.6, 0.0, 0.33]))
def dip_to_colour(over: Stretch, hue: float) -> Tensor:
    """Fade through a full colour."""
    return _dip(over, paint(hue, 0.9, 0.9, over.frames), 0.15)


@program("transition", "luma dissolve", every(soft=[0.15, 0.8]))
def luma_dissolve(over: Stretch, soft: float) -> Tensor:
    """The leaving picture's shadows give way first, its lights last."""
    now = column(over.progress) * (1 + soft)
    return mixed(
        over.frames, over.entering, ((now - luma(over.frames)) / soft).clamp(0, 1)
    )


@program("transition", "highlight dissolve", every(soft=[0.15, 0.8]))
def highlight_dissolve(over: Stretch, soft: float) -> Tensor:
    """The entering picture's lights come first, its shadows last."""
    now = column(over.progress) * (1 + soft)
    arrival = 1 - luma(over.entering)
    return mixed(over.frames, over.entering, ((now - arrival) / soft).clamp(0, 1))


@program("transition", "channel dissolve", every(order=["rgb", "bgr"]))
def channel_dissolve(over: Stretch, order: str) -> Tensor:
    """One colour channel after the other changes over."""
    shares = over.frames.new_zeros(len(over.progress), 3, 1, 1)
    for place, channel in enumerate(order):
        share = smooth(span(over.progress, place * 0.25, place * 0.25 + 0.5))
        shares[:, "rgb".index(channel), 0, 0] = share
    return mixed(over.frames, over.entering, shares)


@program("transition", "blur dissolve", every(sigma=[0.06, 0.2]))
def blur_dissolve(over: Stretch, sigma: float) -> Tensor:
    """Out of focus, mixed there, and back into focus."""
    soft = hump(over.progress) * sigma
    mix = column(smooth(span(over.progress, 0.25, 0.75)))
    return mixed(gaussian(over.frames, soft), gaussian(over.entering, soft), mix)


@program("transition", "grey dissolve", every(hold=[0.2, 0.6]))
def grey_dissolve(over: Stretch, hold: float) -> Tensor:
    """The colour drains, the greys mix, and the new colour fills."""
    begin, end = (1 - hold) / 2, (1 + hold) / 2
    grey_a, grey_b = luma(over.frames), luma(over.entering)
    a = mixed(over.frames, grey_a, column(span(over.progress, 0, begin)))
    b = mixed(grey_b, over.entering, column(span(over.progress, end, 1)))
    return mixed(a, b, column(span(over.progress, begin, end)))


@program("transition", "negative dissolve", every(depth=[1.0, 0.6]))
def negative_dissolve(over: Stretch, depth: float) -> Tensor:
    """Through the negative of both."""
    there, back = span(over.progress, 0, 0.35), span(over.progress, 0.65, 1)
    turn = column(smooth(there) - smooth(back)) * depth
    both = mixed(over.frames, over.entering, column(smooth(over.progress)))
    return mixed(both, 1 - both, turn)


@program("transition", "difference dissolve", every(power=[1.0, 0.5]))
def difference_dissolve(over: Stretch, power: float) -> Tensor:
    """Through what differs between the two, `power` below 1 lifting faint differences."""
    apart = (over.frames - over.entering).abs().clamp(min=1e-4) ** power
    first = mixed(over.frames, apart, column(smooth(span(over.progress, 0, 0.5))))
    return mixed(first, over.entering, column(smooth(span(over.progress, 0.5, 1))))


@program("transition", "lighten dissolve", every(overlap=[1.0, 0.4]))
def lighten_dissolve(over: Stretch, overlap: float) -> Tensor:
    """The brighter of both at each pixel, as the one fades and the other rises."""
    leaving = over.frames * column(1 - span(over.progress, overlap / 2, 1))
    entering = over.entering * column(span(over.progress, 0, 1 - overlap / 2))
    return leaving.maximum(entering)


@program("transition", "darken dissolve", every(overlap=[1.0, 0.4]))
def darken_dissolve(over: Stretch, overlap: float) -> Tensor:
    """The darker of both at each pixel, as by two stacked negatives."""
    away = column(span(over.progress, overlap / 2, 1))
    here = column(span(over.progress, 0, 1 - overlap / 2))
    return mixed(over.frames, 1.0 + 0 * over.frames, away).minimum(
        mixed(1.0 + 0 * over.entering, over.entering, here)
    )


@program("transition", "strobe cut", every(beats=[9, 5]))
def strobe_cut(over: Stretch, beats: int) -> Tensor:
    """Short looks at the entering picture, each longer than the last."""
    beat = over.progress * beats
    seen = (beat % 1) > 1 - (beat.floor() + 0.5) / beats
    seen = (seen | (over.progress >= 1)) & (over.progress > 0)
    return where(column(seen), over.entering, over.frames)
