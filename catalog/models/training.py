from __future__ import annotations

from django.db import models

from catalog.models.encoders import EncoderVersion
from catalog.models.jobs import Job


class TrainingRun(models.Model):
    """One training: what it learned from, frozen, and what came of it."""

    family = models.CharField(max_length=20)
    job = models.OneToOneField(
        Job, models.SET_NULL, null=True, blank=True, related_name="training_run"
    )
    # The labels, pair by pair, with the title split, as they stood when it began.
    frozen = models.JSONField(default=dict)
    config = models.JSONField(default=dict)
    seed = models.PositiveIntegerField(default=0)
    # What the gate saw: precision of both sides, the interval, and its decision.
    outcome = models.JSONField(default=dict, blank=True)
    version = models.OneToOneField(
        EncoderVersion,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="training_run",
    )
    began_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-began_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.family} run {self.pk}"


class Promotion(models.Model):
    """When a version went live and who or what decided so; never changed.

    Without a version: since then none of the family is live.
    """

    version = models.ForeignKey(
        EncoderVersion,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="promotions",
    )
    before = models.ForeignKey(
        EncoderVersion, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=300)
    made_by = models.ForeignKey(
        "auth.User", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.version or 'nothing'} on {self.made_at:%Y-%m-%d}"
