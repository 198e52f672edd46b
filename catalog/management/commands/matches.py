from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import CommandError

from catalog.commands import Document, JsonCommand, find_title
from catalog.documents.pairs import match_document
from catalog.models import MatchCandidate, MatchSet, Production
from catalog.models.filters import ACROSS, ORDERS, STANDING, WITHIN, Filters


class Command(JsonCommand):
    help = "List ranked match cuts."

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Take the board's filters."""
        parser.add_argument("--title", help="on either side: number or name")
        parser.add_argument("--leaving", help="title of the leaving shot")
        parser.add_argument("--entering", help="title of the entering shot")
        parser.add_argument("--without", help="title of neither shot")
        parser.add_argument("--production", help="its name")
        parser.add_argument("--kind", help="frame, motion and what else was sought")
        parser.add_argument("--across", action="store_true", help="two titles only")
        parser.add_argument("--within", action="store_true", help="one title only")
        parser.add_argument("--score", type=float, help="from 0 to 1")
        parser.add_argument("--handles", type=int, help="frames, at least")
        parser.add_argument("--shortest", type=float, help="shots, seconds")
        parser.add_argument("--longest", type=float, help="shots, seconds")
        parser.add_argument("--zoom", type=float, help="largest reposition: 1.2")
        parser.add_argument(
            "--since", type=date.fromisoformat, help="found: 2026-11-25"
        )
        parser.add_argument(
            "--until", type=date.fromisoformat, help="found: 2026-11-25"
        )
        parser.add_argument("--sort", choices=ORDERS, default=STANDING)
        parser.add_argument("--top", type=int, default=20)

    def answer(self, **options: Any) -> Document:
        """The best candidates of the live sets, with every score part."""
        if options["top"] < 1:
            raise CommandError("--top must be at least 1.")
        if options["across"] and options["within"]:
            raise CommandError("--across and --within leave nothing.")
        found = MatchCandidate.objects.live().on_board().narrowed(_filters(options))
        best = found.one_a_pair().sorted_by(options["sort"])[: options["top"]]
        return {
            "matches": [match_document(c, rank) for rank, c in enumerate(best, start=1)]
        }

    def lines(self, document: Document) -> list[str]:
        """One line a pair."""
        said = [f"{'rank':>4}  {'kind':<7} {'score':>6}  leaving > entering"]
        for match in document["matches"]:
            sides = [
                f"{side['title_name']} shot {side['shot_index']} {side['tc']}"
                for side in (match["leaving"], match["entering"])
            ]
            said.append(
                f"{match['rank']:>4}  {match['kind']:<7} {match['score']:>6.3f}  "
                + "  >  ".join(sides)
            )
        return said


def _filters(options: dict[str, Any]) -> Filters:
    given = dict(options)
    for side in ("title", "leaving", "entering", "without"):
        if given[side]:
            given[side] = find_title(given[side])
    if given["production"]:
        given["production"] = _production(given["production"])
    given["scope"] = ACROSS if given["across"] else WITHIN if given["within"] else ""
    known = MatchSet.objects.kinds()
    if given["kind"] and given["kind"] not in known:
        raise CommandError(
            f"No search has sought the kind {given['kind']!r}; "
            f"there are {', '.join(known) or 'none yet'}."
        )
    return Filters.of(given)


def _production(name: str) -> Production:
    found = Production.objects.filter(name=name).first()
    if found is None:
        raise CommandError(f"There is no production {name}.")
    return found
