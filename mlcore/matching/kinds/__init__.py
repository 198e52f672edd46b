"""Every kind of match there is, by name."""

from mlcore.matching.kinds.base import Kind, Parts
from mlcore.matching.kinds.frame import FrameKind, FrameRows, frame_rows
from mlcore.matching.kinds.motion import MotionKind, MotionRows, motion_rows

FRAME = FrameKind()
MOTION = MotionKind()

KINDS: dict[str, FrameKind | MotionKind] = {kind.name: kind for kind in (FRAME, MOTION)}

__all__ = [
    "FRAME",
    "KINDS",
    "MOTION",
    "FrameRows",
    "Kind",
    "MotionRows",
    "Parts",
    "frame_rows",
    "motion_rows",
]
