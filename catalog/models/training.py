from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.timezone import now

from catalog.models.encoders import EncoderVersion
from catalog.models.jobs import Job
from catalog.models.schedules import RetrainSchedule

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import User


class TrainingRunQuerySet(models.QuerySet["TrainingRun"]):
    """Which trainings."""

    def unfinished(self) -> Self:
        """Those that still hold their family; one a family."""
        return self.filter(ended_at__isnull=True)

    def measured(self, shape: str) -> Self:
        """Those that wrote down what a training of this shape took, the newest first."""
        return self.filter(spent__frames__gt=0, config__shape=shape)

    def close_over(self) -> int:
        """End the runs whose job is over: it failed, was cancelled, or is gone.

        Returns how many.
        """
        over = Q(job__isnull=True) | ~Q(
            job__state__in=[Job.State.READY, Job.State.RUNNING]
        )
        found = self.unfinished().filter(over).values_list("pk", flat=True)
        return TrainingRun.objects.filter(pk__in=list(found)).update(ended_at=Now())


class TrainingRun(models.Model):
    """One training: what it learned from, frozen, and what came of it."""

    family = models.CharField(max_length=20)
    job = models.OneToOneField(
        Job, models.SET_NULL, null=True, blank=True, related_name="training_run"
    )
    schedule = models.ForeignKey(
        RetrainSchedule, models.SET_NULL, null=True, blank=True, related_name="runs"
    )
    due_for = models.DateTimeField(
        null=True,
        blank=True,
        help_text="The minute its schedule rang for; empty: a person asked.",
    )
    # Labels pair by pair, and shots by frames, with the title split, as they stood when
    # it began. Empty until it begins.
    frozen = models.JSONField(default=dict)
    config = models.JSONField(default=dict)
    seed = models.PositiveIntegerField(default=0)
    stage = models.CharField(max_length=60, blank=True)
    # [[step, frames of its clips, loss], ...], thinned out: for the plot.
    losses = models.JSONField(default=list, blank=True)
    # The same of learning how clips move, whose loss is another one.
    motion_losses = models.JSONField(default=list, blank=True)
    seconds_left = models.FloatField(null=True, blank=True)
    # Of pretraining: seconds, frames, multiplied, device. Of motion and the backfill, by their
    # names: seconds, and steps or shots. What later ones will take.
    spent = models.JSONField(default=dict, blank=True)
    # What the gate saw: measures of both sides, the interval, and its decision.
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

    objects = TrainingRunQuerySet.as_manager()

    class Meta:
        ordering = ["-began_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["family"],
                condition=Q(ended_at__isnull=True),
                name="one_unfinished_run_per_family",
            ),
            models.UniqueConstraint(
                fields=["schedule", "due_for"], name="one_run_per_ringing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.family} run {self.pk}"

    @property
    def is_over(self) -> bool:
        """True when nothing more will happen to it by itself."""
        return self.ended_at is not None or self.job is None or self.job.is_over

    @property
    def broke_off(self) -> bool:
        """True when it failed or was cancelled, before or after its gate: it can go on."""
        job, version = self.job, self.version
        return (
            job is not None
            and job.is_over
            and job.state != Job.State.DONE
            and not self.is_decided
            and not (version is not None and version.is_tidied)
        )

    @property
    def is_decided(self) -> bool:
        """True when its version did not pass or went live: neither is done again."""
        told = self.outcome
        return bool(told and (told.get("went_live") or not told.get("passed")))


class PromotionQuerySet(models.QuerySet["Promotion"]):
    """Which switches."""

    def note(
        self,
        family: str,
        version: EncoderVersion | None,
        before: EncoderVersion | None,
        reason: str,
        user: User | None = None,
    ) -> Promotion:
        """Write down that a family's live version is another one from now on."""
        return self.create(
            family=family,
            version=version,
            before=before,
            reason=reason[:300],
            made_by=user,
        )

    def live_on(self, family: str, when: datetime) -> EncoderVersion | None:
        """What was live of a family at a time; None: nothing was, or nobody noted it.

        Before the first switch that is what the first switch took the place of.
        """
        told = self.filter(family=family).select_related("version", "before")
        last = told.filter(made_at__lte=when).first()
        if last is not None:
            return last.version
        first = told.order_by("made_at", "pk").first()
        if first is not None:
            found = first.before
        else:
            found = EncoderVersion.objects.actives().filter(family=family).first()
        return found if found is not None and found.created_at <= when else None


class Promotion(models.Model):
    """When a version went live and who or what decided so; never changed, only added.

    The database refuses all else, but that a deleted user is forgotten here, too. Without
    a version: since then none of the family is live. A version that stands in this log
    cannot be deleted.
    """

    family = models.CharField(max_length=20)
    version = models.ForeignKey(
        EncoderVersion,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="promotions",
    )
    before = models.ForeignKey(
        EncoderVersion, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=300)
    made_by = models.ForeignKey(
        "auth.User", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField(default=now, editable=False)

    objects = PromotionQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["family", "made_at"], name="promotion_by_time")]

    def __str__(self) -> str:
        return f"{self.version or 'nothing'} on {self.made_at:%Y-%m-%d}"
