from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Max, Q, When
from django.db.models.functions import Greatest
from django.urls import reverse

from catalog.models.acceptances import label_on_cut
from catalog.models.productions import Production
from catalog.models.titles import Title

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


class BinQuerySet(models.QuerySet["Bin"]):
    """Which bins."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Bins of the productions the user may see."""
        return self.filter(production__in=Production.objects.visible_to(user))

    def last_used_first(self, user: User) -> Self:
        """The one this person last kept something in, or made, comes first."""
        kept = Max("items__made_at", filter=Q(items__made_by=user))
        made = Case(When(made_by=user, then=F("made_at")))
        used = self.annotate(used_at=Greatest(kept, made))
        return used.order_by(F("used_at").desc(nulls_last=True), "name", "pk")

    def used_by(self, user: User) -> Self:
        """Bins this person has made or kept something in."""
        return self.filter(Q(made_by=user) | Q(items__made_by=user))


class Bin(models.Model):
    """Match cuts that a person keeps together, in an order of their own."""

    production = models.ForeignKey(Production, models.CASCADE, related_name="bins")
    name = models.CharField(max_length=200)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="bins"
    )
    made_at = models.DateTimeField(auto_now_add=True)

    objects = BinQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["production", "name"], name="one_bin_per_name"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The bin's page."""
        return reverse("bin", args=[self.pk])


class BinItemQuerySet(models.QuerySet["BinItem"]):
    """Which items."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Items of visible bins whose both titles are visible."""
        titles = Title.objects.visible_to(user)
        return self.filter(
            bin__in=Bin.objects.visible_to(user),
            leaving_title__in=titles,
            entering_title__in=titles,
        )

    def with_titles(self) -> Self:
        """Add what a row of a bin shows: the bin, both titles, and what is laid on."""
        sides = self.select_related("bin", "leaving_title", "entering_title")
        return sides.annotate(laid=label_on_cut("leaving_title", "entering_title"))


class BinItem(models.Model):
    """One cut in a bin, kept by titles and frames: no machine drops it.

    The cut goes from `leaving_frame` of one title, its last frame before the cut, to
    `entering_frame` of the other, its first after it; first and end are the shots'
    frames, half-open, as they were when the item was made.
    """

    bin = models.ForeignKey(Bin, models.CASCADE, related_name="items")
    place = models.PositiveIntegerField()
    kind = models.CharField(max_length=10)
    leaving_title = models.ForeignKey(Title, models.CASCADE, related_name="+")
    leaving_first = models.PositiveIntegerField()
    leaving_end = models.PositiveIntegerField()
    leaving_frame = models.PositiveIntegerField()
    entering_title = models.ForeignKey(Title, models.CASCADE, related_name="+")
    entering_first = models.PositiveIntegerField()
    entering_end = models.PositiveIntegerField()
    entering_frame = models.PositiveIntegerField()
    score = models.FloatField(null=True, blank=True)
    parts = models.JSONField(default=dict, blank=True)
    # scale, dx, dy in widths of the active picture, rotation in degrees; null: none.
    transform = models.JSONField(null=True, blank=True)
    note = models.TextField(blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    carried_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="carried_to"
    )

    objects = BinItemQuerySet.as_manager()

    class Meta:
        ordering = ["bin", "place", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["bin", "place"],
                name="one_item_per_place",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(leaving_first__lte=F("leaving_frame"))
                & Q(leaving_frame__lt=F("leaving_end"))
                & Q(entering_first__lte=F("entering_frame"))
                & Q(entering_frame__lt=F("entering_end")),
                name="item_frames_lie_in_their_shots",
            ),
            models.UniqueConstraint(
                fields=["carried_from", "leaving_title", "entering_title"],
                name="item_carried_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.leaving_title} > {self.entering_title}"


class StorageRoot(models.Model):
    """One storage as three kinds of machine see it, for the paths in timelines."""

    name = models.CharField(max_length=100, unique=True)
    server = models.CharField(
        max_length=1000, unique=True, help_text="Folder on this server: /mnt/footage"
    )
    macos = models.CharField(
        max_length=1000, blank=True, help_text="The same on a Mac: /Volumes/Footage"
    )
    windows = models.CharField(
        max_length=1000, blank=True, help_text=r"The same on Windows: X:\Footage"
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
