from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from pgvector.django import CosineDistance, HalfVectorField

from catalog.models.encoders import EncoderVersion
from catalog.models.shots import Shot
from catalog.models.titles import Title

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


class EditingComponentQuerySet(models.QuerySet["EditingComponent"]):
    """Which components."""

    def offered(self) -> Self:
        """Those that this release can draw; others stay for what was made with them."""
        return self.filter(offered=True)

    def called(self, words: str) -> Self:
        """Those whose label or key has every one of the words."""
        found = self
        for word in words.split():
            found = found.filter(Q(label__icontains=word) | Q(key__icontains=word))
        return found


class EditingComponent(models.Model):
    """What an editor lays on raw material: a program that draws, with its settings.

    The house's, not a production's. Rows follow what mlcore draws; one that is gone from
    there is no longer offered, and stays for what people made with it.
    """

    class Category(models.TextChoices):
        EFFECT = "effect", "Video effect"
        ANIMATION = "animation", "Animation"
        TRANSITION = "transition", "Transition"
        FILTER = "filter", "Filter"
        STICKER = "sticker", "Sticker"
        TEXT = "text", "Text"

    class Split(models.TextChoices):
        TRAIN = "train", "Training"
        UNSEEN = "unseen", "Unseen in training"

    # These lie on one shot alone, as they are, and can be tried on it.
    ON_A_SHOT = (Category.EFFECT, Category.ANIMATION, Category.FILTER)

    key = models.CharField(max_length=200, unique=True)
    category = models.CharField(max_length=10, choices=Category)
    base = models.CharField(max_length=150)
    preset = models.PositiveIntegerField()
    settings = models.JSONField(default=dict, blank=True)
    label = models.CharField(max_length=200)
    split = models.CharField(max_length=6, choices=Split, default=Split.TRAIN)
    offered = models.BooleanField(default=True)

    objects = EditingComponentQuerySet.as_manager()

    class Meta:
        ordering = ["category", "base", "preset"]
        indexes = [
            models.Index(
                fields=["category", "base", "preset"], name="component_by_name"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    key=Concat(
                        F("category"),
                        Value("/"),
                        F("base"),
                        Value("/"),
                        Cast(F("preset"), models.CharField()),
                        output_field=models.CharField(),
                    )
                ),
                name="component_key_says_what_it_is",
            )
        ]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        """The component's page."""
        return reverse("component", args=[self.pk])

    @property
    def is_dissolve(self) -> bool:
        """True for the one transition that every editing program has under one name.

        Its mix is linear over the whole length; a harder one is a look of its own.
        """
        plain = (self.category, self.base) == (self.Category.TRANSITION, DISSOLVE)
        return plain and self.settings.get("hardness", 1.0) == 1.0


DISSOLVE = "cross dissolve"


class ComponentEmbeddingQuerySet(models.QuerySet["ComponentEmbedding"]):
    """Which embeddings."""

    def nearest_to(self, component: EditingComponent) -> Self:
        """The other offered components by the live version, the most alike first.

        Adds `distance`, 1 - cosine. None where the component was never embedded. Every
        row is compared: a few thousand take milliseconds without an index.
        """
        live = EncoderVersion.objects.actives().filter(
            family=EncoderVersion.Family.COMPONENT
        )
        own = self.filter(component=component, version__in=live).first()
        if own is None:
            return self.none()
        others = self.filter(version=own.version_id, component__offered=True)
        return (
            others.exclude(pk=own.pk)
            .annotate(distance=CosineDistance("vector", own.vector))
            .select_related("component")
            .order_by("distance", "component__key")
        )


class ComponentEmbedding(models.Model):
    """Where a component stands among the others: the mean over clips of it.

    Undimensioned: the version knows the length.
    """

    component = models.ForeignKey(
        EditingComponent, models.CASCADE, related_name="embeddings"
    )
    version = models.ForeignKey(EncoderVersion, models.CASCADE, related_name="+")
    vector = HalfVectorField()
    clips = models.PositiveIntegerField(help_text="How many it is the mean of.")

    objects = ComponentEmbeddingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "component"], name="one_embedding_per_component"
            ),
            models.CheckConstraint(
                condition=Q(clips__gt=0), name="embedding_is_a_mean_of_clips"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.component} in {self.version}"


class ComponentPlaceQuerySet(models.QuerySet["ComponentPlace"]):
    """Which places."""

    def live(self) -> Self:
        """Those of the live version, of what is offered, with their components."""
        live = EncoderVersion.objects.actives().filter(
            family=EncoderVersion.Family.COMPONENT
        )
        found = self.filter(version__in=live, component__offered=True)
        return found.select_related("component").order_by("component__key")


class ComponentPlace(models.Model):
    """A component's point on the map: x to the right, y down, 0 to 1."""

    component = models.ForeignKey(
        EditingComponent, models.CASCADE, related_name="places"
    )
    version = models.ForeignKey(EncoderVersion, models.CASCADE, related_name="+")
    x = models.FloatField()
    y = models.FloatField()

    objects = ComponentPlaceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "component"], name="one_place_per_component"
            ),
            models.CheckConstraint(
                condition=Q(x__range=(0, 1), y__range=(0, 1)),
                name="place_is_on_the_map",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.component} at {self.x:.2f}, {self.y:.2f}"


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
        return f"{self.title} {self.first_frame}: {self.component or self.answer}"
