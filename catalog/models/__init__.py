from catalog.models.encoders import EncoderVersion
from catalog.models.jobs import Job
from catalog.models.matches import Kind, MatchCandidate, MatchSet, Verdict
from catalog.models.productions import Production
from catalog.models.representations import ShotMask, ShotVector, Slot
from catalog.models.titles import (
    CutChange,
    DuplicateGroup,
    Location,
    Shot,
    SourceFile,
    Title,
)

__all__ = [
    "CutChange",
    "DuplicateGroup",
    "EncoderVersion",
    "Job",
    "Kind",
    "Location",
    "MatchCandidate",
    "MatchSet",
    "Production",
    "Shot",
    "ShotMask",
    "ShotVector",
    "Slot",
    "SourceFile",
    "Title",
    "Verdict",
]
