"""Every kind of match there is, by name."""

from typing import Any

from mlcore.matching.kinds.base import Index, Kind, Parts, Transform
from mlcore.matching.kinds.frame import FrameKind, frame_rows
from mlcore.matching.kinds.learned import LearnedKind
from mlcore.matching.kinds.motion import MotionKind, MotionRows, motion_rows

FRAME = FrameKind()
MOTION = MotionKind()
LEARNED = LearnedKind()

# A line each: what stands here is represented, searched, ranked and shown.
KINDS: dict[str, Kind[Any]] = {
    kind.name: kind
    for kind in (
        FRAME,
        MOTION,
        LEARNED,
    )
}

__all__ = [
    "FRAME",
    "KINDS",
    "LEARNED",
    "MOTION",
    "Index",
    "Kind",
    "LearnedKind",
    "MotionRows",
    "Parts",
    "Transform",
    "frame_rows",
    "motion_rows",
]
