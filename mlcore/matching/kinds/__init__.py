"""Every kind of match there is, by name."""

from typing import Any

from mlcore.matching.frame_rows import FrameRows, frame_rows
from mlcore.matching.kinds.action import ActionKind
from mlcore.matching.kinds.base import Index, Kind, LooksTwice, Parts, Transform
from mlcore.matching.kinds.clip import ClipKind
from mlcore.matching.kinds.frame import FrameKind
from mlcore.matching.kinds.learned import LearnedKind
from mlcore.matching.kinds.light import LightKind
from mlcore.matching.kinds.motion import MotionKind, MotionRows, motion_rows
from mlcore.matching.kinds.sound import SoundKind

FRAME = FrameKind()
MOTION = MotionKind()
ACTION = ActionKind()
LIGHT = LightKind()
SOUND = SoundKind()
LEARNED = LearnedKind()
CLIP = ClipKind()

# A line each: what stands here is represented, searched, ranked and shown.
KINDS: dict[str, Kind[Any]] = {
    kind.name: kind
    for kind in (
        FRAME,
        MOTION,
        ACTION,
        LIGHT,
        SOUND,
        LEARNED,
        CLIP,
    )
}

__all__ = [
    "ACTION",
    "CLIP",
    "FRAME",
    "KINDS",
    "LEARNED",
    "LIGHT",
    "MOTION",
    "SOUND",
    "ClipKind",
    "FrameRows",
    "Index",
    "Kind",
    "LearnedKind",
    "LooksTwice",
    "MotionRows",
    "Parts",
    "Transform",
    "frame_rows",
    "motion_rows",
]
