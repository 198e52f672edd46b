from __future__ import annotations

from typing import TYPE_CHECKING, Any

from catalog.commands import Document, JsonCommand, find_title
from catalog.documents.components import finding_document
from catalog.models import ComponentFinding, Job
from catalog.services import Refused, ask_detection
from catalog.waiting import a_worker, wait_for

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(JsonCommand):
    help = "Find which components are on a title's shots and at its cuts."

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Take the title."""
        parser.add_argument("title", metavar="TITLE", help="number or name")

    def answer(self, **options: Any) -> Document:
        """Ask, wait with a worker of our own if need be, and read what was found."""
        title = find_title(options["title"])
        job = ask_detection(title)
        if job is None:
            raise Refused(
                "No component encoder is in use; run `python -m pipelines.components`."
            )
        with a_worker() as worker:
            (done,) = wait_for([job], self.stderr.write, worker)
        if done.state != Job.State.DONE:
            raise Refused(done.error)
        live = ComponentFinding.objects.live().filter(title=title)
        laid = (
            live.laid()
            .with_components()
            .select_related("title")
            .order_by("first_frame")
        )
        return {
            "title": title.pk,
            "looked_at": live.count(),
            "findings": [finding_document(row) for row in laid],
        }

    def lines(self, document: Document) -> list[str]:
        """One line a finding."""
        found = [
            f"{each['tc']}  {each['confidence']:>5.0%}  {each['category']:<10}  "
            f"{each['label']}"
            for each in document["findings"]
        ]
        return [
            *found,
            f"{len(found)} of {document['looked_at']} cuts and shots have something on them.",
        ]
