from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self

from django.conf import settings
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, OuterRef, Q, Value
from django.db.models.functions import Coalesce

from catalog.models.components import EditingComponent
from catalog.models.encoders import EncoderVersion
from catalog.models.suggestions import PLAIN
from catalog.models.titles import Title
from catalog.models.verdicts import ENTERING, LEAVING

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


class Place(Protocol):
    """A frame of a title, as a side of a cut has it."""

    @property
    def title(self) -> Title:
        """The title."""

    @property
    def frame(self) -> int:
        """The frame, from 0."""


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

    def on_cut(self, leaving: Place, entering: Place) -> Self:
        """All about the cut, by its frames, whatever the shots are now."""
        return self.filter(
            leaving_title=leaving.title,
            leaving_first__lte=leaving.frame,
            leaving_end__gt=leaving.frame,
            entering_title=entering.title,
            entering_first__lte=entering.frame,
            entering_end__gt=entering.frame,
        ).select_related("component", "made_by")

    def on_shot(self, at: Place) -> Self:
        """All about the shot around a frame."""
        return self.filter(
            leaving_title=at.title,
            leaving_first__lte=at.frame,
            leaving_end__gt=at.frame,
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

    def is_about(self, leaving: Place, entering: Place | None = None) -> bool:
        """Whether it is the choice for this cut; or, without an entering side, shot."""
        here = (self.leaving_title_id, self.entering_title_id)
        if here != (leaving.title.pk, entering.title.pk if entering else None):
            return False
        if not self.leaving_first <= leaving.frame < self.leaving_end:
            return False
        first, end = self.entering_first, self.entering_end
        if entering is None or first is None or end is None:
            return True
        return first <= entering.frame < end


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
