from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery

from catalog.models.titles import Shot, Title

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


class Kind(models.TextChoices):
    """What makes two shots match."""

    FRAME = "frame", "Frame"
    MOTION = "motion", "Motion"


class MatchSet(models.Model):
    """One search of one title. A new search is a new set; one set is live."""

    title = models.ForeignKey(Title, models.CASCADE, related_name="match_sets")
    live = models.BooleanField(default=False)
    versions = models.JSONField(default=dict, help_text="Encoder version per family.")
    config = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["title"], condition=Q(live=True), name="one_live_set_per_title"
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} set {self.pk}"


class MatchCandidateQuerySet(models.QuerySet["MatchCandidate"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Candidates whose both shots are in visible titles."""
        titles = Title.objects.visible_to(user)
        return self.filter(leaving__title__in=titles, entering__title__in=titles)

    def live(self) -> Self:
        """Candidates of the live sets, with what a card shows."""
        return self.filter(match_set__live=True).select_related(
            "match_set", "leaving__title", "entering__title"
        )

    def best_first(self) -> Self:
        """Highest score first; the order never depends on chance."""
        return self.order_by("-score", "pk")

    def with_verdict(self) -> Self:
        """Add `verdict`, the newest standing verdict on the pair, or None.

        Verdicts are kept by frames: one stands for every candidate whose matched
        frames lie inside the judged ranges, whatever the shots are now.
        """
        standing = Verdict.objects.filter(
            undone_at__isnull=True,
            kind=OuterRef("kind"),
            leaving_title=OuterRef("leaving__title"),
            leaving_first__lte=OuterRef("leaving_frame"),
            leaving_end__gt=OuterRef("leaving_frame"),
            entering_title=OuterRef("entering__title"),
            entering_first__lte=OuterRef("entering_frame"),
            entering_end__gt=OuterRef("entering_frame"),
        ).order_by("-made_at", "-pk")
        return self.annotate(verdict=Subquery(standing.values("value")[:1]))


class MatchCandidate(models.Model):
    """An ordered pair: the cut goes from the leaving shot to the entering one."""

    match_set = models.ForeignKey(MatchSet, models.CASCADE, related_name="candidates")
    kind = models.CharField(max_length=10, choices=Kind)
    rank = models.PositiveIntegerField()
    leaving = models.ForeignKey(Shot, models.CASCADE, related_name="leaving_in")
    entering = models.ForeignKey(Shot, models.CASCADE, related_name="entering_in")
    score = models.FloatField()
    parts = models.JSONField(default=dict)
    leaving_frame = models.PositiveIntegerField()
    entering_frame = models.PositiveIntegerField()
    # scale, dx, dy in widths of the active picture, rotation in degrees; null: none.
    transform = models.JSONField(null=True, blank=True)

    objects = MatchCandidateQuerySet.as_manager()

    class Meta:
        ordering = ["match_set", "kind", "rank"]
        indexes = [models.Index(fields=["kind", "-score"], name="candidate_by_score")]
        constraints = [
            models.UniqueConstraint(
                fields=["match_set", "kind", "leaving", "entering"],
                name="one_candidate_per_pair",
            ),
            models.UniqueConstraint(
                fields=["match_set", "kind", "rank"], name="one_candidate_per_rank"
            ),
            models.CheckConstraint(
                condition=~Q(leaving=F("entering")), name="a_shot_never_matches_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.rank}: {self.leaving} > {self.entering}"

    def handles(self, side: str) -> int:
        """Frames the shot has beyond the matched frame, outside the cut."""
        if side == "leaving":
            return self.leaving.end_frame - 1 - self.leaving_frame
        return self.entering_frame - self.entering.first_frame


class Verdict(models.Model):
    """A person's word on a pair, kept by title and frames: no machine drops it."""

    class Value(models.TextChoices):
        GOOD = "good", "Accepted"
        BAD = "bad", "Rejected"

    kind = models.CharField(max_length=10, choices=Kind)
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
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at"]
        indexes = [
            models.Index(
                fields=["leaving_title", "entering_title", "kind"], name="verdict_by_titles"
            )
        ]

    def __str__(self) -> str:
        return f"{self.value} {self.kind}"
