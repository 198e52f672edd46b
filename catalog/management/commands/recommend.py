from __future__ import annotations

from typing import TYPE_CHECKING, Any

from catalog.commands import Document, JsonCommand
from catalog.documents.components import suggestion_document
from catalog.models import Job, Suggestion
from catalog.services import Refused, ask_recommendation
from catalog.waiting import a_worker, wait_for

if TYPE_CHECKING:
    from argparse import ArgumentParser

MOST = 200


class Command(JsonCommand):
    help = "List the components that would go on a shot, or on a cut of two shots."

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Take a shot or two."""
        about = parser.add_mutually_exclusive_group(required=True)
        about.add_argument("--shot", type=int, help="number of a shot, from `shots`")
        about.add_argument(
            "--pair", type=int, nargs=2, metavar=("A", "B"), help="cut from A to B"
        )
        parser.add_argument("--top", type=int, default=10)

    def answer(self, **options: Any) -> Document:
        """Ask, wait with a worker of our own if need be, and read what was said."""
        if not 1 <= options["top"] <= MOST:
            raise Refused(f"Ask for 1 to {MOST} components, not {options['top']}.")
        keys: list[int] = options["pair"] or [options["shot"]]
        other = keys[1] if len(keys) > 1 else None
        job = ask_recommendation(keys[0], other, user=None)
        with a_worker() as worker:
            (done,) = wait_for([job], self.stderr.write, worker)
        if done.state != Job.State.DONE:
            raise Refused(done.error)
        return _said(done, options["top"])

    def lines(self, document: Document) -> list[str]:
        """One line a suggestion."""
        return [
            f"{each['rank']:>3} {each['confidence']:>5.0%}  {each['label']}"
            + (f" over {each['before']}+{each['after']} f" if each["before"] else "")
            + f"  ({each['reason']})"
            for each in document["suggestions"]
        ]


def _said(job: Job, top: int) -> Document:
    asked = job.subject
    live = Suggestion.objects.live().filter(leaving=asked["leaving"])
    if "entering" in asked:
        pair = live.filter(entering=asked["entering"])
        rows = pair.at(asked["out"], asked["in"])
    else:
        rows = live.filter(entering=None)
    pair_keys = [asked["leaving"], asked["entering"]] if "entering" in asked else None
    return {
        "shot": None if pair_keys else asked["leaving"],
        "pair": pair_keys,
        "frames": [asked["out"], asked["in"]] if pair_keys else None,
        "suggestions": [
            suggestion_document(row) for row in rows.order_by("rank")[:top]
        ],
    }
