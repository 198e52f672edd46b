from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from catalog.models.jobs import Job
from catalog.models.titles import Title

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

PROMPT_CHARACTERS = 300
USUAL_STEPS = 25
MADE_WITH = {
    "frames_sha256": "the source's frames",
    "region_sha256": "the region",
    "weights_sha256": "the weights",
    "settings_sha256": "the back-end's settings",
    "software": "the software",
    "computed_on": "the device",
    "device": "the device",
    "processor": "the processor",
    "threads": "the number of threads",
    "at_once": "the number of frames at once",
}
"""Of `inputs`: all that pixels hang on beside what was asked for, and how it is called"""


class EditJobQuerySet(models.QuerySet["EditJob"]):
    """Which edits."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Edits of titles that the user may see."""
        return self.filter(title__in=Title.objects.visible_to(user))

    def with_rows(self) -> Self:
        """With the rows that pages and documents name."""
        return self.select_related(
            *("title__production", "job", "made_by", "parent", "reproduces"),
            *("accepted", "accepted_by"),
        )

    def measured(self, back_end: str) -> Self:
        """Finished ones of a back-end that say what they took, the newest first."""
        done = self.filter(back_end=back_end, outcome__spent__seconds__gt=0)
        return done.order_by("-pk")

    def attempts_of(self, edit: EditJob) -> Self:
        """It and all that began as it did, the first one first."""
        first = edit.first_id or edit.pk
        return self.filter(Q(pk=first) | Q(first=first)).order_by("pk")


class EditJob(models.Model):
    """One attempt to put the object of a picture into a range of frames.

    What was asked for never changes: "same again" is another row. What a worker writes
    is how it goes, and what came of it.
    """

    class Region(models.TextChoices):
        NONE = "none", "Found by the back-end"
        SUBJECT = "subject", "Who or what stands in front"
        BOX = "box", "What is in a box"
        CLICK = "click", "What was clicked on"
        DRAWN = "drawn", "A drawn shape"

    title = models.ForeignKey(Title, models.CASCADE, related_name="edits")
    first_frame = models.PositiveIntegerField()
    end_frame = models.PositiveIntegerField(help_text="The first frame after it.")
    source_prompt = models.CharField(max_length=PROMPT_CHARACTERS)
    target_prompt = models.CharField(max_length=PROMPT_CHARACTERS)
    picture_sha256 = models.CharField(max_length=64)
    region = models.CharField(max_length=10, choices=Region, default=Region.NONE)
    # What the region's kind needs: "subject", or "frame" with "box", "at" or "mask".
    # Places are in parts of the whole shown picture, bars and all.
    region_given = models.JSONField(default=dict, blank=True)
    back_end = models.CharField(max_length=20)
    strength = models.FloatField(default=1.0)
    steps = models.PositiveIntegerField(default=USUAL_STEPS)
    seed = models.PositiveIntegerField(default=0)
    parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="repeats"
    )
    first = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="attempts"
    )
    reproduces = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="reproductions"
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    made_at = models.DateTimeField(auto_now_add=True)

    # Written by the worker.
    job = models.OneToOneField(
        Job, models.SET_NULL, null=True, blank=True, related_name="edit"
    )
    stage = models.CharField(max_length=20, blank=True)
    step = models.PositiveIntegerField(default=0)
    step_count = models.PositiveIntegerField(default=0)
    # {"frames", "seconds_a_frame", "device", "worker"}: foretold by the worker that does
    # it; "shares" of its stages, and the seconds "left" by them and what is done.
    estimate = models.JSONField(default=dict, blank=True)
    # Hashes of what went in, versions of what computed, where.
    inputs = models.JSONField(default=dict, blank=True)
    # Hashes of what came out, measures, the flicker curve, what it took.
    outcome = models.JSONField(default=dict, blank=True)

    accepted = models.OneToOneField(
        Title, models.SET_NULL, null=True, blank=True, related_name="made_by_edit"
    )
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    accepted_at = models.DateTimeField(null=True, blank=True)

    objects = EditJobQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end_frame__gt=F("first_frame") + 1),
                name="edit_of_two_frames_or_more",
            ),
            models.CheckConstraint(
                condition=Q(strength__gt=0) & Q(strength__lte=1),
                name="edit_strength_in_range",
            ),
        ]

    def __str__(self) -> str:
        return f"edit {self.pk}"

    def get_absolute_url(self) -> str:
        """The edit's page."""
        return reverse("edit", args=[self.pk])

    @property
    def frames(self) -> int:
        """How many frames are edited."""
        return self.end_frame - self.first_frame

    @property
    def start_tc(self) -> str:
        """Source timecode of its first frame."""
        return self.title.tc(self.first_frame)

    @property
    def end_tc(self) -> str:
        """Source timecode of the frame after it."""
        return self.title.tc(self.end_frame)

    @property
    def is_done(self) -> bool:
        """Whether there is a result to be looked at."""
        return bool(self.outcome.get("pixels_sha256"))

    @property
    def is_over(self) -> bool:
        """True when nothing more will happen to it by itself."""
        return self.job is None or self.job.is_over

    @property
    def made_with(self) -> dict[str, Any]:
        """All that its pixels hang on beside what was asked for, as far as it is known."""
        return {name: told for name, told in self.inputs.items() if name in MADE_WITH}

    @property
    def made_otherwise(self) -> list[str]:
        """In what it was made otherwise than the edit that it reproduces.

        What only one of them says is not compared: releases have learned to say more, and
        once called every processor "cpu".
        """
        if self.reproduces is None:
            return []
        own, other = self.made_with, self.reproduces.made_with
        both = [name for name in MADE_WITH if name in own and name in other]
        if "cpu" in (own.get("device"), other.get("device")):
            both = [name for name in both if name != "device"]
        differing = [MADE_WITH[name] for name in both if own[name] != other[name]]
        return list(dict.fromkeys(differing))

    @property
    def parameters(self) -> dict[str, Any]:
        """All that was asked for and could be asked for otherwise, in the page's order."""
        return {
            "frames": (self.first_frame, self.end_frame),
            "source prompt": self.source_prompt,
            "target prompt": self.target_prompt,
            "picture": self.picture_sha256,
            "region": (self.region, self.region_given),
            "back-end": self.back_end,
            "strength": self.strength,
            "steps": self.steps,
            "seed": self.seed,
        }

    @property
    def parameters_in_words(self) -> dict[str, Any]:
        """The parameters as they are shown: what is long is short."""
        return self.parameters | {
            "frames": f"{self.first_frame}-{self.end_frame}",
            "picture": self.picture_sha256[:12],
            "region": self.region_words,
        }

    @property
    def region_words(self) -> str:
        """Where the edit goes, in words: box 7.5 31.25 22.5 37.5 % at frame 12.

        A drawn shape by the beginning of its digest: another shape has another.
        """
        told = self.region_given
        place = told.get("box") or told.get("at") or []
        words = [self.region, told.get("subject", "")]
        words += [f"{100 * share:.6g}" for share in place]
        words += ["%"] if place else []
        if "mask" in told:
            words += [hashlib.sha256(told["mask"].encode()).hexdigest()[:8]]
        words += [f"at frame {told['frame']}"] if "frame" in told else []
        return " ".join(word for word in words if word)

    def file_key(self, name: str) -> str:
        """The key of a file that its worker makes: result.mov, compare.mp4, target.png."""
        return f"edits/{self.pk}/{name}"
