"""Encoders, from what they learn from to live: freeze, train, judge, make ready, switch.

Every stage can be begun again: what is frozen stays, training goes on from its last
checkpoint, and shots and titles that a version has rows of are not looked at again. Until
the switch, boards and searches know nothing of it.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from catalog.models import (
    EncoderVersion,
    Shot,
    Title,
    TrainingRun,
)
from mlcore.matching.kinds import CLIP
from pipelines.clips import fill_clips
from pipelines.indexes import ensure_indexes, forms_of
from pipelines.promoting import (
    asked_version,
    end_where_a_person_decides,
    rank_boards,
    switch,
    switch_by_hand,
    train_or_promote,
    weigh,
)
from pipelines.retraining.components.freezing import freeze as freeze_components
from pipelines.retraining.components.judging import judge_components
from pipelines.retraining.components.learning import train_components
from pipelines.retraining.components.library import (
    find_again,
    learn_anew,
    make_library,
)
from pipelines.retraining.devices import device_for
from pipelines.retraining.fitting import pretrain_clips
from pipelines.retraining.freezing import freeze, there
from pipelines.retraining.judging import judge_clips
from pipelines.retraining.moving import teach_motion
from pipelines.retraining.tidying import tidy

if TYPE_CHECKING:
    from pipelines.jobs import Claim


def retrain(claim: Claim) -> None:
    """Do what a retraining asks: train, or put a version live by hand."""
    family = claim.job.subject.get("family") or asked_version(claim).family
    train_or_promote(claim, *FAMILIES[family])


def _backfill(claim: Claim) -> None:
    """Write the version's rows of every shot beside the live ones."""
    version, device = asked_version(claim), device_for(claim)
    titles = list(Title.objects.exclude(proxy_key="").order_by("pk"))
    lacking = Shot.objects.pictures().filter(title__in=titles)
    many = lacking.exclude(vectors__version=version).count()
    gone, done, began = 0, 0, time.monotonic()
    for number, title in enumerate(titles, start=1):
        gone += not there(title)
        say = partial(_say, claim, number, len(titles))
        done += fill_clips(title, version, say, device)
        _say(claim, number, len(titles), 1.0)
        _foresee(claim, time.monotonic() - began, done, many)
    if gone:
        claim.job.note(f"{gone} titles without their proxies have no clips")


def _foresee(claim: Claim, seconds: float, done: int, many: int) -> None:
    """Write down how fast shots are looked at, and how long the rest takes."""
    run = TrainingRun.objects.filter(job=claim.job).first()
    if run is None or not done:
        return
    told = {"seconds": round(seconds, 2), "shots": done}
    left = round(seconds / done * max(0, many - done), 1) or None
    with claim.writing():
        run.spent, run.seconds_left = run.spent | {"backfill": told}, left
        run.save(update_fields=["spent", "seconds_left"])


def _say(claim: Claim, number: int, many: int, share: float) -> None:
    claim.progress((number - 1 + share) / many, f"{number} of {many} titles")


def _index(claim: Claim) -> None:
    forms = forms_of(CLIP, asked_version(claim))
    ensure_indexes(forms, waiting=lambda: claim.progress(0.0, "index being built"))


def _tidy(claim: Claim) -> None:
    """Drop what the switch has left behind."""
    tidy(claim, CLIP.family)


READYING = {
    "backfill": _backfill,
    "index": _index,
    "boards": rank_boards,
    "churn": weigh,
}
RETRAINING = {
    "freeze": freeze,
    "train": pretrain_clips,
    "motion": teach_motion,
    "gate": judge_clips,
    **READYING,
    "switch": switch,
    "tidy": _tidy,
}
BY_HAND = {**READYING, "switch": switch_by_hand, "tidy": _tidy}
LIBRARY = {"library": make_library, "backfill": find_again}
COMPONENTS = {
    "freeze": freeze_components,
    "train": train_components,
    "gate": judge_components,
    **LIBRARY,
    "ready": end_where_a_person_decides,
    "switch": switch,
    "tidy": learn_anew,
}
COMPONENTS_BY_HAND = {**LIBRARY, "switch": switch_by_hand, "tidy": learn_anew}
Family = EncoderVersion.Family
FAMILIES = {
    Family.CLIP: (RETRAINING, BY_HAND),
    Family.COMPONENT: (COMPONENTS, COMPONENTS_BY_HAND),
    # Learned by a job of its own; what is put live by hand has nothing to be made ready.
    Family.RECOMMENDER: ({}, {"switch": switch_by_hand}),
}
"""How each family is trained, and how a version of it is put live by hand."""
