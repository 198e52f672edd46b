from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models

from catalog.models.productions import Production

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


class LookQuerySet(models.QuerySet["Look"]):
    """Which looks."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Looks of the productions the user may see."""
        return self.filter(production__in=Production.objects.visible_to(user))


class Look(models.Model):
    """A .cube: what log footage is meant to look like. Kept whole, for it is small."""

    production = models.ForeignKey(Production, models.CASCADE, related_name="looks")
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    cube = models.TextField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)

    objects = LookQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["production", "sha256"], name="one_look_per_cube"
            )
        ]

    def __str__(self) -> str:
        return self.name
