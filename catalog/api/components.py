"""Components: the library, what is found in titles, suggested for matches, and chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.api.answers import JobAnswer
from catalog.api.asker import asker
from catalog.api.component_answers import (
    AcceptanceAnswer,
    ComponentAnswer,
    FindingAnswer,
    SimilarAnswer,
    SuggestionsAnswer,
)
from catalog.api.component_asked import ComponentToLay
from catalog.api.narrowing import ComponentFilter
from catalog.matchcuts import cut_of_candidate
from catalog.models import (
    Acceptance,
    ComponentEmbedding,
    ComponentFinding,
    EditingComponent,
    MatchCandidate,
    Suggestion,
    Title,
)
from catalog.services import (
    accept_for_cut,
    accept_for_shot,
    ask_recommendation,
    moved_to,
    standing_on_cut,
    standing_on_shot,
    suggested_for,
    take_back,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request

    from catalog.matchcuts import CutSide, MatchCut

MOST_SIMILAR = 200


class Components(generics.ListAPIView[EditingComponent]):
    """The components that this release draws, by their keys."""

    serializer_class = ComponentAnswer
    queryset = EditingComponent.objects.offered()
    filter_backends = [DjangoFilterBackend]
    filterset_class = ComponentFilter
    order = ("key",)


class OneComponent(generics.RetrieveAPIView[EditingComponent]):
    """One component, offered or not."""

    serializer_class = ComponentAnswer
    queryset = EditingComponent.objects.all()


class Similar(APIView):
    """What a component is like."""

    @extend_schema(responses=SimilarAnswer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """The most alike first, by the live component encoder; none before there is one."""
        component = get_object_or_404(EditingComponent, pk=pk)
        near = ComponentEmbedding.objects.nearest_to(component)[:MOST_SIMILAR]
        return Response(SimilarAnswer(near, many=True).data)


class Findings(generics.ListAPIView[ComponentFinding]):
    """What is already laid on a title's shots and cuts, as the live detection finds it."""

    serializer_class = FindingAnswer
    queryset = ComponentFinding.objects.none()
    order = ("first_frame", "pk")

    def get_queryset(self) -> QuerySet[ComponentFinding]:
        """Those of a visible title; 404 for another's."""
        visible = Title.objects.visible_to(asker(self.request))
        title = get_object_or_404(visible, pk=self.kwargs["pk"])
        found = ComponentFinding.objects.live().filter(title=title)
        return found.with_components().select_related("title")


class Suggestions(APIView):
    """What is suggested for a match."""

    @extend_schema(responses=SuggestionsAnswer)
    def get(self, request: Request, pk: int) -> Response:
        """For its cut, as far as its handles allow, and for each of its shots."""
        candidate = _candidate(request, pk)
        live = Suggestion.objects.live().order_by("rank")
        said = {
            "cut": suggested_for(candidate, cut_of_candidate(candidate)),
            "leaving": live.for_shot(candidate.leaving),
            "entering": live.for_shot(candidate.entering),
        }
        return Response(SuggestionsAnswer(said).data)

    @extend_schema(request=None, responses={202: JobAnswer})
    def post(self, request: Request, pk: int) -> Response:
        """Ask for them at its matched frames; the job says when they are there."""
        candidate = _candidate(request, pk)
        frames = candidate.leaving_frame, candidate.entering_frame
        shots = candidate.leaving, candidate.entering
        job = ask_recommendation(*shots, user=asker(request), frames=frames)
        return Response(JobAnswer(job).data, status=status.HTTP_202_ACCEPTED)


class Choices(APIView):
    """What people have chosen for a match."""

    @extend_schema(responses=AcceptanceAnswer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """What stands: for the cut, for the leaving shot, for the entering one."""
        cut = cut_of_candidate(_candidate(request, pk))
        return Response(AcceptanceAnswer(_standing(cut), many=True).data)

    @extend_schema(request=ComponentToLay, responses={201: AcceptanceAnswer})
    def post(self, request: Request, pk: int) -> Response:
        """Lay a component on the cut or a shot; `component` null chooses none."""
        candidate = _candidate(request, pk)
        form = ComponentToLay(data=request.data)
        form.is_valid(raise_exception=True)
        given: dict[str, Any] = form.validated_data
        cut = moved_to(
            cut_of_candidate(candidate),
            leaving_frame=given.get("leaving_frame"),
            entering_frame=given.get("entering_frame"),
        )
        row = _laid(cut, given, request)
        return Response(AcceptanceAnswer(row).data, status=status.HTTP_201_CREATED)


def _laid(cut: MatchCut, given: dict[str, Any], request: Request) -> Acceptance:
    if given["on"] == "cut":
        return accept_for_cut(
            cut,
            given["component"],
            user=asker(request),
            before=given["before"],
            after=given["after"],
        )
    side: CutSide = getattr(cut, given["on"])
    return accept_for_shot(side, given["component"], user=asker(request))


def _standing(cut: MatchCut) -> list[Acceptance]:
    on_cut = standing_on_cut(cut)
    return [
        *([on_cut] if on_cut is not None else []),
        *standing_on_shot(cut.leaving),
        *standing_on_shot(cut.entering),
    ]


class TakeBack(APIView):
    """Take a choice back."""

    @extend_schema(request=None, responses={200: AcceptanceAnswer})
    def post(self, request: Request, pk: int) -> Response:
        """Mark it as taken back, whoever made it; the row stays."""
        visible = Acceptance.objects.visible_to(asker(request))
        row = get_object_or_404(visible.select_related("component"), pk=pk)
        take_back(row, user=asker(request))
        row.refresh_from_db(fields=["undone_at"])
        return Response(AcceptanceAnswer(row).data)


def _candidate(request: Request, pk: int) -> MatchCandidate:
    found = MatchCandidate.objects.visible_to(asker(request))
    sides = found.select_related("leaving__title", "entering__title")
    return get_object_or_404(sides, pk=pk)
