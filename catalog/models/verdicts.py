from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import IntegerRangeField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import Func, Q

from catalog.models.titles import Title


class VerdictQuerySet(models.QuerySet["Verdict"]):
    """Which verdicts."""

    def standing(self) -> Self:
        """Those that nobody has taken back."""
        return self.filter(undone_at__isnull=True)


def _frames(side: str) -> Func:
    columns = (f"{side}_first", f"{side}_end")
    return Func(*columns, function="int4range", output_field=IntegerRangeField())


LEAVING, ENTERING = _frames("leaving"), _frames("entering")


class Verdict(models.Model):
    """A person's word on a pair, kept by title and frames: no machine drops it."""

    class Value(models.TextChoices):
        GOOD = "good", "Accepted"
        BAD = "bad", "Rejected"

    class Reason(models.TextChoices):
        SILHOUETTE = "silhouette", "Shapes do not meet"
        MOTION = "motion", "Movement does not go on"
        TASTE = "taste", "Matter of taste"
        DUPLICATE = "duplicate", "Near-duplicate"
        WRONG_MASK = "wrong_mask", "Wrong mask"

    # These say that the machine erred before it compared: the pair is no bad cut.
    NOT_ABOUT_THE_CUT = frozenset({Reason.DUPLICATE, Reason.WRONG_MASK})

    kind = models.CharField(max_length=10)
    value = models.CharField(max_length=4, choices=Value)
    reason = models.CharField(max_length=200, blank=True)
    leaving_title = models.ForeignKey(Title, models.CASCADE, related_name="+")
    leaving_first = models.PositiveIntegerField()
    leaving_end = models.PositiveIntegerField()
    leaving_frame = models.PositiveIntegerField()
    entering_title = models.ForeignKey(Title, models.CASCADE, related_name="+")
    entering_first = models.PositiveIntegerField()
    entering_end = models.PositiveIntegerField()
    entering_frame = models.PositiveIntegerField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="verdicts"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    carried_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="carried_to"
    )
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = VerdictQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        indexes = [
            models.Index(
                fields=["leaving_title", "entering_title", "kind"],
                name="verdict_by_titles",
            ),
            # For boards: which verdicts are about two frames.
            GistIndex(
                LEAVING,
                ENTERING,
                name="verdict_by_frames",
                condition=Q(undone_at__isnull=True),
            ),
        ]
        constraints = [
            # Carried over to a new version once, however often that is tried.
            models.UniqueConstraint(
                fields=["carried_from", "leaving_title", "entering_title"],
                name="verdict_carried_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.value} {self.kind}"

    @property
    def reason_label(self) -> str:
        """The reason as pages write it."""
        return reason_label(self.reason)


def reason_label(reason: str | None) -> str:
    """A reason in words; one from before reasons were named is its own word."""
    return dict(Verdict.Reason.choices).get(reason or "", reason or "")
