from __future__ import annotations

from argparse import SUPPRESS
from typing import TYPE_CHECKING, Any

from catalog.commands import Document, JsonCommand
from catalog.component_verbs import VERBS, run

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(JsonCommand):
    help = "Render the editing components' data set, train their encoder, measure it."
    # It asks nothing of the database, so it may run where there is none.
    requires_system_checks = ()

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Take the verb and what it takes."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        for name, verb in VERBS.items():
            one = verbs.add_parser(name, help=verb.help, description=verb.help)
            verb.add_to(one)
            # Suppressed: its default would undo a --json in front of the verb.
            one.add_argument("--json", action="store_true", default=SUPPRESS)

    def answer(self, **options: Any) -> Document:
        """Have the verb's own program do it."""
        return {"verb": options["verb"], **run(VERBS[options["verb"]], options)}

    def lines(self, document: Document) -> list[str]:
        """One line, or the table that was measured."""
        return VERBS[document["verb"]].lines(document)
