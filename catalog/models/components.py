from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from pgvector.django import CosineDistance, HalfVectorField

from catalog.models.encoders import EncoderVersion


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
