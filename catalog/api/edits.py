"""Edits: asked for, looked after, made again, accepted, taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.api.answers import TitleAnswer
from catalog.api.asker import asker
from catalog.api.edit_answers import EditAnswer
from catalog.api.edit_asked import (
    AcceptedAs,
    EditAgain,
    EditToAsk,
    EditToForetell,
    Foretelling,
)
from catalog.api.exports import AnyBytes
from catalog.api.narrowing import EditFilter
from catalog.downloads import edit_download
from catalog.models import EditJob
from catalog.pictures import pieces_of
from catalog.services import (
    EditPlan,
    EditWish,
    accept_edit,
    ask_edit,
    cancel_edit,
    foretell_edit,
    reproduce_edit,
    resume_edit,
    wish_of,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpResponseBase
    from rest_framework.request import Request


class Edits(generics.ListAPIView[EditJob]):
    """Edits of visible titles, newest first."""

    serializer_class = EditAnswer
    queryset = EditJob.objects.none()
    parser_classes = [JSONParser, MultiPartParser]
    filter_backends = [DjangoFilterBackend]
    filterset_class = EditFilter

    def get_queryset(self) -> QuerySet[EditJob]:
        """Visible ones."""
        return _visible(self.request)

    @extend_schema(
        request={"application/json": EditAgain, "multipart/form-data": EditToAsk},
        responses={202: EditAnswer},
    )
    def post(self, request: Request) -> Response:
        """Ask for one with a picture (multipart), or for one again (JSON)."""
        context = {"request": request}
        if str(request.content_type).startswith("multipart/"):
            form: Any = EditToAsk(data=request.data, context=context)
        else:
            form = EditAgain(data=request.data, context=context)
        form.is_valid(raise_exception=True)
        given = dict(form.validated_data)
        pieces = pieces_of(given.pop("picture", None))
        return _said(ask_edit(_wish(given), user=asker(request), picture=pieces))


class OneEdit(generics.RetrieveAPIView[EditJob]):
    """One edit; ask again until its state is done, failed, quarantined or cancelled."""

    serializer_class = EditAnswer
    queryset = EditJob.objects.none()

    def get_queryset(self) -> QuerySet[EditJob]:
        """Visible ones."""
        return _visible(self.request)


class ForetellEdit(APIView):
    """Ask beforehand."""

    @extend_schema(parameters=[EditToForetell], responses=Foretelling)
    def get(self, request: Request) -> Response:
        """What an edit would take, as far as is known here."""
        form = EditToForetell(data=request.query_params, context={"request": request})
        form.is_valid(raise_exception=True)
        return Response(
            Foretelling(foretell_edit(EditPlan(**form.validated_data))).data
        )


class CancelEdit(APIView):
    """Stop an edit."""

    @extend_schema(request=None, responses={202: EditAnswer})
    def post(self, request: Request, pk: int) -> Response:
        """Stop it at its next step; what is finished stays."""
        edit = _one(request, pk)
        cancel_edit(edit)
        return _said(edit)


class ResumeEdit(APIView):
    """Go on with an edit."""

    @extend_schema(request=None, responses={202: EditAnswer})
    def post(self, request: Request, pk: int) -> Response:
        """Go on after its last finished stage."""
        edit = _one(request, pk)
        resume_edit(edit)
        return _said(edit)


class ReproduceEdit(APIView):
    """Make an edit again."""

    @extend_schema(request=None, responses={202: EditAnswer})
    def post(self, request: Request, pk: int) -> Response:
        """The very same; `same_pixels` of the new one says how it compares."""
        return _said(reproduce_edit(_one(request, pk), user=asker(request)))


class AcceptEdit(APIView):
    """Take a result into the catalogue."""

    @extend_schema(request=AcceptedAs, responses={201: TitleAnswer})
    def post(self, request: Request, pk: int) -> Response:
        """As a title of its own; accepted twice it is the same title."""
        form = AcceptedAs(data=request.data)
        form.is_valid(raise_exception=True)
        edit, name = _one(request, pk), form.validated_data["name"]
        title = accept_edit(edit, user=asker(request), name=name)
        return Response(TitleAnswer(title).data, status=status.HTTP_201_CREATED)


class EditFile(APIView):
    """Take a result."""

    renderer_classes = [JSONRenderer, AnyBytes]

    @extend_schema(responses={(200, "video/quicktime"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        """The file for editing programs; 404 until the edit is done."""
        return edit_download(_one(request, pk))


def _wish(given: dict[str, Any]) -> EditWish:
    region = given.pop("region", None)
    if region is not None:
        kind = region.pop("kind")
        given |= {"region": kind, "region_given": dict(region)}
    before = given.pop("again", None)
    if before is not None:
        return wish_of(before, **given)
    return EditWish(**given)


def _visible(request: Request) -> QuerySet[EditJob]:
    return EditJob.objects.visible_to(asker(request)).with_rows()


def _one(request: Request, pk: int) -> EditJob:
    return get_object_or_404(_visible(request), pk=pk)


def _said(edit: EditJob) -> Response:
    row = EditJob.objects.with_rows().get(pk=edit.pk)
    return Response(EditAnswer(row).data, status=status.HTTP_202_ACCEPTED)
