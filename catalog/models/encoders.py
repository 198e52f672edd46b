from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q

from catalog.models.jobs import Job


class EncoderVersionQuerySet(models.QuerySet["EncoderVersion"]):
    """Which versions."""

    def active(self, family: str) -> EncoderVersion:
        """The live version of a family. Raises DoesNotExist before set-up."""
        return self.get(family=family, status=EncoderVersion.Status.ACTIVE)

    def actives(self) -> Self:
        """Every live version, one a family."""
        return self.filter(status=EncoderVersion.Status.ACTIVE)

    def of_shots(self) -> Self:
        """Live versions that matches rest on: those of components are none of them."""
        return self.actives().exclude(family__in=EncoderVersion.Family.OFF_BOARDS)

    def filled(self, family: str) -> Self:
        """The versions of a family that every title needs rows of.

        The live one, and any that is being made ready beside it, by a training or because a
        person had it go live.
        """
        asked = Job.objects.unfinished().filter(
            kind=Job.Kind.RETRAIN, subject__has_key="version"
        )
        by_hand = list(asked.values_list("subject__version", flat=True))
        coming = Q(
            status=EncoderVersion.Status.CANDIDATE,
            training_run__isnull=False,
            training_run__ended_at__isnull=True,
        )
        live = Q(status=EncoderVersion.Status.ACTIVE)
        wanted = live | coming | Q(pk__in=by_hand)
        return self.filter(wanted, family=family).order_by("pk")


class EncoderVersion(models.Model):
    """One way of turning shots into representations, with its weights and metrics."""

    class Family:
        """Families that code names; kinds of match bring more (`mlcore.matching.kinds`)."""

        MASK = "mask"
        FLOW = "flow"
        APPEARANCE = "appearance"
        COLOUR = "colour"
        LEARNED = "learned"
        CLIP = "clip"
        COMPONENT = "component"
        RECOMMENDER = "recommender"
        OFF_BOARDS = (COMPONENT, RECOMMENDER)
        """No match rests on these."""

    class Status(models.TextChoices):
        CANDIDATE = "candidate", "Candidate"
        ACTIVE = "active", "Active"
        RETIRED = "retired", "Retired"

    family = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    status = models.CharField(max_length=10, choices=Status, default=Status.CANDIDATE)
    config = models.JSONField(default=dict, blank=True)
    weights_sha256 = models.CharField(max_length=64, blank=True)
    metrics = models.JSONField(default=dict, blank=True)
    parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="children"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = EncoderVersionQuerySet.as_manager()

    class Meta:
        ordering = ["family", "-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["family"],
                condition=Q(status="active"),
                name="one_active_encoder_per_family",
            ),
            models.UniqueConstraint(
                fields=["family", "name", "weights_sha256"], name="one_row_per_encoder"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.family} {self.name}"

    @property
    def is_tidied(self) -> bool:
        """True when its weights were tidied away: it was measured, and cannot go live."""
        return bool(self.config.get("tidied"))
