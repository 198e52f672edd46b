"""Jobs and searches: asked for, looked after, answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.api.answers import JobAnswer
from catalog.api.asked import SearchToAsk, StillToSearchBy
from catalog.api.asker import asker
from catalog.api.narrowing import JobFilter
from catalog.api.permissions import ViewersAsk
from catalog.models import Job
from catalog.pictures import keep_still
from catalog.services import Refused, ask_search, cancel_job, retry_job

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request


class Jobs(generics.ListAPIView[Job]):
    """Jobs, newest first."""

    serializer_class = JobAnswer
    queryset = Job.objects.none()
    filter_backends = [DjangoFilterBackend]
    filterset_class = JobFilter

    def get_queryset(self) -> QuerySet[Job]:
        """Visible ones."""
        return Job.objects.visible_to(asker(self.request))


class OneJob(generics.RetrieveAPIView[Job]):
    """One job; ask again until its state is done, failed, quarantined or cancelled."""

    serializer_class = JobAnswer
    queryset = Job.objects.none()

    def get_queryset(self) -> QuerySet[Job]:
        """Visible ones."""
        return Job.objects.visible_to(asker(self.request))


class CancelJob(APIView):
    """Stop a job."""

    @extend_schema(request=None, responses={202: JobAnswer})
    def post(self, request: Request, pk: int) -> Response:
        """Stop it: now when it waits, at its next step when it runs."""
        job = get_object_or_404(Job.objects.visible_to(asker(request)), pk=pk)
        cancel_job(job)
        return _said(job)


class RetryJob(APIView):
    """Do a job again."""

    @extend_schema(request=None, responses={202: JobAnswer})
    def post(self, request: Request, pk: int) -> Response:
        """Do a job again that failed or was cancelled."""
        job = get_object_or_404(Job.objects.visible_to(asker(request)), pk=pk)
        if not retry_job(job):
            raise Refused("It is not over, or the same work waits already.")
        return _said(job)


class Searches(generics.ListAPIView[Job]):
    """Your own searches, newest first."""

    serializer_class = JobAnswer
    queryset = Job.objects.none()
    permission_classes = [ViewersAsk]
    parser_classes = [JSONParser, MultiPartParser]

    def get_queryset(self) -> QuerySet[Job]:
        """Of this kind, asked by this user."""
        return _searches(self.request)

    @extend_schema(
        request={
            "application/json": SearchToAsk,
            "multipart/form-data": StillToSearchBy,
        },
        responses={202: JobAnswer},
    )
    def post(self, request: Request) -> Response:
        """Ask for what is nearest to a shot, a silhouette (JSON) or a still (multipart)."""
        if str(request.content_type).startswith("multipart/"):
            given = _checked(StillToSearchBy(data=request.data))
            given |= {"by": "still", "picture_key": keep_still(given.pop("picture"))}
        else:
            given = _checked(SearchToAsk(data=request.data))
        return _said(ask_search(user=asker(request), **given))


class OneSearch(generics.RetrieveAPIView[Job]):
    """One search: its `result` holds the shots once its state is done."""

    serializer_class = JobAnswer
    queryset = Job.objects.none()

    def get_queryset(self) -> QuerySet[Job]:
        """One's own."""
        return _searches(self.request)


def _searches(request: Request) -> QuerySet[Job]:
    return Job.objects.filter(kind=Job.Kind.SEARCH, asked_by=asker(request))


def _checked(form: Any) -> dict[str, Any]:
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


def _said(job: Job) -> Response:
    job.refresh_from_db()
    return Response(JobAnswer(job).data, status=status.HTTP_202_ACCEPTED)
