from catalog.models.acceptances import Acceptance
from catalog.models.bins import Bin, BinItem, StorageRoot
from catalog.models.components import (
    ComponentEmbedding,
    ComponentPlace,
    EditingComponent,
)
from catalog.models.cuts import CutEvent, ImportedCut
from catalog.models.edits import EditJob
from catalog.models.encoders import EncoderVersion
from catalog.models.findings import ComponentFinding
from catalog.models.jobs import Job
from catalog.models.looks import Look
from catalog.models.matches import MatchCandidate, MatchSet
from catalog.models.productions import Production
from catalog.models.representations import ShotMask, ShotVector, Slot
from catalog.models.schedules import RetrainSchedule
from catalog.models.shots import CutChange, DuplicateGroup, Shot
from catalog.models.suggestions import Suggestion
from catalog.models.titles import Location, SourceFile, Title
from catalog.models.tokens import ApiToken
from catalog.models.training import Promotion, TrainingRun
from catalog.models.verdicts import Verdict

__all__ = [
    "Acceptance",
    "ApiToken",
    "Bin",
    "BinItem",
    "ComponentEmbedding",
    "ComponentFinding",
    "ComponentPlace",
    "CutChange",
    "CutEvent",
    "DuplicateGroup",
    "EditJob",
    "EditingComponent",
    "EncoderVersion",
    "ImportedCut",
    "Job",
    "Location",
    "Look",
    "MatchCandidate",
    "MatchSet",
    "Production",
    "Promotion",
    "RetrainSchedule",
    "Shot",
    "ShotMask",
    "ShotVector",
    "Slot",
    "SourceFile",
    "StorageRoot",
    "Suggestion",
    "Title",
    "TrainingRun",
    "Verdict",
]
