from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

GROUPS = ("viewer", "editor", "admin")


def _groups(user: User | AnonymousUser) -> frozenset[str]:
    """Names of the user's groups, asked for once a request."""
    known: frozenset[str] | None = getattr(user, "group_names", None)
    if known is None:
        known = frozenset(user.groups.values_list("name", flat=True))
        user.group_names = known  # type: ignore[union-attr]  # ours, on Django's object
    return known


def sees_everything(user: User | AnonymousUser) -> bool:
    """True for superusers and members of the admin group."""
    if not user.is_active:
        return False
    return user.is_superuser or "admin" in _groups(user)


def may_edit(user: User | AnonymousUser) -> bool:
    """True for who may add titles, judge matches and change cuts."""
    if not user.is_active:
        return False
    return user.is_superuser or bool({"editor", "admin"} & _groups(user))


class ProductionQuerySet(models.QuerySet["Production"]):
    """Which productions."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Productions the user is a member of; all of them for admins."""
        if not user.is_authenticated:
            return self.none()
        return self if sees_everything(user) else self.filter(members=user)


class Production(models.Model):
    """A film, series or job: owns titles and says who may see them."""

    name = models.CharField(max_length=200, unique=True)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="productions", blank=True
    )
    may_train = models.BooleanField(
        default=False, help_text="Whether this footage may train encoders."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProductionQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
