"""Versions of every encoder family: measured, compared, put live, taken back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from catalog.churn import churn_of, moves
from catalog.htmx import PageRequest, render_part
from catalog.models import EncoderVersion, Job, Promotion
from catalog.models.productions import sees_everything
from catalog.services import ask_weighing, is_switched, roll_back
from catalog.services.rankings import way_back
from catalog.versions import chart_of, compared, metric_of
from catalog.views.access import admins_post, editors_only
from catalog.views.steering import done, promote_named

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpResponse

VERSIONS, HISTORY, JOBS = 30, 20, 3
FIRST = EncoderVersion.Family.CLIP


@editors_only
@require_safe
def versions(request: PageRequest, family: str) -> HttpResponse:
    """One family's versions; asks again while one of it is being put live."""
    known = _families()
    if family not in known:
        raise Http404
    shown, live = _shown(family)
    history = Promotion.objects.filter(family=family)
    metric = metric_of(family)
    of_family = EncoderVersion.objects.filter(family=family)
    asked = list(of_family.values_list("pk", flat=True))
    jobs = list(_switching(asked)[:JOBS])
    pair = _pair(request, shown)
    context = {
        "family": family,
        "families": known,
        "metric": metric,
        "rows": [
            (each, metric.read(each.metrics) if metric else None) for each in shown
        ],
        "chart": chart_of(family, shown[::-1]),
        "pair": pair,
        "lines": compared(*pair) if pair else [],
        "jobs": jobs,
        "working": any(not job.is_over for job in jobs),
        "way_back": way_back(live),
        "history": history.select_related("version", "before", "made_by")[:HISTORY],
        "may_decide": sees_everything(request.user) and is_switched(family),
        "on_boards": family not in EncoderVersion.Family.OFF_BOARDS,
    }
    return render_part(request, "versions.html", context, part="versions")


@admins_post
def promote(request: PageRequest, family: str) -> HttpResponse:
    """Put a version live whatever its gate said; the history keeps who and why."""
    return done(request, lambda: promote_named(request), "versions", family)


@editors_only
@require_safe
def churn(request: PageRequest, family: str, version_id: int) -> HttpResponse:
    """How boards would change by a version; asks again while it is weighed."""
    found = EncoderVersion.objects.filter(family=family)
    version = get_object_or_404(found, pk=version_id)
    job, known = _switching([version_id]).first(), churn_of(version)
    context = {
        "version": version,
        "churn": known,
        "moves": moves(known, request.user),
        "job": job if job and (not job.is_over or job.error) else None,
        "working": job is not None and not job.is_over,
    }
    return render_part(request, "version_churn.html", context, part="weighed")


@admins_post
def weigh(request: PageRequest, family: str, version_id: int) -> HttpResponse:
    """Have it seen how boards would change by a version, without it going live."""
    version = get_object_or_404(EncoderVersion, family=family, pk=version_id)
    act = partial(ask_weighing, version, user=request.user)
    return done(request, act, "versions-churn", family, version_id)


@admins_post
def rollback(request: PageRequest, family: str) -> HttpResponse:
    """Put back what was live before."""
    user = request.user
    return done(request, lambda: roll_back(family, user=user), "versions", family)


def _families() -> list[str]:
    """Every family that has versions; the clip encoders' first, in any case."""
    found = EncoderVersion.objects.order_by("family").values_list("family", flat=True)
    return list(dict.fromkeys([FIRST, *found.distinct()]))


def _shown(family: str) -> tuple[list[EncoderVersion], EncoderVersion | None]:
    """The newest versions, and the live one, which is among them however old it is."""
    of_family = EncoderVersion.objects.filter(family=family)
    newest, live = list(of_family[:VERSIONS]), of_family.actives().first()
    older = [live] if live is not None and live not in newest else []
    return [*newest, *older], live


def _switching(asked: list[int]) -> QuerySet[Job]:
    """Jobs that make one of these versions ready, and most put it live, the newest first."""
    found = Job.objects.filter(subject__version__in=asked)
    return found.filter(kind__in=[Job.Kind.TRAIN, Job.Kind.RETRAIN])


def _pair(
    request: PageRequest, shown: list[EncoderVersion]
) -> tuple[EncoderVersion, EncoderVersion] | None:
    """The two that are asked for."""
    by_key = {f"{each.pk}": each for each in shown}
    one, two = (by_key.get(request.GET.get(name, "")) for name in ("one", "two"))
    return (one, two) if one and two else None
