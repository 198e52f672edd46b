"""Every kind of match there is, by name."""

from mlcore.matching.kinds.base import Kind, Parts
from mlcore.matching.kinds.frame import FrameKind, FrameRows, frame_rows
from mlcore.matching.kinds.motion import MotionKind, MotionRows, motion_rows

FRAME = FrameKind()
MOTION = MotionKind()

KIND_NAMES = (FRAME.name, MOTION.name)

__all__ = [
    "FRAME",
    "KIND_NAMES",
    "MOTION",
    "FrameRows",
    "Kind",
    "MotionRows",
    "Parts",
    "frame_rows",
    "motion_rows",
]
