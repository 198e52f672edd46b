"""Every kind of match there is, by name."""

from typing import Any

from mlcore.matching.frame_rows import FrameRows, frame_rows
from mlcore.matching.kinds.base import Index, Kind, LooksTwice, Parts, Transform
from mlcore.matching.kinds.frame import FrameKind
from mlcore.matching.kinds.motion import MotionKind, MotionRows, motion_rows

FRAME = FrameKind()
MOTION = MotionKind()

# A line each: what stands here is represented, searched, ranked and shown.
KINDS: dict[str, Kind[Any]] = {
    kind.name: kind
    for kind in (
        FRAME,
        MOTION,
    )
}

__all__ = [
    "FRAME",
    "KINDS",
    "MOTION",
    "FrameRows",
    "Index",
    "Kind",
    "LooksTwice",
    "MotionRows",
    "Parts",
    "Transform",
    "frame_rows",
    "motion_rows",
]
