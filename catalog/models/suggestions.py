from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, OuterRef, Q, Value
from django.db.models.functions import Coalesce

from catalog.models.components import EditingComponent
from catalog.models.encoders import EncoderVersion
from catalog.models.shots import Shot
from catalog.models.titles import Title
from catalog.models.verdicts import ENTERING, LEAVING

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

    from catalog.matchcuts import MatchCut

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


class AcceptanceQuerySet(models.QuerySet["Acceptance"]):
    """Which acceptances."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those whose titles are all visible."""
        titles = Title.objects.visible_to(user)
        whole = Q(entering_title__isnull=True) | Q(entering_title__in=titles)
        return self.filter(whole, leaving_title__in=titles)

    def standing(self) -> Self:
        """Those that nobody has taken back, the newest first."""
        return self.filter(undone_at__isnull=True).order_by("-made_at", "-pk")

    def on_cut(self, cut: MatchCut) -> Self:
        """All about the cut, by its frames, whatever the shots are now."""
        leaving, entering = cut.leaving, cut.entering
        return self.filter(
            leaving_title=leaving.title,
            leaving_first__lte=leaving.frame,
            leaving_end__gt=leaving.frame,
            entering_title=entering.title,
            entering_first__lte=entering.frame,
            entering_end__gt=entering.frame,
        ).select_related("component", "made_by")

    def on_frame(self, title: Title, frame: int) -> Self:
        """All about the shot around a frame."""
        return self.filter(
            leaving_title=title,
            leaving_first__lte=frame,
            leaving_end__gt=frame,
            entering_title__isnull=True,
        ).select_related("component", "made_by")


class Acceptance(models.Model):
    """A person's choice of a component, or of the plain cut, kept by title and frames.

    Like a verdict no machine drops it, and taking it back marks it. The choice for a
    shot alone has the shot as its leaving side and no entering one. The newest that
    stands is the one: of a cut, and of a shot in each class.
    """

    component = models.ForeignKey(
        EditingComponent,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="acceptances",
    )
    leaving_title = models.ForeignKey(Title, models.CASCADE, related_name="+")
    leaving_first = models.PositiveIntegerField()
    leaving_end = models.PositiveIntegerField()
    leaving_frame = models.PositiveIntegerField()
    entering_title = models.ForeignKey(
        Title, models.CASCADE, null=True, blank=True, related_name="+"
    )
    entering_first = models.PositiveIntegerField(null=True, blank=True)
    entering_end = models.PositiveIntegerField(null=True, blank=True)
    entering_frame = models.PositiveIntegerField(null=True, blank=True)
    before = models.PositiveIntegerField(
        default=0, help_text="Frames of the leaving title."
    )
    after = models.PositiveIntegerField(
        default=0, help_text="Frames of the leaving title."
    )
    # What it was accepted of; null where a person chose without being asked.
    version = models.ForeignKey(
        EncoderVersion, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    rank = models.PositiveIntegerField(null=True, blank=True)
    confidence = models.FloatField(null=True, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="acceptances",
    )
    made_at = models.DateTimeField(auto_now_add=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    carried_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="carried_to"
    )

    objects = AcceptanceQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        indexes = [
            # For boards: which choices are about two frames.
            GistIndex(
                LEAVING,
                ENTERING,
                name="acceptance_by_frames",
                condition=Q(undone_at__isnull=True),
            ),
            models.Index(
                fields=["leaving_title", "entering_title"], name="acceptance_by_titles"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    leaving_first__lte=F("leaving_frame"),
                    leaving_frame__lt=F("leaving_end"),
                ),
                name="accepted_frame_lies_in_its_shot",
            ),
            models.CheckConstraint(
                condition=Q(
                    entering_title__isnull=True,
                    entering_first__isnull=True,
                    entering_end__isnull=True,
                    entering_frame__isnull=True,
                    before=0,
                    after=0,
                )
                | Q(
                    entering_title__isnull=False,
                    entering_first__lte=F("entering_frame"),
                    entering_frame__lt=F("entering_end"),
                ),
                name="accepted_for_a_cut_or_a_shot",
            ),
            models.UniqueConstraint(
                fields=["carried_from", "leaving_title", "entering_title"],
                nulls_distinct=False,
                condition=Q(carried_from__isnull=False),
                name="acceptance_carried_once",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What pages call it."""
        if self.component is not None:
            return self.component.label
        return PLAIN if self.entering_title_id else "As it stands"


def label_on_cut(leaving_title: str, entering_title: str) -> models.Subquery:
    """The label of the standing choice for each row's cut, None where there is none.

    The arguments name the row's titles: leaving__title or leaving_title.
    """
    standing = (
        Acceptance.objects.standing()
        .alias(leaving_kept=LEAVING, entering_kept=ENTERING)
        .filter(
            leaving_title=OuterRef(leaving_title),
            entering_title=OuterRef(entering_title),
            leaving_kept__contains=OuterRef("leaving_frame"),
            entering_kept__contains=OuterRef("entering_frame"),
        )
    )
    label = Coalesce("component__label", Value(PLAIN))
    return models.Subquery(standing.values(said=label)[:1])
