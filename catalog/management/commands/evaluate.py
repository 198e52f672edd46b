from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.commands import Document, JsonCommand
from catalog.evaluation import evaluate_file, evaluate_labels
from catalog.services import Refused, trainable_kinds

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(JsonCommand):
    help = "Measure how well scores rank labelled pairs: a file's, or our own labels."

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Take the files; without them the catalogue's own labels are measured."""
        parser.add_argument("--pairs", type=Path, metavar="FILE.csv")
        parser.add_argument(
            "--train",
            type=Path,
            metavar="FILE.csv",
            help="learn from these pairs first",
        )

    def answer(self, **options: Any) -> Document:
        """Average precision with its interval, and cards to 15 keepers, per column."""
        if options["pairs"]:
            return evaluate_file(options["pairs"], options["train"])
        if options["train"]:
            raise Refused(
                "--train needs --pairs: what is learned is measured on those."
            )
        return {"kinds": evaluate_labels(trainable_kinds())}

    def lines(self, document: Document) -> list[str]:
        """A table a file, or a table a kind."""
        if "kinds" not in document:
            return _table(document)
        said = []
        for kind, one in document["kinds"].items():
            said.append(f"{kind}:")
            said += _table(one) if one else ["  too few labels of both sorts"]
        return said


def _table(document: Document) -> list[str]:
    said = [
        f"{document['pairs']} pairs of {document['titles']} titles, "
        f"{document['positives']} good",
        f"{'':<24} {'pairs':>6} {'AP':>6}  {'95 % by title':<14} "
        f"cards to {document['keepers']}",
    ]
    for name, one in document["columns"].items():
        said.append(_row(name, one) if one else f"{name:<24} no good pair has it")
    learned = document["learned"]
    if learned:
        said.append(_row(f"learned ({learned['model']})", learned))
        if learned["times_alone"]:
            said.append(_row("shot times alone", learned["times_alone"]))
            said.append(_gain("shot times alone", learned["gain_over_times"]))
        said += [_gain(name, one) for name, one in learned["gain_over"].items() if one]
    if document["cards_by_chance"]:
        said.append(f"in random order {document['cards_by_chance']:.0f} cards")
    return said


def _row(name: str, one: Document) -> str:
    cards = "-" if one["cards"] is None else f"{one['cards']:.0f}"
    pairs = one.get("pairs", "")
    return (
        f"{name:<24} {pairs:>6} {one['ap']:>6.4f}  "
        f"{one['low']:.3f} to {one['high']:.3f} {cards:>6}"
    )


def _gain(name: str, one: Document) -> str:
    span = f"{one['low']:+.3f} to {one['high']:+.3f}"
    return f"  learned over {name}: {one['ap']:+.4f} ({span})"
