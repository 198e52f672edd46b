from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django_celery_beat.models import PeriodicTask


def usual_plan() -> str:
    """The plan that is offered first: the best of the source's."""
    return "tpl4"


class RetrainSchedule(models.Model):
    """When an encoder family is trained again, by which plan and how long.

    Without a cadence it is run by hand alone. Plan, shape, budget and margins are those
    of clip encoders; rankings know theirs themselves.
    """

    name = models.CharField(max_length=100, unique=True)
    family = models.CharField(max_length=20)
    enabled = models.BooleanField(default=True)
    cron = models.CharField(
        max_length=100, blank=True, help_text="Minute, hour, day, month, weekday."
    )
    every_hours = models.PositiveIntegerField(null=True, blank=True)
    time_zone = models.CharField(max_length=63, default="UTC")
    least_new_shots = models.PositiveIntegerField(
        default=0, help_text="Shots that no training of the family has seen."
    )
    least_new_labels = models.PositiveIntegerField(default=0)
    shape = models.CharField(max_length=10, default="tiny")
    plan = models.JSONField(
        default=usual_plan, help_text='A name such as "tpl4", or stages.'
    )
    frames = models.BigIntegerField(
        null=True, blank=True, help_text="Budget of frames to train on."
    )
    minutes = models.FloatField(
        null=True, blank=True, help_text="Budget in minutes, instead."
    )
    motion_steps = models.PositiveIntegerField(
        default=2000, help_text="Steps of learning how clips move, afterwards."
    )
    seed = models.PositiveIntegerField(default=0)
    device = models.CharField(
        max_length=20,
        blank=True,
        help_text="cpu, cuda or cuda:1; empty: what the worker has.",
    )
    better_by = models.FloatField(
        default=0.0, help_text="The least gain, as the low end of its interval."
    )
    worse_by = models.FloatField(
        default=0.05, help_text="The most that any one hold-out title may lose."
    )
    goes_live = models.BooleanField(
        default=True, help_text="Whether what passes the gate goes live by itself."
    )
    # What the clock rings; none without a cadence.
    beat = models.OneToOneField(
        PeriodicTask, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # What came of the last ringing.
    said = models.CharField(max_length=300, blank=True)
    rang_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cron="") | Q(every_hours__isnull=True),
                name="schedule_has_one_cadence",
                violation_error_message="A schedule has a crontab or a number of "
                "hours, not both.",
            ),
            models.CheckConstraint(
                condition=Q(frames__isnull=True) | Q(minutes__isnull=True),
                name="schedule_has_one_budget",
                violation_error_message="A budget is a number of frames or of "
                "minutes; name one.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def cadence(self) -> str:
        """When it rings, in words."""
        if self.cron:
            return f"{self.cron} ({self.time_zone})"
        if self.every_hours:
            return f"every {self.every_hours} h"
        return "by hand"
