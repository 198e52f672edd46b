from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.urls import reverse

from catalog.models.looks import Look
from catalog.models.productions import Production
from catalog.timecode import timecode

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


class SourceFile(models.Model):
    """One content, wherever it lies. Never shown without a visible title."""

    content_key = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField()

    def __str__(self) -> str:
        return self.content_key[:12]


class Location(models.Model):
    """A place where a source file was seen: a move is a new location."""

    source = models.ForeignKey(SourceFile, models.CASCADE, related_name="locations")
    path = models.CharField(max_length=4096, unique=True)
    online = models.BooleanField(default=True)
    seen_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-online", "-seen_at"]

    def __str__(self) -> str:
        return self.path


class TitleQuerySet(models.QuerySet["Title"]):
    """Which titles."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Titles of the productions the user may see."""
        return self.filter(production__in=Production.objects.visible_to(user))

    def listed(self) -> Self:
        """What the title list shows: no twins of other titles, newest first."""
        shown = self.exclude(state=Title.State.DUPLICATE)
        placed = shown.select_related("production", "source")
        return placed.order_by("-created_at", "-pk")

    def with_counts(self) -> Self:
        """Add `shot_count`, and `match_count` of the board's pairs within the title."""
        # Pairs with other titles are not counted: who may see which of them differs.
        within = Q(match_sets__live=True, match_sets__scope="title")
        on_board = within & Q(match_sets__candidates__rank__isnull=False)
        live = Count("match_sets__candidates", filter=on_board)
        each = Title.objects.filter(pk=OuterRef("pk")).order_by().values("pk")
        return self.annotate(
            shot_count=Subquery(each.annotate(n=Count("shots")).values("n")),
            match_count=Subquery(each.annotate(n=live).values("n")),
        )


class Title(models.Model):
    """A film, an episode or a roll of rushes."""

    class Kind(models.TextChoices):
        CUT = "cut", "Cut"
        RUSHES = "rushes", "Rushes"
        REFERENCE = "reference", "Reference"

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        WORKING = "working", "Working"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"
        DUPLICATE = "duplicate", "Same as another title"

    production = models.ForeignKey(Production, models.PROTECT, related_name="titles")
    name = models.CharField(max_length=300)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.CUT)
    version = models.PositiveIntegerField(default=1)
    supersedes = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="superseded_by"
    )
    state = models.CharField(max_length=12, choices=State, default=State.QUEUED)
    error = models.TextField(blank=True)
    same_as = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="twins"
    )
    look = models.ForeignKey(
        Look, models.PROTECT, null=True, blank=True, related_name="titles"
    )
    added_path = models.CharField(max_length=4096)
    uploaded = models.BooleanField(default=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    # Written by ingest. The rate is exact: rate_num / rate_den frames a second.
    source = models.ForeignKey(
        SourceFile, models.PROTECT, null=True, blank=True, related_name="titles"
    )
    rate_num = models.PositiveIntegerField(default=0)
    rate_den = models.PositiveIntegerField(default=1)
    frames = models.PositiveIntegerField(default=0)
    start_tc = models.CharField(max_length=16, blank=True)
    drop_frame = models.BooleanField(default=False)
    reel = models.CharField(max_length=255, blank=True)
    probe = models.JSONField(default=dict, blank=True)
    proxy_key = models.CharField(max_length=255, blank=True)
    poster_key = models.CharField(max_length=255, blank=True)

    objects = TitleQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            # Two ingests of one file at once: the database lets one of them through.
            models.UniqueConstraint(
                fields=["production", "source"],
                condition=~Q(state="duplicate"),
                name="one_title_per_source_and_production",
            ),
            models.CheckConstraint(
                condition=Q(rate_den__gt=0), name="rate_den_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.name if self.version == 1 else f"{self.name} v{self.version}"

    def get_absolute_url(self) -> str:
        """The title's page."""
        return reverse("title", args=[self.pk])

    @property
    def rate(self) -> Fraction:
        """Frames a second, exact; 0 before the probe."""
        return Fraction(self.rate_num, self.rate_den)

    @property
    def is_running(self) -> bool:
        """True while its page has something to wait for."""
        return self.state in {self.State.QUEUED, self.State.WORKING}

    @property
    def picture_aspect(self) -> float:
        """Width over height of the active picture; 16/9 before the probe."""
        _x, _y, w, h = self.probe.get("active_picture", (0, 0, 1, 1))
        width = self.probe.get("display_width", 16) * w
        return float(width / (self.probe.get("display_height", 9) * h))

    @property
    def levels(self) -> tuple[float, float] | None:
        """(black, white) in 0..1 to which a flat picture is stretched to be compared.

        None where it is not flat, and where a look says better what is meant.
        """
        found = self.probe.get("levels")
        return (found[0], found[1]) if found and not self.look_id else None

    def tc(self, frame: int) -> str:
        """Source timecode of a frame of this title."""
        return timecode(frame, self.rate, self.start_tc, drop=self.drop_frame)

    def online_path(self) -> str | None:
        """Where the source was last seen, if it still is there; None is offline."""
        if self.source is None:
            return self.added_path
        places = self.source.locations.all()
        return next((place.path for place in places if place.online), None)

    def duplicate_count(self) -> int:
        """Shots that repeat an earlier shot of this title."""
        grouped = self.shots.filter(group__isnull=False)
        return grouped.count() - grouped.values("group").distinct().count()

    @property
    def offline(self) -> bool:
        """True when no known location of the source is reachable."""
        return self.online_path() is None

    def fail(self, sentence: str) -> None:
        """Write down why this title cannot be had."""
        self.state, self.error = self.State.FAILED, sentence
        self.save(update_fields=["state", "error"])
