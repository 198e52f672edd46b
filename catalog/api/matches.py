"""Match cuts: the board's list, one of them, and what people say of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.api.answers import MatchAnswer, VerdictAnswer
from catalog.api.asked import VerdictToGive
from catalog.api.asker import asker
from catalog.api.narrowing import BoardFilter
from catalog.api.paging import AfterPair
from catalog.models import MatchCandidate
from catalog.models.filters import STANDING
from catalog.services import Refused, give_verdict, undo_verdict

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request


class Matches(generics.ListAPIView[MatchCandidate]):
    """Match cuts, as the board lists them: unjudged ones without `verdict`."""

    serializer_class = MatchAnswer
    queryset = MatchCandidate.objects.none()
    filter_backends = [BoardFilter]
    pagination_class = AfterPair
    board_order = STANDING

    def filter_queryset(self, queryset: Any) -> Any:
        """Those the address asks for, with the places of their files."""
        return super().filter_queryset(queryset).prefetch_related(*LOCATIONS)


LOCATIONS = [f"{side}__title__source__locations" for side in ("leaving", "entering")]


class OneMatch(generics.RetrieveAPIView[MatchCandidate]):
    """One match cut."""

    serializer_class = MatchAnswer
    queryset = MatchCandidate.objects.none()

    def get_queryset(self) -> QuerySet[MatchCandidate]:
        """Visible ones, also of searches that were replaced."""
        return _visible(self.request)


def _visible(request: Request) -> QuerySet[MatchCandidate]:
    found = MatchCandidate.objects.visible_to(asker(request))
    return found.select_related("leaving__title", "entering__title")


class GiveVerdict(APIView):
    """Judge a pair."""

    @extend_schema(request=VerdictToGive, responses={201: VerdictAnswer})
    def post(self, request: Request, pk: int) -> Response:
        """Write down a word on a pair; `reason` says why it is bad."""
        candidate = get_object_or_404(_visible(request), pk=pk)
        form = VerdictToGive(data=request.data)
        form.is_valid(raise_exception=True)
        try:
            verdict = give_verdict(
                candidate, user=asker(request), **form.validated_data
            )
        except ValueError as error:
            raise Refused(str(error)) from None
        return Response(VerdictAnswer(verdict).data, status=status.HTTP_201_CREATED)


class UndoVerdict(APIView):
    """Take a word back."""

    @extend_schema(request=None, responses={200: VerdictAnswer})
    def post(self, request: Request) -> Response:
        """Take back your own last verdict; 404 when there is none."""
        verdict = undo_verdict(asker(request))
        if verdict is None:
            raise Http404
        return Response(VerdictAnswer(verdict).data)
