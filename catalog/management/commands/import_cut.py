from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.commands import Document, JsonCommand, find_title
from catalog.exports import RATES
from catalog.imports import LARGEST_BYTES
from catalog.models import ImportedCut, Production
from catalog.services import Refused, import_cut

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(JsonCommand):
    help = "Read an EDL or OTIO of a cut: its pairs become known, its clips find the rushes."

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Take the file, and where it belongs."""
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--production", required=True, help="its name")
        parser.add_argument("--title", help="the rendered cut: number or name")
        parser.add_argument(
            "--rate", default="", help=f"of the record: {', '.join(RATES)}"
        )

    def answer(self, **options: Any) -> Document:
        """Every event with its source, or one sentence and nothing changed."""
        production = Production.objects.filter(name=options["production"]).first()
        if production is None:
            raise Refused(f"There is no production {options['production']}.")
        title = find_title(options["title"]) if options["title"] else None
        content = _read(options["file"])
        cut = import_cut(
            content, production, user=None, title=title, rate=options["rate"]
        )
        return _said_of(cut)

    def lines(self, document: Document) -> list[str]:
        """One line an event."""
        said = [
            f"cut {document['cut']}: {document['name']}, {len(document['events'])} events"
        ]
        said += [
            f"{event['place']:>4}  {event['title_name']} {event['source_in']} - "
            f"{event['source_out']}"
            for event in document["events"]
        ]
        return said


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}.") from None


def _said_of(cut: ImportedCut) -> Document:
    return {
        "cut": cut.pk,
        "name": cut.name,
        "form": cut.form,
        "rate": str(cut.rate),
        "events": [
            {
                "place": event.place,
                "title": event.source_id,
                "title_name": str(event.source),
                "reel": event.reel,
                "first_frame": event.source_first,
                "end_frame": event.source_end,
                "source_in": event.source.tc(event.source_first),
                "source_out": event.source.tc(event.source_end),
                "record_first": event.record_first,
                "record_end": event.record_end,
            }
            for event in cut.events.select_related("source")
        ],
    }
