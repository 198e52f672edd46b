from __future__ import annotations

from django.db import models
from django.db.models import Q
from pgvector.django import BitField, HalfVectorField

from catalog.models.encoders import EncoderVersion
from catalog.models.shots import Shot
from catalog.models.titles import Title

MASK_BITS = 64 * 64


class Slot(models.TextChoices):
    """Where in its shot a moment lies."""

    HEAD = "head", "Head"
    MIDDLE = "middle", "Middle"
    TAIL = "tail", "Tail"
    INNER = "inner", "Every two seconds"


class ShotMask(models.Model):
    """A subject's silhouette at one frame of a shot, 64x64 bits, row by row.

    No row means no subject: an empty mask has no IoU.
    """

    class Subject(models.TextChoices):
        PERSON = "person", "Person"
        FOREGROUND = "foreground", "Foreground"

    shot = models.ForeignKey(Shot, models.CASCADE, related_name="masks")
    # As the shot's: a search over the catalogue filters by it without a join.
    title = models.ForeignKey(Title, models.CASCADE, related_name="+")
    version = models.ForeignKey(EncoderVersion, models.CASCADE, related_name="+")
    slot = models.CharField(max_length=6, choices=Slot)
    frame = models.PositiveIntegerField()
    subject = models.CharField(max_length=10, choices=Subject)
    confidence = models.FloatField()
    area = models.FloatField(help_text="Share of the active picture, 0 to 1.")
    placed = BitField(length=MASK_BITS)
    centred = BitField(length=MASK_BITS)
    # Several subjects in one picture, the largest first.
    instance = models.PositiveSmallIntegerField(default=0)
    # 0: the whole silhouette. Above: `centred` shows it as a frame line would cut it.
    variant = models.PositiveSmallIntegerField(default=0)
    # Of what `centred` shows, in the picture: centroid, and root of its share; 0 to 1.
    x = models.FloatField(default=0.5)
    y = models.FloatField(default=0.5)
    size = models.FloatField(default=0.5)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shot", "version", "slot", "frame", "instance", "variant"],
                name="one_mask_per_moment",
            ),
            models.CheckConstraint(
                condition=Q(area__gt=0, area__lte=1), name="mask_area_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shot} {self.slot} {self.subject}"


class ShotVector(models.Model):
    """A vector of one shot at one moment: flow, appearance, colour, light, sound.

    Undimensioned: the version knows the length. No motion means no row.
    """

    shot = models.ForeignKey(Shot, models.CASCADE, related_name="vectors")
    title = models.ForeignKey(Title, models.CASCADE, related_name="+")
    version = models.ForeignKey(EncoderVersion, models.CASCADE, related_name="+")
    slot = models.CharField(max_length=6, choices=Slot)
    frame = models.PositiveIntegerField()
    vector = HalfVectorField()
    magnitude = models.FloatField(
        null=True, help_text="Flow and action: speed in picture widths a second."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shot", "version", "slot", "frame"],
                name="one_vector_per_moment",
            )
        ]

    def __str__(self) -> str:
        return f"{self.shot} {self.slot}"
