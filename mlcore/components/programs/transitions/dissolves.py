"""One picture fades into the other."""

from torch import Tensor

from mlcore.components.programs.registry import every, program
from mlcore.components.stretch import Stretch


@program("transition", "cross dissolve", every(hardness=[1.0, 2.5]))
def cross_dissolve(over: Stretch, hardness: float) -> Tensor:
    """Mix linearly, in the middle 1/hardness of the time."""
    mix = ((over.progress - 0.5) * hardness + 0.5).clamp(0, 1)[:, None, None, None]
    return over.frames * (1 - mix) + over.entering * mix
