from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Concat, Now, Right
from django.utils.timezone import now

from catalog.models.productions import sees_everything
from catalog.models.titles import Title

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

LOG_CHARACTERS = 8000


class JobQuerySet(models.QuerySet["Job"]):
    """Which jobs."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Jobs about visible titles, and one's own about none; all for admins."""
        if not user.is_authenticated:
            return self.none()
        if sees_everything(user):
            return self
        own = Q(title__isnull=True, asked_by=user)
        return self.filter(own | Q(title__in=Title.objects.visible_to(user)))

    def unfinished(self) -> Self:
        """Waiting or running."""
        return self.filter(state__in=[Job.State.READY, Job.State.RUNNING])

    def about_titles(self) -> Self:
        """Work that changes a title, as against what is made for a page to show."""
        return self.filter(kind__in=Job.CHANGE_TITLES)

    def counts(self) -> dict[str, int]:
        """How many there are in each state that has any."""
        counted = self.order_by().values_list("state").annotate(n=models.Count("pk"))
        return dict(counted)

    def lost(self) -> Self:
        """Running, but silent for longer than the lease: the worker is dead."""
        return self.filter(state=Job.State.RUNNING, lease_until__lt=Now())

    def unheard(self, seconds: float) -> Self:
        """Ready for so long that its bell must have been lost."""
        return self.filter(
            state=Job.State.READY, rung_at__lt=now() - timedelta(seconds=seconds)
        )

    def claim(self, pk: int, worker: str, device: str) -> Job | None:
        """Take one ready job; None when it is not to be had. One UPDATE decides."""
        won = self.filter(pk=pk, state=Job.State.READY).update(
            state=Job.State.RUNNING,
            attempt=F("attempt") + 1,
            lease_until=Now() + timedelta(seconds=settings.JOB_LEASE_SECONDS),
            heartbeat_at=Now(),
            started_at=Now(),
            worker=worker,
            device=device,
            error="",
        )
        return self.get(pk=pk) if won else None


class Job(models.Model):
    """Work asked for. This row is the job; a message is only the bell."""

    class Kind(models.TextChoices):
        INGEST = "ingest", "Ingest"
        REDETECT = "redetect", "Detect cuts again"
        RECUT = "recut", "Apply a changed cut"
        REMATCH = "rematch", "Match again"
        LOOP = "loop", "Render a cut"
        ACROSS = "across", "Match across titles"
        SEARCH = "search", "Search by shot or picture"
        CHAIN = "chain", "Find chains"
        OFFSETS = "offsets", "Find the best frames"
        EXPORT = "export", "Export"
        TRAIN = "train", "Train a ranking"
        RETRAIN = "retrain", "Retrain an encoder"
        PREVIEW = "preview", "Preview components"
        PREVIEWS = "previews", "Preview every component"
        TRYOUT = "tryout", "Try a component"
        RECOMMEND = "recommend", "Recommend components"
        DETECT = "detect", "Find components"
        LEARN = "learn", "Learn suggestions"
        EDIT = "edit", "Edit a shot"

    # The others make something for a page, or look at titles without changing them.
    CHANGE_TITLES = (Kind.INGEST, Kind.REDETECT, Kind.RECUT, Kind.REMATCH)

    class State(models.TextChoices):
        READY = "ready", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        QUARANTINED = "quarantined", "Quarantined"
        CANCELLED = "cancelled", "Cancelled"

    kind = models.CharField(max_length=12, choices=Kind)
    title = models.ForeignKey(
        Title, models.CASCADE, null=True, blank=True, related_name="jobs"
    )
    subject = models.JSONField(default=dict, blank=True)
    # What was found, for who asked; larger things are files or rows of their own.
    result = models.JSONField(default=dict, blank=True)
    # Two unfinished jobs never share a key: asking twice is asking once.
    key = models.CharField(max_length=200)
    queue = models.CharField(max_length=20, default="default")
    state = models.CharField(max_length=12, choices=State, default=State.READY)
    stage = models.CharField(max_length=20, blank=True)
    stage_number = models.PositiveIntegerField(default=0)
    stages = models.PositiveIntegerField(default=0)
    # [[stage, seconds], ...] in their order, which a JSON object would lose.
    finished = models.JSONField(default=list, blank=True)
    progress = models.FloatField(default=0.0)
    pace = models.CharField(max_length=40, blank=True)
    attempt = models.PositiveIntegerField(default=0)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    cancel_asked = models.BooleanField(default=False)
    error = models.TextField(blank=True)
    log = models.TextField(blank=True)
    worker = models.CharField(max_length=200, blank=True)
    device = models.CharField(max_length=40, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    rung_at = models.DateTimeField(default=now)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["state", "lease_until"], name="job_by_lease")]
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                condition=Q(state__in=["ready", "running"]),
                name="one_unfinished_job_per_key",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_over(self) -> bool:
        """True when nothing more will happen to it by itself."""
        return self.state not in {self.State.READY, self.State.RUNNING}

    @property
    def seconds(self) -> dict[str, float]:
        """Seconds of each finished stage, in their order."""
        return dict(self.finished)

    def write(self, **fields: Any) -> bool:
        """Update this claim's row; False when the claim was lost to another attempt."""
        mine = Job.objects.filter(
            pk=self.pk, attempt=self.attempt, state=Job.State.RUNNING
        )
        return bool(mine.update(**fields))

    def beat(self) -> bool:
        """Renew the lease; False when the claim was lost."""
        lease = Now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)
        return self.write(heartbeat_at=Now(), lease_until=lease)

    def note(self, line: str) -> None:
        """Add a line to the log, of which the tail is kept."""
        stamped = f"{now():%H:%M:%S} {line}\n"
        Job.objects.filter(pk=self.pk).update(
            log=Right(Concat(F("log"), models.Value(stamped)), LOG_CHARACTERS)
        )

    def end(self, state: str, error: str = "") -> bool:
        """Write down how it ended; False when the claim was lost."""
        return self.write(
            state=state, error=error, ended_at=Now(), lease_until=None, pace=""
        )
