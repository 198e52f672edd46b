from argparse import ArgumentParser
from typing import Any

from catalog.commands import Document, JsonCommand, find_title
from catalog.documents.titles import rate_text, shot_document


class Command(JsonCommand):
    help = "List the shots of a title."

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Take the title."""
        parser.add_argument("title", metavar="TITLE", help="number or name")

    def answer(self, **options: Any) -> Document:
        """Shots with frames, timecodes, roles and duplicate groups."""
        title = find_title(options["title"])
        shots = title.shots.select_related("title")
        return {
            "title": title.pk,
            "rate": rate_text(title),
            "shots": [shot_document(shot) for shot in shots],
        }

    def lines(self, document: Document) -> list[str]:
        """One line a shot."""
        return [
            f"{shot['index']:>5}  {shot['start_tc']}  {shot['end_tc']}"
            f"  {shot['first_frame']:>8}  {shot['end_frame']:>8}  {shot['role']:<8}"
            + (f"  group {shot['group']}" if shot["group"] else "")
            for shot in document["shots"]
        ]
