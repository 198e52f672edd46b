from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User

from catalog.commands import Document, JsonCommand
from catalog.models import ApiToken
from catalog.services import Refused


class Command(JsonCommand):
    help = "Make a token for the API; its secret is printed once."

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Take the user, and what the token is for."""
        parser.add_argument("user", metavar="USER", help="its name")
        parser.add_argument("--name", default="", help="what it is for")
        parser.add_argument(
            "--read-only", action="store_true", help="changes nothing, whoever it is"
        )

    def answer(self, **options: Any) -> Document:
        """Make the token."""
        user = User.objects.filter(username=options["user"], is_active=True).first()
        if user is None:
            raise Refused(f"There is no user {options['user']} who may log in.")
        token, secret = ApiToken.objects.make(
            user, name=options["name"], read_only=options["read_only"]
        )
        return {"id": token.pk, "user": user.username, "token": secret}

    def lines(self, document: Document) -> list[str]:
        """The secret."""
        return [document["token"]]
