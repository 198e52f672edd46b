"""Admin of titles, jobs, encoders and what machines found. Shown, not edited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages

from catalog.admin.base import CatalogAdmin, WrittenByWorkers
from catalog.models import (
    CutChange,
    DuplicateGroup,
    EncoderVersion,
    Job,
    Location,
    MatchCandidate,
    MatchSet,
    Production,
    Shot,
    ShotMask,
    ShotVector,
    SourceFile,
    Title,
    Verdict,
)
from catalog.models.productions import sees_everything
from catalog.services import add_job, cancel_job, retry_job

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import QuerySet
    from django.http import HttpRequest


@admin.register(Production)
class ProductionAdmin(CatalogAdmin):
    """Who may see what, and whether it may train."""

    list_display = ["name", "may_train", "created_at"]
    list_filter = ["may_train"]
    search_fields = ["name"]
    filter_horizontal = ["members"]


CHANGEABLE = ["production", "name", "kind", "version", "supersedes"]
WRITTEN_BY_INGEST = [
    *[
        "state",
        "error",
        "same_as",
        "look",
        "added_path",
        "uploaded",
        "added_by",
        "created_at",
    ],
    *["source", "rate_num", "rate_den", "frames", "start_tc", "drop_frame", "reel"],
    *["probe", "proxy_key", "poster_key"],
]


@admin.register(Title)
class TitleAdmin(CatalogAdmin):
    """Names and versions may be changed; what ingest wrote is shown."""

    list_display = ["name", "version", "production", "kind", "state", "frames", "reel"]
    list_filter = ["state", "kind", "production"]
    list_select_related = ["production"]
    search_fields = ["name", "reel", "added_path"]
    fields = [*CHANGEABLE, *WRITTEN_BY_INGEST]
    readonly_fields = WRITTEN_BY_INGEST
    autocomplete_fields = ["supersedes"]
    actions = ["redetect", "rematch"]

    def has_add_permission(self, _request: HttpRequest, *_rows: Any) -> bool:
        """Never here: the page for adding titles asks for their ingest too."""
        return False

    @admin.action(description="Detect cuts again")
    def redetect(self, request: HttpRequest, titles: QuerySet[Title]) -> None:
        """Ask for the cuts of the chosen titles to be found again."""
        self._ask(request, titles, Job.Kind.REDETECT)

    @admin.action(description="Match again")
    def rematch(self, request: HttpRequest, titles: QuerySet[Title]) -> None:
        """Ask for the matches of the chosen titles to be found again."""
        self._ask(request, titles, Job.Kind.REMATCH)

    def _ask(self, request: HttpRequest, titles: QuerySet[Title], kind: str) -> None:
        for title in titles.exclude(proxy_key=""):
            add_job(kind, title, asked_by=_user(request))
        self.message_user(request, "Asked for; the jobs page shows how it goes.")


def _user(request: HttpRequest) -> User:
    user: Any = request.user
    return user  # type: ignore[no-any-return]


@admin.register(Job)
class JobAdmin(WrittenByWorkers):
    """Every job; cancel and retry as on the jobs page."""

    list_display = [
        *["id", "kind", "title", "state", "stage", "progress", "attempt"],
        *["worker", "device", "asked_by", "created_at"],
    ]
    list_filter = ["state", "kind", "queue"]
    list_select_related = ["title", "asked_by"]
    search_fields = ["title__name", "error", "worker"]
    actions = ["retry", "cancel"]

    # An action without change permission needs a permission of its own.
    def has_steer_permission(self, request: HttpRequest) -> bool:
        """Whether jobs may be cancelled and retried."""
        return sees_everything(request.user)

    @admin.action(description="Retry", permissions=["steer"])
    def retry(self, request: HttpRequest, jobs: QuerySet[Job]) -> None:
        """Make the chosen jobs ready again, those that are over."""
        done = sum(retry_job(job) for job in jobs)
        self.message_user(request, f"{done} of {len(jobs)} wait again.", messages.INFO)

    @admin.action(description="Cancel", permissions=["steer"])
    def cancel(self, request: HttpRequest, jobs: QuerySet[Job]) -> None:
        """Stop the chosen jobs, those that are not over."""
        for job in jobs:
            cancel_job(job)
        self.message_user(request, "Asked to stop.", messages.INFO)


@admin.register(EncoderVersion)
class EncoderVersionAdmin(WrittenByWorkers):
    """The encoders, live and retired."""

    list_display = ["name", "family", "status", "weights_sha256", "created_at"]
    list_filter = ["family", "status"]


@admin.register(SourceFile)
class SourceFileAdmin(WrittenByWorkers):
    """Contents, by their keys."""

    list_display = ["content_key", "size"]
    search_fields = ["content_key"]


@admin.register(Location)
class LocationAdmin(WrittenByWorkers):
    """Where contents were seen."""

    list_display = ["path", "online", "seen_at"]
    list_filter = ["online"]
    search_fields = ["path"]


@admin.register(Shot)
class ShotAdmin(WrittenByWorkers):
    """Shots; cuts are changed on the page of their title."""

    list_display = ["title", "index", "first_frame", "end_frame", "role", "group"]
    list_filter = ["role", "represented"]
    list_select_related = ["title", "group"]
    search_fields = ["title__name"]


@admin.register(DuplicateGroup)
class DuplicateGroupAdmin(WrittenByWorkers):
    """Groups of near-duplicates."""

    list_display = ["id", "production"]
    list_filter = ["production"]
    list_select_related = ["production"]


@admin.register(CutChange)
class CutChangeAdmin(WrittenByWorkers):
    """Cuts set and taken away by hand."""

    list_display = ["title", "frame", "action", "made_by", "made_at"]
    list_filter = ["action"]
    list_select_related = ["title", "made_by"]


@admin.register(ShotMask)
class ShotMaskAdmin(WrittenByWorkers):
    """Masks, without their bits."""

    list_display = ["shot", "slot", "frame", "subject", "confidence", "area", "version"]
    list_filter = ["subject", "slot", "version"]
    list_select_related = ["shot__title", "version"]
    exclude = ["placed", "centred"]


@admin.register(ShotVector)
class ShotVectorAdmin(WrittenByWorkers):
    """Vectors, without their numbers."""

    list_display = ["shot", "slot", "frame", "magnitude", "version"]
    list_filter = ["slot", "version"]
    list_select_related = ["shot__title", "version"]
    exclude = ["vector"]


@admin.register(MatchSet)
class MatchSetAdmin(WrittenByWorkers):
    """Searches, live and replaced."""

    list_display = ["id", "title", "live", "created_at"]
    list_filter = ["live"]
    list_select_related = ["title"]


@admin.register(MatchCandidate)
class MatchCandidateAdmin(WrittenByWorkers):
    """Ranked pairs."""

    list_display = ["id", "kind", "rank", "score", "leaving", "entering", "match_set"]
    list_filter = ["kind", "match_set__live"]
    list_select_related = ["leaving__title", "entering__title", "match_set__title"]


@admin.register(Verdict)
class VerdictAdmin(WrittenByWorkers):
    """What people said; history is not edited."""

    list_display = [
        *["id", "value", "kind", "leaving_title", "leaving_frame"],
        *["entering_title", "entering_frame", "made_by", "made_at", "undone_at"],
    ]
    list_filter = ["value", "kind", "made_by"]
    list_select_related = ["leaving_title", "entering_title", "made_by"]
