from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from catalog.models.productions import Production
from catalog.models.titles import Title

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


class DuplicateGroup(models.Model):
    """Shots that show the same take; found again by every ingest."""

    production = models.ForeignKey(
        Production, models.CASCADE, related_name="duplicate_groups"
    )

    def __str__(self) -> str:
        return f"group {self.pk}"


class ShotQuerySet(models.QuerySet["Shot"]):
    """Which shots."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Shots of visible titles."""
        return self.filter(title__in=Title.objects.visible_to(user))

    def pictures(self) -> Self:
        """Shots that may match: no black, bars, slates or text."""
        return self.filter(role=Shot.Role.PICTURE)


class Shot(models.Model):
    """A run of frames between two cuts, half-open: first_frame <= n < end_frame."""

    class Role(models.TextChoices):
        PICTURE = "picture", "Picture"
        BLACK = "black", "Black"
        BARS = "bars", "Bars"
        SLATE = "slate", "Slate"
        TEXT = "text", "Text"

    title = models.ForeignKey(Title, models.CASCADE, related_name="shots")
    index = models.PositiveIntegerField()
    first_frame = models.PositiveIntegerField()
    end_frame = models.PositiveIntegerField()
    role = models.CharField(max_length=8, choices=Role, default=Role.PICTURE)
    group = models.ForeignKey(
        DuplicateGroup, models.SET_NULL, null=True, blank=True, related_name="shots"
    )
    # False until its representations are written: a split makes two new shots.
    represented = models.BooleanField(default=False)

    objects = ShotQuerySet.as_manager()

    class Meta:
        ordering = ["title", "index"]
        constraints = [
            models.UniqueConstraint(
                fields=["title", "index"],
                name="one_shot_per_index",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.UniqueConstraint(
                fields=["title", "first_frame"],
                name="one_shot_per_first_frame",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(end_frame__gt=F("first_frame")), name="shot_not_empty"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} shot {self.index}"

    @property
    def frames(self) -> int:
        """Length in frames."""
        return self.end_frame - self.first_frame

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return float(self.frames / self.title.rate)

    @property
    def start_tc(self) -> str:
        """Source timecode of the first frame."""
        return self.title.tc(self.first_frame)

    @property
    def end_tc(self) -> str:
        """Source timecode of the frame after the last, as an NLE writes an out point."""
        return self.title.tc(self.end_frame)


class CutChange(models.Model):
    """A cut set or taken away by hand. Kept by frame, so re-detection never drops it."""

    class Action(models.TextChoices):
        SPLIT = "split", "Split"
        MERGE = "merge", "Merge"

    title = models.ForeignKey(Title, models.CASCADE, related_name="cut_changes")
    frame = models.PositiveIntegerField()
    action = models.CharField(max_length=5, choices=Action)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    made_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["title", "frame"]
        constraints = [
            models.UniqueConstraint(
                fields=["title", "frame"], name="one_change_per_frame"
            )
        ]

    def __str__(self) -> str:
        return f"{self.action} at {self.frame}"
