from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.commands import Document, JsonCommand, find_title
from catalog.models import Job, Production
from catalog.services import Refused, ask_search, keep_picture
from catalog.waiting import a_worker, wait_for

if TYPE_CHECKING:
    from argparse import ArgumentParser

PIECE = 1 << 20


class Command(JsonCommand):
    help = "List the shots nearest to a shot or a picture."

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Take what is looked for, and where."""
        sought = parser.add_mutually_exclusive_group(required=True)
        sought.add_argument("--shot", type=int, help="number of a shot, from `shots`")
        sought.add_argument(
            "--image", type=Path, metavar="FILE", help="PNG, JPEG, WebP"
        )
        parser.add_argument("--kind", default="frame", help="frame, motion, ...")
        parser.add_argument("--top", type=int, default=20)
        parser.add_argument("--title", action="append", help="only in this title")
        parser.add_argument("--not-title", action="append", help="not in this title")
        parser.add_argument("--production", action="append", help="only in this one")
        parser.add_argument("--min-score", type=float)

    def answer(self, **options: Any) -> Document:
        """Ask for the search and wait for it, with a worker of our own if need be."""
        job = _ask(options)
        with a_worker() as worker:
            (done,) = wait_for([job], self.stderr.write, worker)
        if done.state != Job.State.DONE:
            raise Refused(done.error)
        found: Document = done.result
        return found

    def lines(self, document: Document) -> list[str]:
        """One line a shot."""
        how = "every shot compared" if document["exact"] else "by index"
        said = [f"{document['kind']} matches, {how}", f"{'rank':>4} {'score':>6}  shot"]
        said += [
            f"{shot['rank']:>4} {shot['score']:>6.3f}  {shot['title_name']} "
            f"shot {shot['index']} {shot['tc']} (number {shot['shot']})"
            for shot in document["shots"]
        ]
        return said


def _ask(options: dict[str, Any]) -> Job:
    filters = {
        "titles": _titles(options["title"]),
        "not_titles": _titles(options["not_title"]),
        "productions": [_production(name) for name in options["production"] or []],
        "min_score": options["min_score"],
    }
    asked: dict[str, Any] = {"by": "shot", "shot": options["shot"]}
    if options["image"]:
        asked = {"by": "still", "picture_key": _keep(options["image"])}
    return ask_search(
        kind=options["kind"], user=None, filters=filters, top=options["top"], **asked
    )


def _titles(words: list[str] | None) -> list[int]:
    return [find_title(word).pk for word in words or []]


def _production(name: str) -> int:
    found = Production.objects.filter(name=name).first()
    if found is None:
        raise Refused(f"There is no production {name}.")
    return found.pk


def _keep(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return keep_picture(iter(lambda: stream.read(PIECE), b""))
    except OSError as error:
        raise Refused(f"{path}: cannot be read ({error.strerror}).") from None
