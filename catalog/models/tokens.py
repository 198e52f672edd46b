from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.utils.timezone import now

if TYPE_CHECKING:
    from django.contrib.auth.models import User

PREFIX = "kul_"


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Which tokens."""

    def named_by(self, secret: str) -> Self:
        """The token with this secret, of a user who may still log in."""
        return self.filter(digest=digest_of(secret), user__is_active=True)

    def make(
        self, user: User, *, name: str = "", read_only: bool = False
    ) -> tuple[ApiToken, str]:
        """Return a new token and its secret, which is never to be had again."""
        secret = PREFIX + secrets.token_urlsafe(32)
        token = self.create(
            user=user,
            name=name[:100],
            read_only=read_only,
            digest=digest_of(secret),
            begins=secret[: len(PREFIX) + 4],
        )
        return token, secret


class ApiToken(models.Model):
    """A program's key to the API: it does what its user may do. Only its hash is kept."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens"
    )
    name = models.CharField(max_length=100, blank=True, help_text="What it is for.")
    read_only = models.BooleanField(
        default=False, help_text="May read what its user may read, and change nothing."
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    begins = models.CharField(max_length=8, editable=False)
    made_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.begins}… {self.name}".strip()

    def use(self) -> None:
        """Note that it was used; once a minute is enough to find forgotten ones."""
        if self.used_at is None or (now() - self.used_at).total_seconds() > 60:
            self.used_at = now()
            self.save(update_fields=["used_at"])


def digest_of(secret: str) -> str:
    """SHA-256 of a secret of 256 random bits: guessing needs no slower hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
