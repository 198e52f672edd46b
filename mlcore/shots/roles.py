"""What a shot is: picture, black, or something that never matches."""

from mlcore.shots.signals import Signals


def shot_role(signals: Signals, stills: object) -> str:
    return "black" if float(signals.luma_mean.mean()) < 6 else "picture"
