"""Entrances, exits and both: a picture comes into its slot, leaves it, or does the two."""

from dataclasses import replace

from torch import Tensor

from mlcore.components.programs.animations.moves import MOVES
from mlcore.components.programs.easing import eased, span
from mlcore.components.programs.poses import half_width, posed
from mlcore.components.programs.registry import program
from mlcore.components.stretch import Stretch

SHARE = 0.75
"""Of the slot that an entrance or an exit takes: a second and a half of two."""
BOTH_SHARE = 0.46
"""Of each, where a slot has both, so that the picture rests between them."""


def _enter(stretch: Stretch, move: str, easing: str, ground: str) -> Tensor:
    """The picture comes, and stays."""
    off = 1 - eased(span(stretch.progress, 0, SHARE), easing)
    return posed(stretch, MOVES[move](off, half_width(stretch)), ground)


def _leave(stretch: Stretch, move: str, easing: str, ground: str) -> Tensor:
    """The picture stays, then goes: an entrance backwards."""
    off = 1 - eased(span(1 - stretch.progress, 0, SHARE), easing)
    return posed(stretch, MOVES[move](off, half_width(stretch)), ground)


def _pass(stretch: Stretch, come: str, go: str, easing: str, ground: str) -> Tensor:
    """The picture comes, rests and goes, perhaps in another way."""
    drawn = stretch.frames.clone()
    early = stretch.progress < 0.5
    for half, move in ((early, come), (~early, go)):
        part = replace(
            stretch,
            frames=stretch.frames[half],
            seconds=stretch.seconds[half],
            progress=stretch.progress[half],
        )
        apart = 0.5 - (part.progress - 0.5).abs()
        off = 1 - eased(span(apart, 0, BOTH_SHARE), easing)
        drawn[half] = posed(part, MOVES[move](off, half_width(part)), ground)
    return drawn


_PLAIN = ("cubic out", "black"), ("bounce out", "blurred"), ("linear", "blurred")
_SPRINGY = ("back out", "black"), ("elastic out", "blurred"), ("quad both", "blurred")
_SOFT = ("linear", "black"), ("sine both", "blurred"), ("expo out", "black")

_ENTRANCES = {
    **{
        f"slide in from {side}": (f"slide {side}", _PLAIN) for side in ("left", "right")
    },
    **{
        f"slide in from {side}": (f"slide {side}", _PLAIN) for side in ("top", "bottom")
    },
    **{f"drift in from {side}": (f"drift {side}", _SOFT) for side in ("left", "right")},
    **{f"drift in from {side}": (f"drift {side}", _SOFT) for side in ("top", "bottom")},
    "corner in": ("corner", _PLAIN),
    "fade in": ("fade", _SOFT),
    "focus in": ("blur", _SOFT),
    "zoom in": ("zoom", _SPRINGY),
    "land": ("land", _PLAIN),
    "spin in": ("spin zoom", _SPRINGY),
    "rotate in": ("rotate", _SPRINGY),
    "rotate in back": ("rotate back", _SPRINGY),
    "flip in": ("flip", _SPRINGY),
    "somersault in": ("somersault", _SPRINGY),
    "door in left": ("door left", _PLAIN),
    "door in right": ("door right", _PLAIN),
    "swing down": ("hatch", _SPRINGY),
    "stretch in across": ("stretch across", _SPRINGY),
    "stretch in upright": ("stretch upright", _SPRINGY),
    "rise up": ("squash", _SPRINGY),
    "roll in from left": ("roll left", _PLAIN),
    "lean in": ("lean", _SPRINGY),
    "fly in": ("far away", _PLAIN),
    "spiral in": ("spiral", _SOFT),
    "television on": ("tube", _SOFT),
}
_EXITS = {
    **{f"slide out to {side}": (f"slide {side}", _PLAIN) for side in ("left", "right")},
    **{f"slide out to {side}": (f"slide {side}", _PLAIN) for side in ("top", "bottom")},
    "drift out to top": ("drift top", _SOFT),
    "fade out": ("fade", _SOFT),
    "focus out": ("blur", _SOFT),
    "zoom out": ("zoom", _SPRINGY),
    "burst out": ("land", _PLAIN),
    "spin out": ("spin zoom", _SPRINGY),
    "rotate out": ("rotate", _SPRINGY),
    "flip out": ("flip", _SPRINGY),
    "somersault out": ("somersault", _SPRINGY),
    "door out": ("door left", _PLAIN),
    "stretch out across": ("stretch across", _SPRINGY),
    "sink down": ("squash", _SPRINGY),
    "roll out to right": ("roll right", _PLAIN),
    "fly out": ("far away", _PLAIN),
    "spiral out": ("spiral", _SOFT),
    "television off": ("tube", _SOFT),
}
_PASSES = {
    "slide through": ("slide left", "slide right", _PLAIN),
    "lift through": ("slide bottom", "slide top", _PLAIN),
    "fade in and out": ("fade", "fade", _SOFT),
    "zoom in and burst": ("zoom", "land", _SPRINGY),
    "spin in and out": ("spin zoom", "spin zoom", _SPRINGY),
    "flip in and over": ("flip", "somersault", _SPRINGY),
    "doors": ("door left", "door right", _PLAIN),
    "roll through": ("roll left", "roll right", _PLAIN),
    "focus in and out": ("blur", "blur", _SOFT),
    "television on and off": ("tube", "tube", _SOFT),
    "swing down and fly": ("hatch", "far away", _SPRINGY),
    "rise and sink": ("squash", "squash", _SPRINGY),
}

for _name, (_move, _ways) in _ENTRANCES.items():
    program(
        "animation",
        _name,
        [{"move": _move, "easing": easing, "ground": on} for easing, on in _ways],
    )(_enter)
for _name, (_move, _ways) in _EXITS.items():
    program(
        "animation",
        _name,
        [{"move": _move, "easing": easing, "ground": on} for easing, on in _ways],
    )(_leave)
for _name, (_come, _go, _ways) in _PASSES.items():
    program(
        "animation",
        _name,
        [
            {"come": _come, "go": _go, "easing": easing, "ground": on}
            for easing, on in _ways
        ],
    )(_pass)
