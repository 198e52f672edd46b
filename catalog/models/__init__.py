from catalog.models.bins import Bin, BinItem, StorageRoot
from catalog.models.cuts import CutEvent, ImportedCut
from catalog.models.encoders import EncoderVersion
from catalog.models.jobs import Job
from catalog.models.matches import MatchCandidate, MatchSet
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
from catalog.models.training import Promotion, TrainingRun
from catalog.models.verdicts import Verdict

__all__ = [
    "Bin",
    "BinItem",
    "CutChange",
    "CutEvent",
    "DuplicateGroup",
    "EncoderVersion",
    "ImportedCut",
    "Job",
    "Location",
    "MatchCandidate",
    "MatchSet",
    "Production",
    "Promotion",
    "Shot",
    "ShotMask",
    "ShotVector",
    "Slot",
    "SourceFile",
    "StorageRoot",
    "Title",
    "TrainingRun",
    "Verdict",
]
