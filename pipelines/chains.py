"""Chains over the candidates that a person may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from django.contrib.auth import get_user_model
from django.db.models import Q

from catalog.models import MatchCandidate, Title, Verdict
from mlcore.matching.chains import Chain, Graph, Rules, find_chains
from pipelines.errors import PipelineError

if TYPE_CHECKING:
    from catalog.models import Job
    from catalog.models.matches import MatchCandidateQuerySet
    from pipelines.jobs import Claim

# Of more candidates than that, a chain worth having uses the best.
MOST_CUTS = 50_000
TOP = 10
# Two chains that differ in one shot are one idea.
MOST_SHARED = 0.5

SHOT = (
    "pk",
    "group",
    "title",
    "first_frame",
    "end_frame",
    "title__rate_num",
    "title__rate_den",
)
CUT = ("pk", "score", "leaving_frame", "entering_frame")


def chains(claim: Claim) -> None:
    """Find the chains that a job asks for, and leave them in its result."""
    job = claim.job
    rules = _rules(job.subject)
    cuts = list(
        _candidates(job)
        .order_by("-score", "pk")
        .values_list(*CUT, *_sides())[:MOST_CUTS]
    )
    found = find_chains(_graph(cuts), rules, top=job.subject.get("top") or TOP)
    keys = [cut[0] for cut in cuts]
    result = {
        "cuts": len(cuts),
        "chains": [
            _said(rank, chain, keys) for rank, chain in enumerate(found, start=1)
        ],
    }
    with claim.writing():
        job.result = result
        job.save(update_fields=["result"])


def _rules(subject: dict[str, Any]) -> Rules:
    asked = {
        "shots": subject.get("length"),
        "min_shot_seconds": subject.get("min_shot"),
        "max_shot_seconds": subject.get("max_shot"),
        "min_seconds": subject.get("min_seconds"),
        "max_seconds": subject.get("max_seconds"),
        "titles": subject.get("titles"),
        "most_of_a_title": subject.get("of_a_title"),
    }
    given = {name: value for name, value in asked.items() if value}
    try:
        return Rules(most_shared=MOST_SHARED, **given)
    except ValueError as error:
        raise PipelineError(f"No chain can be so: {error}.") from None


def _candidates(job: Job) -> MatchCandidateQuerySet:
    """Live candidates that nobody has rejected, of one kind and about one title if asked."""
    found = MatchCandidate.objects.filter(match_set__live=True)
    if job.asked_by_id is not None:
        found = found.visible_to(get_user_model().objects.get(pk=job.asked_by_id))
    if job.subject.get("kind"):
        found = found.filter(kind=job.subject["kind"])
    if job.subject.get("min_score"):
        found = found.filter(score__gte=job.subject["min_score"])
    if job.subject.get("title"):
        title = Title.objects.filter(pk=job.subject["title"]).first()
        if title is None:
            raise PipelineError("The title is no longer there; choose another one.")
        found = found.touching_title(title)
    judged = found.with_verdict()
    return judged.filter(Q(verdict=None) | Q(verdict=Verdict.Value.GOOD))


def _sides() -> list[str]:
    return [f"{side}__{name}" for side in ("leaving", "entering") for name in SHOT]


def _graph(cuts: list[tuple[Any, ...]]) -> Graph:
    """Candidates as arrays; shots in the order of their keys."""
    width, count = len(SHOT), len(CUT)
    sides = [
        [cut[count + k * width : count + (k + 1) * width] for cut in cuts]
        for k in (0, 1)
    ]
    shots = sorted(set(sides[0]) | set(sides[1]), key=lambda shot: shot[0])
    place = {shot[0]: at for at, shot in enumerate(shots)}
    return Graph(
        group=_ints(-shot[0] if shot[1] is None else shot[1] for shot in shots),
        title=_ints(shot[2] for shot in shots),
        first=_ints(shot[3] for shot in shots),
        end=_ints(shot[4] for shot in shots),
        rate=np.array([shot[5] / shot[6] for shot in shots], np.float64),
        leaving=_ints(place[shot[0]] for shot in sides[0]),
        entering=_ints(place[shot[0]] for shot in sides[1]),
        leaving_frame=_ints(cut[2] for cut in cuts),
        entering_frame=_ints(cut[3] for cut in cuts),
        score=np.array([cut[1] for cut in cuts], np.float64),
    )


def _ints(values: Any) -> Any:
    return np.array(list(values), np.int64)


def _said(rank: int, chain: Chain, keys: list[int]) -> dict[str, Any]:
    return {
        "rank": rank,
        "weakest": chain.weakest,
        "mean": chain.mean,
        "seconds": chain.seconds,
        "cuts": [keys[cut] for cut in chain.cuts],
        "ends": list(chain.ends),
    }
