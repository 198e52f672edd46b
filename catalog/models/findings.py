from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q

from catalog.models.components import EditingComponent
from catalog.models.encoders import EncoderVersion
from catalog.models.shots import Shot
from catalog.models.titles import Title

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


class ComponentFindingQuerySet(models.QuerySet["ComponentFinding"]):
    """Which findings."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Findings in visible titles."""
        return self.filter(title__in=Title.objects.visible_to(user))

    def live(self) -> Self:
        """What the live version says."""
        live = EncoderVersion.objects.actives().filter(
            family=EncoderVersion.Family.COMPONENT
        )
        return self.filter(version__in=live)

    def of_shot(self, shot: Shot) -> Self:
        """Those on a shot, and at the cut that it begins with."""
        at_its_head = Q(title=shot.title_id, cut_frame=shot.first_frame)
        return self.filter(Q(shot=shot) | at_its_head).with_components()

    def with_components(self) -> Self:
        """What they name comes with them."""
        return self.select_related("component", "nearest")

    def laid(self) -> Self:
        """Those that say something is there, known or unknown."""
        return self.exclude(answer=ComponentFinding.Answer.NOTHING)


class ComponentFinding(models.Model):
    """What detection says is on a shot, or at a cut of a title; each run replaces its own.

    Nothing and unknown are answers too: who learns from what a title uses needs to know
    where it uses none.
    """

    class Answer(models.TextChoices):
        KNOWN = "known", "Known"
        UNKNOWN = "unknown", "Unknown"
        NOTHING = "nothing", "Nothing"

    title = models.ForeignKey(Title, models.CASCADE, related_name="findings")
    version = models.ForeignKey(EncoderVersion, models.CASCADE, related_name="+")
    # One of the two: a shot, or a cut by the first frame of its new shot.
    shot = models.ForeignKey(
        Shot, models.CASCADE, null=True, blank=True, related_name="findings"
    )
    cut_frame = models.PositiveIntegerField(null=True, blank=True)
    # Half-open; of a transition, the frames that both pictures may show in.
    first_frame = models.PositiveIntegerField()
    end_frame = models.PositiveIntegerField()
    answer = models.CharField(max_length=7, choices=Answer)
    # The class, where that much is known.
    category = models.CharField(
        max_length=10, choices=EditingComponent.Category, blank=True
    )
    component = models.ForeignKey(
        EditingComponent, models.CASCADE, null=True, blank=True, related_name="findings"
    )
    # Of what is unknown: what it is most like, a hint and no more.
    nearest = models.ForeignKey(
        EditingComponent, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    confidence = models.FloatField(
        help_text="0 to 1, as often right on held-out clips."
    )

    objects = ComponentFindingQuerySet.as_manager()

    class Meta:
        ordering = ["title", "first_frame", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(shot__isnull=True, cut_frame__isnull=False)
                | Q(shot__isnull=False, cut_frame__isnull=True),
                name="finding_is_on_a_shot_or_at_a_cut",
            ),
            models.CheckConstraint(
                condition=Q(answer="known", component__isnull=False)
                | (~Q(answer="known") & Q(component__isnull=True)),
                name="finding_is_known_by_its_component",
            ),
            models.CheckConstraint(
                condition=Q(answer="unknown") | Q(nearest__isnull=True),
                name="finding_is_like_another_where_unknown",
            ),
            models.CheckConstraint(
                condition=Q(confidence__range=(0, 1)), name="finding_confidence_share"
            ),
            models.CheckConstraint(
                condition=Q(end_frame__gt=F("first_frame")), name="finding_not_empty"
            ),
            models.UniqueConstraint(
                fields=["version", "title", "cut_frame"],
                condition=Q(cut_frame__isnull=False),
                name="one_finding_per_cut",
            ),
            models.UniqueConstraint(
                fields=["version", "shot", "category"],
                condition=Q(shot__isnull=False),
                name="one_finding_per_shot_and_class",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.first_frame}: {self.label}"

    @property
    def label(self) -> str:
        """What pages call it: the component, an unknown filter like another, nothing."""
        if self.component is not None:
            return self.component.label
        if self.answer == self.Answer.UNKNOWN:
            like = f", most like {self.nearest.label}" if self.nearest else ""
            return f"Unknown {self.get_category_display().lower()}".strip() + like
        return self.get_answer_display()
