"""Learned ranking: labels so far, what is missing, versions, what is live, how to go back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.views.decorators.http import require_safe

from catalog.htmx import PageRequest, render_part
from catalog.labels import LEARNED, LEAST_POSITIVES, LEAST_TITLES, Labels, labels_of
from catalog.models import EncoderVersion, Job, Promotion, TrainingRun
from catalog.models.productions import sees_everything
from catalog.services import (
    ask_training,
    family_of,
    roll_back,
    trainable_kinds,
)
from catalog.services.rankings import RANKER, way_back
from catalog.views.access import admins_post, editors_only
from catalog.views.steering import done, promote_named, word

if TYPE_CHECKING:
    from django.http import HttpResponse

VERSIONS = 10
HISTORY = 20
RUNS = 10
JOBS = 5


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One trained version, and how it did on the hold-out when it was trained."""

    version: EncoderVersion
    candidate: dict[str, float] | None
    """ap, low, high, each 0..1."""
    gain: dict[str, float] | None
    cards: float | None
    against: str
    reason: str

    @property
    def bar(self) -> dict[str, str] | None:
        """The interval and the value on a scale of 100, for a drawing."""
        if self.candidate is None:
            return None
        low, high = 100 * self.candidate["low"], 100 * self.candidate["high"]
        place = 100 * self.candidate["ap"]
        drawn = {"low": low, "width": max(high - low, 0.5), "ap": place - 0.4}
        return {name: f"{value:.2f}" for name, value in drawn.items()}


@dataclass(frozen=True, slots=True)
class KindCard:
    """One kind: what people have said, what was trained from it, what is live."""

    kind: str
    family: str
    labels: Labels
    to_train: str
    to_decide: str
    versions: list[VersionRow]
    live: EncoderVersion | None
    way_back: Promotion | None

    @property
    def left_out(self) -> list[tuple[str, int]]:
        """Why pairs are left out, and how many for that."""
        return sorted(self.labels.left_out.items())

    @property
    def bad(self) -> int:
        """How many labels say bad."""
        return len(self.labels.pairs) - self.labels.good


@editors_only
@require_safe
def ranking(request: PageRequest) -> HttpResponse:
    """Every kind with its labels and versions; asks again while something is trained."""
    jobs = list(Job.objects.filter(kind=Job.Kind.TRAIN)[:JOBS])
    # Clip encoders have a page of their own.
    runs = TrainingRun.objects.exclude(family=EncoderVersion.Family.CLIP)
    context = {
        "kinds": [_card(kind) for kind in trainable_kinds()],
        "jobs": jobs,
        "working": any(not job.is_over for job in jobs),
        "runs": runs.select_related("version", "job")[:RUNS],
        "history": _history(),
        "least_titles": LEAST_TITLES,
        "least_positives": LEAST_POSITIVES,
        "may_decide": sees_everything(request.user),
    }
    return render_part(request, "ranking.html", context, part="rankings")


@admins_post
def train(request: PageRequest) -> HttpResponse:
    """Ask for a training."""
    kind = word(request, "kind")
    return done(request, lambda: ask_training(kind, user=request.user), "ranking")


@admins_post
def promote(request: PageRequest) -> HttpResponse:
    """Put a version live whatever its gate said; the history keeps who and why."""
    return done(request, lambda: promote_named(request), "ranking")


@admins_post
def rollback(request: PageRequest) -> HttpResponse:
    """Put back what was live before."""
    family = word(request, "family")
    return done(request, lambda: roll_back(family, user=request.user), "ranking")


def _card(kind: str) -> KindCard:
    family, labels = family_of(kind), labels_of(kind)
    versions = list(EncoderVersion.objects.filter(family=family)[:VERSIONS])
    actives = EncoderVersion.objects.actives().filter(family=family)
    live = actives.first()
    return KindCard(
        kind=kind,
        family=family,
        labels=labels,
        to_train=labels.missing_to_train(),
        to_decide=labels.missing_to_decide(),
        versions=[_row(version) for version in versions],
        live=live,
        way_back=way_back(live),
    )


def _row(version: EncoderVersion) -> VersionRow:
    seen = version.metrics
    return VersionRow(
        version=version,
        candidate=seen.get("candidate"),
        gain=seen.get("gain"),
        cards=(seen.get("cards") or {}).get("candidate"),
        against=seen.get("against", ""),
        reason=seen.get("reason", ""),
    )


def _history() -> list[Promotion]:
    ranked = Q(family=LEARNED) | Q(family__startswith=RANKER)
    rows = Promotion.objects.filter(ranked)
    found = rows.select_related("version", "before", "made_by")
    return list(found[:HISTORY])
