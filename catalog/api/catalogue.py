"""Productions, titles, their shots, encoders and imported cuts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db.models import Count
from django.shortcuts import get_object_or_404
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.response import Response

from catalog.api.answers import (
    AddedAnswer,
    CutAnswer,
    EncoderAnswer,
    EventAnswer,
    ProductionAnswer,
    ShotAnswer,
    TitleAnswer,
)
from catalog.api.asked import TitleToAdd
from catalog.api.asker import asker
from catalog.api.narrowing import ShotFilter, TitleFilter
from catalog.models import (
    CutEvent,
    EncoderVersion,
    ImportedCut,
    Production,
    Shot,
    Title,
)
from catalog.services import add_from

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request


class Productions(generics.ListAPIView[Production]):
    """The productions you are a member of."""

    serializer_class = ProductionAnswer
    queryset = Production.objects.none()

    def get_queryset(self) -> QuerySet[Production]:
        """Visible ones."""
        return Production.objects.visible_to(asker(self.request))


class Titles(generics.ListAPIView[Title]):
    """Titles, newest first."""

    serializer_class = TitleAnswer
    queryset = Title.objects.none()
    filter_backends = [DjangoFilterBackend]
    filterset_class = TitleFilter

    def get_queryset(self) -> QuerySet[Title]:
        """Visible ones, twins of others too."""
        return _titles(self.request)

    @extend_schema(request=TitleToAdd, responses={201: AddedAnswer(many=True)})
    def post(self, request: Request) -> Response:
        """Add a file or folder of the server, and have it ingested."""
        form = TitleToAdd(data=request.data, context={"request": request})
        form.is_valid(raise_exception=True)
        given: dict[str, Any] = form.validated_data
        added = add_from(
            Path(given.pop("path")),
            given.pop("production"),
            user=asker(request),
            **given,
        )
        rows = _titles(request).in_bulk([title.pk for title in added])
        said = [
            {"title": rows[title.pk], "job": getattr(title.jobs.first(), "pk", None)}
            for title in added
        ]
        return Response(
            AddedAnswer(said, many=True).data, status=status.HTTP_201_CREATED
        )


class OneTitle(generics.RetrieveAPIView[Title]):
    """One title."""

    serializer_class = TitleAnswer
    queryset = Title.objects.none()

    def get_queryset(self) -> QuerySet[Title]:
        """Visible ones."""
        return _titles(self.request)


def _titles(request: Request) -> QuerySet[Title]:
    found = Title.objects.visible_to(asker(request)).with_counts()
    return found.select_related("source").prefetch_related("source__locations")


class Shots(generics.ListAPIView[Shot]):
    """The shots of a title, in their order."""

    serializer_class = ShotAnswer
    queryset = Shot.objects.none()
    filter_backends = [DjangoFilterBackend]
    filterset_class = ShotFilter
    order = ("index",)

    def get_queryset(self) -> QuerySet[Shot]:
        """Those of a visible title; 404 for another's."""
        visible = Title.objects.visible_to(asker(self.request))
        title = get_object_or_404(visible, pk=self.kwargs["pk"])
        return title.shots.select_related("title")


class Encoders(generics.ListAPIView[EncoderVersion]):
    """Encoder versions, live and retired."""

    serializer_class = EncoderAnswer
    queryset = EncoderVersion.objects.all()


class Cuts(generics.ListAPIView[ImportedCut]):
    """Imported timelines."""

    serializer_class = CutAnswer
    queryset = ImportedCut.objects.none()

    def get_queryset(self) -> QuerySet[ImportedCut]:
        """Visible ones."""
        return _cuts(self.request)


class OneCut(generics.RetrieveAPIView[ImportedCut]):
    """One imported timeline."""

    serializer_class = CutAnswer
    queryset = ImportedCut.objects.none()

    def get_queryset(self) -> QuerySet[ImportedCut]:
        """Visible ones."""
        return _cuts(self.request)


class Events(generics.ListAPIView[CutEvent]):
    """The clips of an imported timeline, those of titles you may see."""

    serializer_class = EventAnswer
    queryset = CutEvent.objects.none()
    order = ("place",)

    def get_queryset(self) -> QuerySet[CutEvent]:
        """Those of a visible cut; 404 for another's."""
        cut = get_object_or_404(_cuts(self.request), pk=self.kwargs["pk"])
        titles = Title.objects.visible_to(asker(self.request))
        return cut.events.filter(source__in=titles)


def _cuts(request: Request) -> QuerySet[ImportedCut]:
    found = ImportedCut.objects.visible_to(asker(request))
    return found.annotate(event_count=Count("events"))
