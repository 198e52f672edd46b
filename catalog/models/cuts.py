from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.urls import reverse

from catalog.models.productions import Production
from catalog.models.titles import Title

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


Candidate = TypeVar("Candidate", bound=models.Model)


class ImportedCutQuerySet(models.QuerySet["ImportedCut"]):
    """Which imported cuts."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Cuts of the productions the user may see."""
        return self.filter(production__in=Production.objects.visible_to(user))

    def with_counts(self) -> Self:
        """Add `event_count`."""
        return self.annotate(event_count=models.Count("events"))


class ImportedCut(models.Model):
    """A timeline that an editor has made: an EDL or OTIO, read into events."""

    production = models.ForeignKey(Production, models.CASCADE, related_name="cuts")
    name = models.CharField(max_length=300)
    # The rendered cut, where it is a title too: its frames are the record's.
    title = models.ForeignKey(
        Title, models.SET_NULL, null=True, blank=True, related_name="imported_cuts"
    )
    form = models.CharField(max_length=10, help_text="edl or otio")
    # Of the record: frames of events count in it.
    rate_num = models.PositiveIntegerField(default=0)
    rate_den = models.PositiveIntegerField(default=1)
    sha256 = models.CharField(max_length=64)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)

    objects = ImportedCutQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["production", "sha256"], name="one_import_per_timeline"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The cut's page."""
        return reverse("cut", args=[self.pk])

    @property
    def rate(self) -> Fraction:
        """Frames a second of the record, exact; 0 when nobody said it."""
        return Fraction(self.rate_num, self.rate_den)


class CutEventQuerySet(models.QuerySet["CutEvent"]):
    """Which events."""

    def cut_to(self, entering_title: Any, first: Any, end: Any) -> Self:
        """Events whose very next event enters these frames of a title, by a hard cut.

        The arguments are values or expressions; `first` to `end` is half-open.
        """
        following = CutEvent.objects.filter(
            cut=OuterRef("cut"),
            place=OuterRef("place") + 1,
            record_first=OuterRef("record_end"),
            transition=0,
            source=entering_title,
            source_first__gte=first,
            source_first__lt=end,
        )
        return self.filter(Exists(following))


class CutEvent(models.Model):
    """One clip of an imported cut: which frames of which title, half-open."""

    cut = models.ForeignKey(ImportedCut, models.CASCADE, related_name="events")
    place = models.PositiveIntegerField()
    source = models.ForeignKey(Title, models.CASCADE, related_name="used_in")
    source_first = models.PositiveIntegerField()
    source_end = models.PositiveIntegerField()
    record_first = models.PositiveIntegerField()
    record_end = models.PositiveIntegerField()
    # Frames of the dissolve or wipe with which it begins; 0 is a hard cut.
    transition = models.PositiveIntegerField(default=0)
    reel = models.CharField(max_length=255, blank=True)
    clip_name = models.CharField(max_length=300, blank=True)

    objects = CutEventQuerySet.as_manager()

    class Meta:
        ordering = ["cut", "place"]
        constraints = [
            models.UniqueConstraint(
                fields=["cut", "place"], name="one_event_per_place"
            ),
            models.CheckConstraint(
                condition=Q(source_end__gt=F("source_first"))
                & Q(record_end__gt=F("record_first")),
                name="event_not_empty",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cut} event {self.place}"

    def source_frame(self, record_frame: int) -> int:
        """The frame of the source that is shown at a frame of the record inside it."""
        into = record_frame - self.record_first
        if self.cut.rate and self.source.rate:
            into = int(into * self.source.rate / self.cut.rate)
        return min(self.source_first + into, self.source_end - 1)


class KnownPairs(models.QuerySet[Candidate]):
    """What candidates know of imported cuts."""

    def with_known(self) -> Self:
        """Add `known_in` and `known_name`: the newest imported cut that has this pair.

        A pair is known when a timeline goes by a hard cut from a frame of the leaving
        shot to one of the entering shot. Nothing is barred for it. Only timelines of the
        leaving title's production are named: who sees the title sees them.
        """
        joined = (
            CutEvent.objects.filter(
                cut__production=OuterRef("leaving__title__production"),
                source=OuterRef("leaving__title"),
                source_end__gt=OuterRef("leaving__first_frame"),
                source_end__lte=OuterRef("leaving__end_frame"),
            )
            .cut_to(
                OuterRef(OuterRef("entering__title")),
                OuterRef(OuterRef("entering__first_frame")),
                OuterRef(OuterRef("entering__end_frame")),
            )
            .order_by("-cut_id", "place")
        )
        return self.annotate(
            known_in=Subquery(joined.values("cut_id")[:1]),
            known_name=Subquery(joined.values("cut__name")[:1]),
        )
