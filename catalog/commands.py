"""What the command line's verbs share: one JSON document, one sentence on failure."""

from __future__ import annotations

import json
from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from catalog.models import Job, Title
from catalog.models.productions import may_edit
from catalog.plans import plan_of
from catalog.services import Refused

if TYPE_CHECKING:
    from argparse import ArgumentParser

Document = dict[str, Any]


class JsonCommand(BaseCommand):
    """A command that answers with one document: as JSON, or as lines for a person."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add --json; a command adds its own in `add_own_arguments`."""
        parser.add_argument(
            "--json", action="store_true", help="print one JSON document"
        )
        self.add_own_arguments(parser)

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Add what this command takes."""

    @abstractmethod
    def answer(self, **options: Any) -> Document:
        """Do the work. Raises Refused or CommandError with one sentence."""

    @abstractmethod
    def lines(self, document: Document) -> list[str]:
        """Say the document to a person."""

    def failed(self, document: Document) -> bool:
        """True when the document reports a failure, though the command could run."""
        return bool(document.get("failed"))

    def handle(self, *_args: Any, **options: Any) -> None:
        """Answer, print, and exit non-zero when something failed."""
        try:
            document = self.answer(**options)
        except (Refused, CommandError) as error:
            if options["json"]:
                self.stdout.write(json.dumps({"error": str(error)}))
                raise SystemExit(1) from None
            raise CommandError(str(error)) from None
        if options["json"]:
            self.stdout.write(json.dumps(document, indent=2))
        else:
            self.stdout.write("\n".join(self.lines(document)))
        if self.failed(document):
            raise SystemExit(1)


def find_editor(name: str | None, act: str) -> User | None:
    """Find the user that --user names; None where none is named.

    Raises Refused when there is none, or one who may not change what is there.
    """
    if not name:
        return None
    user = User.objects.filter(username=name).first()
    if user is None:
        raise Refused(f"There is no user {name}.")
    if not may_edit(user):
        raise Refused(f"{name} may not {act}; editors and admins may.")
    return user


def find_title(word: str) -> Title:
    """Find a title by its number or its exact name.

    Raises Refused when there is none, or more than one of that name.
    """
    if word.isdigit():
        found = Title.objects.filter(pk=int(word))
    else:
        found = Title.objects.exclude(state=Title.State.DUPLICATE).filter(name=word)
    titles = list(found[:2])
    if not titles:
        raise Refused(f"There is no title {word}.")
    if len(titles) > 1:
        raise Refused(f"Several titles are called {word}; name one by its number.")
    return titles[0]


def ended_badly(document: Document, *, cancelled: bool = True) -> bool:
    """Whether a document's job failed, or was `cancelled` where that is a failure, too."""
    bad = {Job.State.FAILED, Job.State.QUARANTINED}
    return document.get("state") in (bad | {Job.State.CANCELLED} if cancelled else bad)


def read_plan(text: str) -> Any:
    """Read a plan of pretraining: a name, a JSON file, or JSON. Raises Refused."""
    try:
        return plan_of(text)
    except ValueError as error:
        raise Refused(str(error)) from None
