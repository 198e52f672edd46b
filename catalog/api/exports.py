"""Cuts to take away: timelines at once, loops from a job."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.api.answers import JobAnswer
from catalog.api.asked import ExportToAsk
from catalog.api.asker import asker
from catalog.api.permissions import ViewersAsk
from catalog.downloads import (
    MOST_SAID,
    loops_download,
    timeline_download,
    visible_export,
)
from catalog.exports import LOOPS
from catalog.services import Wishes, ask_loops, export_cuts, find_cuts

if TYPE_CHECKING:
    from django.http import HttpResponseBase
    from rest_framework.request import Request


class AnyBytes(JSONRenderer):
    """Whatever a client accepts, it may ask for a file; what goes wrong is JSON."""

    media_type = "*/*"


class Exports(APIView):
    """Export a bin, or single matches."""

    permission_classes = [ViewersAsk]
    renderer_classes = [JSONRenderer, AnyBytes]

    @extend_schema(
        request=ExportToAsk,
        responses={
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
            (202, "application/json"): JobAnswer,
        },
    )
    def post(self, request: Request) -> HttpResponseBase:
        """Write a timeline and answer with it; loops are a job, answered with 202.

        What to know of the file is in the header `Kuleshov-Warnings`, a JSON list.
        """
        form = ExportToAsk(data=request.data, context={"request": request})
        form.is_valid(raise_exception=True)
        given: dict[str, Any] = dict(form.validated_data)
        user = asker(request)
        name, cuts = find_cuts(given.pop("matches"), given.pop("bin"), user)
        wishes = Wishes(form=given.pop("format"), **given)
        if wishes.form == LOOPS:
            job = ask_loops(name, cuts, wishes, user=user)
            job.refresh_from_db()
            return Response(JobAnswer(job).data, status=status.HTTP_202_ACCEPTED)
        exported = export_cuts(name, cuts, wishes, user=user)
        answer = timeline_download(name, exported, wishes.form)
        answer["Kuleshov-Warnings"] = json.dumps(exported.warnings[:MOST_SAID])
        return answer


class ExportFile(APIView):
    """Take rendered loops."""

    renderer_classes = [JSONRenderer, AnyBytes]

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        """The ZIP of an export job's loops; 404 until the job is done."""
        return loops_download(visible_export(asker(request), pk))
