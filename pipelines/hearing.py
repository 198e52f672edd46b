"""What is heard on one side of a cut: the sound that lies beside a moment of a shot."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from catalog.models import Shot, Slot

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipelines.media.sound import ProxySound
    from pipelines.media.times import FrameTimes
    from pipelines.moments import Moment

# How much of the sound on one side of a cut is listened to.
SOUND_SECONDS = Fraction(1)


def hear(
    moment: Moment, times: FrameTimes, sound: ProxySound
) -> NDArray[np.float32] | None:
    """What is heard just before a tail ends or after a head begins, inside the shot.

    (samples,) mono at 48 kHz; None for other moments, without a sound track and for a
    shot that shows no picture.
    """
    shot = moment.shot
    if moment.slot not in (Slot.HEAD, Slot.TAIL) or shot.role != Shot.Role.PICTURE:
        return None
    start, end = (times.seconds(at) for at in (shot.first_frame, shot.end_frame))
    seconds = min(SOUND_SECONDS, end - start)
    heard = sound.read(start if moment.slot == Slot.HEAD else end - seconds, seconds)
    return None if heard is None else heard[0]
