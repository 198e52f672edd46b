from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from catalog.models.components import EditingComponent
from catalog.models.encoders import EncoderVersion
from catalog.models.shots import Shot
from catalog.models.titles import Title

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

PLAIN = "Plain cut"


class SuggestionQuerySet(models.QuerySet["Suggestion"]):
    """Which suggestions."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those whose shots are all in visible titles."""
        titles = Title.objects.visible_to(user)
        whole = Q(entering__isnull=True) | Q(entering__title__in=titles)
        return self.filter(whole, leaving__title__in=titles)

    def live(self) -> Self:
        """Those of the recommender in use, with their components."""
        live = EncoderVersion.objects.actives().filter(
            family=EncoderVersion.Family.RECOMMENDER
        )
        return self.filter(version__in=live).select_related("component")

    def for_pair(self, leaving: Shot, entering: Shot) -> Self:
        """What is suggested for cuts from one shot to the other."""
        return self.filter(leaving=leaving, entering=entering)

    def at(self, leaving_frame: int, entering_frame: int) -> Self:
        """Those at exactly these frames."""
        return self.filter(leaving_frame=leaving_frame, entering_frame=entering_frame)

    def for_shot(self, shot: Shot) -> Self:
        """What is suggested for one shot alone."""
        return self.filter(leaving=shot, entering__isnull=True)


class Suggestion(models.Model):
    """One place in what a recommender says of a cut or of a shot; it replaces its own.

    Of a cut from `leaving` to `entering`, at these frames; of one shot, `leaving` is the
    shot. Without a component it is the plain cut, or the shot as it stands, which is
    always among them.
    """

    version = models.ForeignKey(EncoderVersion, models.CASCADE, related_name="+")
    leaving = models.ForeignKey(Shot, models.CASCADE, related_name="suggestions")
    leaving_frame = models.PositiveIntegerField()
    entering = models.ForeignKey(
        Shot, models.CASCADE, null=True, blank=True, related_name="suggestions_in"
    )
    entering_frame = models.PositiveIntegerField(null=True, blank=True)
    component = models.ForeignKey(
        EditingComponent, models.CASCADE, null=True, blank=True, related_name="+"
    )
    rank = models.PositiveIntegerField()
    confidence = models.FloatField()
    reason = models.CharField(max_length=500)
    # Of a transition: how long it is under way before and after the cut.
    before = models.PositiveIntegerField(
        default=0, help_text="Frames of the leaving title."
    )
    after = models.PositiveIntegerField(
        default=0, help_text="Frames of the leaving title."
    )

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        ordering = ["leaving", "entering", "rank"]
        constraints = [
            models.CheckConstraint(
                condition=Q(entering__isnull=True, entering_frame__isnull=True)
                | Q(entering__isnull=False, entering_frame__isnull=False),
                name="suggestion_is_for_a_cut_or_a_shot",
            ),
            models.CheckConstraint(
                condition=Q(confidence__range=(0, 1)), name="suggestion_confidence"
            ),
            models.CheckConstraint(condition=Q(rank__gt=0), name="ranks_begin_with_1"),
            models.CheckConstraint(
                condition=Q(component__isnull=False, entering__isnull=False)
                | Q(before=0, after=0),
                name="only_a_transition_takes_time",
            ),
            models.UniqueConstraint(
                fields=[
                    *("version", "leaving", "leaving_frame", "entering"),
                    *("entering_frame", "rank"),
                ],
                nulls_distinct=False,
                name="one_suggestion_per_rank",
            ),
            models.UniqueConstraint(
                fields=[
                    *("version", "leaving", "leaving_frame", "entering"),
                    *("entering_frame", "component"),
                ],
                nulls_distinct=False,
                name="nothing_suggested_twice",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rank}. {self.label}"

    @property
    def label(self) -> str:
        """What pages call it."""
        if self.component is not None:
            return self.component.label
        return PLAIN if self.entering_id else "As it stands"
