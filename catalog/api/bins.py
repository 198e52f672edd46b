"""Bins and the cuts in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.api.answers import BinAnswer, CarriedAnswer, ItemAnswer
from catalog.api.asked import (
    BinToMake,
    BinToRename,
    ItemToKeep,
    PlaceToMoveTo,
    TitleToCarryTo,
)
from catalog.api.asker import asker
from catalog.matchcuts import cut_of_candidate
from catalog.models import Bin, BinItem
from catalog.services import (
    carry_bin,
    drop_item,
    keep_in_bin,
    make_bin,
    move_item,
    moved_to,
    rename_bin,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request


class Bins(generics.ListAPIView[Bin]):
    """The bins of your productions."""

    serializer_class = BinAnswer
    queryset = Bin.objects.none()

    def get_queryset(self) -> QuerySet[Bin]:
        """Visible ones."""
        return _bins(self.request)

    @extend_schema(request=BinToMake, responses={201: BinAnswer})
    def post(self, request: Request) -> Response:
        """Make an empty bin."""
        form = BinToMake(data=request.data, context={"request": request})
        form.is_valid(raise_exception=True)
        made = make_bin(user=asker(request), **form.validated_data)
        return Response(BinAnswer(made).data, status=status.HTTP_201_CREATED)


class OneBin(generics.RetrieveAPIView[Bin]):
    """One bin."""

    serializer_class = BinAnswer
    queryset = Bin.objects.none()

    def get_queryset(self) -> QuerySet[Bin]:
        """Visible ones."""
        return _bins(self.request)

    @extend_schema(request=BinToRename, responses=BinAnswer)
    def patch(self, request: Request, pk: int) -> Response:
        """Call it otherwise."""
        renamed = get_object_or_404(_bins(request), pk=pk)
        form = BinToRename(data=request.data)
        form.is_valid(raise_exception=True)
        rename_bin(renamed, form.validated_data["name"])
        return Response(BinAnswer(renamed).data)


class Items(generics.ListAPIView[BinItem]):
    """The cuts of a bin, in their order."""

    serializer_class = ItemAnswer
    queryset = BinItem.objects.none()
    order = ("place",)

    def get_queryset(self) -> QuerySet[BinItem]:
        """Those of a visible bin; 404 for another's."""
        kept_in = get_object_or_404(_bins(self.request), pk=self.kwargs["pk"])
        return _items(self.request).filter(bin=kept_in)

    @extend_schema(request=ItemToKeep, responses={201: ItemAnswer})
    def post(self, request: Request, pk: int) -> Response:
        """Keep a pair at the bin's end; one that is there already is answered."""
        kept_in = get_object_or_404(_bins(request), pk=pk)
        form = ItemToKeep(data=request.data, context={"request": request})
        form.is_valid(raise_exception=True)
        given = form.validated_data
        cut = moved_to(
            cut_of_candidate(given["match"]),
            leaving_frame=given.get("leaving_frame"),
            entering_frame=given.get("entering_frame"),
        )
        item = keep_in_bin(kept_in, cut, user=asker(request), note=given["note"])
        return Response(ItemAnswer(item).data, status=status.HTTP_201_CREATED)


class CarryBin(APIView):
    """Carry a bin to a new version."""

    @extend_schema(request=TitleToCarryTo, responses=CarriedAnswer)
    def post(self, request: Request, pk: int) -> Response:
        """Repeat its cuts of a title's older version for the title, at its end."""
        kept_in = get_object_or_404(_bins(request), pk=pk)
        form = TitleToCarryTo(data=request.data, context={"request": request})
        form.is_valid(raise_exception=True)
        title = form.validated_data["title"]
        fresh, gone = carry_bin(kept_in, title, user=asker(request))
        rows = _items(request).filter(pk__in=[item.pk for item in fresh])
        said = {"items": rows, "gone": [item.pk for item in gone]}
        return Response(CarriedAnswer(said).data)


class OneItem(generics.RetrieveAPIView[BinItem]):
    """One cut of a bin."""

    serializer_class = ItemAnswer
    queryset = BinItem.objects.none()

    def get_queryset(self) -> QuerySet[BinItem]:
        """Visible ones."""
        return _items(self.request)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Take it out of its bin."""
        drop_item(get_object_or_404(_items(request), pk=pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


class MoveItem(APIView):
    """Give a cut another place."""

    @extend_schema(request=PlaceToMoveTo, responses=ItemAnswer)
    def post(self, request: Request, pk: int) -> Response:
        """Move it to a place, from 1; the others keep their order."""
        item = get_object_or_404(_items(request), pk=pk)
        form = PlaceToMoveTo(data=request.data)
        form.is_valid(raise_exception=True)
        move_item(item, form.validated_data["place"])
        return Response(ItemAnswer(_items(request).get(pk=pk)).data)


def _bins(request: Request) -> QuerySet[Bin]:
    return Bin.objects.visible_to(asker(request)).annotate(item_count=Count("items"))


def _items(request: Request) -> QuerySet[BinItem]:
    found = BinItem.objects.visible_to(asker(request))
    places = [f"{side}_title__source__locations" for side in ("leaving", "entering")]
    return found.select_related("leaving_title", "entering_title").prefetch_related(
        *places
    )
