from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from catalog.models.productions import Production
from catalog.models.titles import Title

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


class ImportedCutQuerySet(models.QuerySet["ImportedCut"]):
    """Which imported cuts."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Cuts of the productions the user may see."""
        return self.filter(production__in=Production.objects.visible_to(user))


class ImportedCut(models.Model):
    """A timeline that an editor has made: an EDL or OTIO, read into events."""

    production = models.ForeignKey(Production, models.CASCADE, related_name="cuts")
    name = models.CharField(max_length=300)
    # The rendered cut, where it is a title too: its frames are the record's.
    title = models.ForeignKey(
        Title, models.SET_NULL, null=True, blank=True, related_name="imported_cuts"
    )
    form = models.CharField(max_length=10, help_text="edl or otio")
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


class CutEvent(models.Model):
    """One clip of an imported cut: which frames of which title, half-open."""

    cut = models.ForeignKey(ImportedCut, models.CASCADE, related_name="events")
    place = models.PositiveIntegerField()
    source = models.ForeignKey(Title, models.CASCADE, related_name="used_in")
    source_first = models.PositiveIntegerField()
    source_end = models.PositiveIntegerField()
    record_first = models.PositiveIntegerField()
    record_end = models.PositiveIntegerField()
    reel = models.CharField(max_length=255, blank=True)
    clip_name = models.CharField(max_length=300, blank=True)

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
