"""Tokens in the header: `Authorization: Bearer kul_...`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from catalog.models import ApiToken

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from rest_framework.request import Request


class TokenAuthentication(BaseAuthentication):
    """A request does what the token's user may do; its hash alone is known here."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Find the token's user; None when no token was sent."""
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        secret = words[1].decode("latin-1") if len(words) == 2 else ""
        token = ApiToken.objects.named_by(secret).select_related("user").first()
        if token is None:
            raise AuthenticationFailed("This token is not valid.")
        token.use()
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """What a 401 says is wanted."""
        return "Bearer"


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema says it."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """A bearer token."""
        return {"type": "http", "scheme": "bearer"}
