"""What nobody comes back to goes: rows, boards, indexes, weights, trainings that broke off.

The row of a version and what it was measured by stay.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from catalog.files import local_path
from catalog.models import (
    ComponentEmbedding,
    ComponentFinding,
    ComponentPlace,
    EncoderVersion,
    MatchSet,
    ShotVector,
    TrainingRun,
)
from catalog.services import kept_runs, spare_candidates
from pipelines.indexes import ensure_indexes
from pipelines.promoting import retired_versions
from pipelines.trained import remove_weights

if TYPE_CHECKING:
    from pipelines.jobs import Claim

Family = EncoderVersion.Family
ROWS = {
    Family.CLIP: (ShotVector,),
    Family.COMPONENT: (ComponentFinding, ComponentEmbedding, ComponentPlace),
}


def tidy(claim: Claim, family: str) -> None:
    """Drop what versions left that no rollback leads to and nobody puts live any more.

    Of one that was live its weights stay: should it go live again, its boards are asked
    for, and its rows with them.
    """
    with claim.writing():
        gone = [*_outlived(family), *_let_go(family)]
        MatchSet.objects.filter(
            live=False, **{f"versions__{family}__in": gone}
        ).delete()
        for rows in ROWS[family]:
            rows.objects.filter(version__in=gone).delete()
    # And with the rows the indexes that held them, of which this makes none.
    ensure_indexes([])
    _remove_spare_weights(family)


def forget_trainings(run: TrainingRun) -> None:
    """Remove what trainings of a run's family kept that nobody goes on with."""
    kept = {run.pk, *(each.pk for each in kept_runs(run.family))}
    others = TrainingRun.objects.filter(family=run.family).exclude(pk__in=kept)
    for key in others.values_list("pk", flat=True):
        shutil.rmtree(local_path(f"training/{key}"), ignore_errors=True)


def _outlived(family: str) -> list[int]:
    """Versions that were live, but for what live suggestions are asked by."""
    using = EncoderVersion.objects.actives().filter(family=Family.RECOMMENDER)
    kept = {each.config.get("component_version") for each in using}
    old = retired_versions(family).values_list("pk", flat=True)
    return [key for key in old if key not in kept]


def _let_go(family: str) -> list[int]:
    """Write down of candidates that they cannot go live any more."""
    # A person who asks for one of them meanwhile waits here, and is told.
    list(EncoderVersion.objects.select_for_update().filter(family=family))
    spare = spare_candidates(family)
    for version in spare:
        version.config |= {"tidied": True}
        version.save(update_fields=["config"])
    return [version.pk for version in spare]


def _remove_spare_weights(family: str) -> None:
    """Remove the weights of what was let go, but where another version has the same."""
    tidied = EncoderVersion.objects.filter(config__has_key="tidied")
    others = EncoderVersion.objects.exclude(config__has_key="tidied")
    same = others.values("weights_sha256")
    spare = tidied.filter(family=family).exclude(weights_sha256__in=same)
    for sha256 in spare.values_list("weights_sha256", flat=True):
        remove_weights(sha256)
