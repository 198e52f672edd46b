from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.commands import Document, JsonCommand
from catalog.models import Job, Look, Production, Title
from catalog.services import (
    Refused,
    add_path,
    default_production,
    keep_look,
    media_files,
)
from catalog.waiting import a_worker, wait_for

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(JsonCommand):
    help = "Add files or folders as titles."

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Take paths, and what the titles are."""
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--wait", action="store_true", help="run to the end")
        parser.add_argument("--production", help="its name; made when new")
        parser.add_argument("--look", type=Path, help="a .cube to see log footage with")
        parser.add_argument("--kind", choices=Title.Kind.values, default=Title.Kind.CUT)

    def answer(self, **options: Any) -> Document:
        """Add every file; with --wait, see each to its end."""
        production = _production(options["production"])
        look = _look(options["look"], production)
        files, wrong = _find(options["paths"])
        asked: list[tuple[Title, Job]] = []
        for file in files:
            try:
                asked.append(
                    add_path(file, production, kind=options["kind"], look=look)
                )
            except Refused as error:
                wrong.append(_never_added(file, str(error)))
        if options["wait"] and asked:
            with a_worker() as worker:
                wait_for([job for _, job in asked], self.stderr.write, worker)
                # What each then asks for: its pairs with all other titles.
                wait_for(_across(asked), self.stderr.write, worker)
        return {"titles": [_said_of(title, job) for title, job in asked] + wrong}

    def failed(self, document: Document) -> bool:
        """True when any title has an error."""
        return any(title["error"] for title in document["titles"])

    def lines(self, document: Document) -> list[str]:
        """One line a title, and a second with the seconds of each stage."""
        said = []
        for title in document["titles"]:
            tail = title["error"] or f"{title['shots']} shots, {title['frames']} frames"
            said.append(
                f"{title['id'] or '-':>4}  {title['name']}: {title['state']}; {tail}"
            )
            if title["seconds"]:
                stages = title["seconds"].items()
                said.append("      " + ", ".join(f"{k} {v:.1f} s" for k, v in stages))
        return said


def _production(name: str | None) -> Production:
    if not name:
        return default_production()
    return Production.objects.get_or_create(name=name)[0]


def _look(path: Path | None, production: Production) -> Look | None:
    if path is None:
        return None
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Refused(f"{path.name}: it cannot be read ({error.strerror}).") from None
    return keep_look(content, path.stem, production, user=None)


def _find(paths: list[Path]) -> tuple[list[Path], list[Document]]:
    files, wrong = [], []
    for path in paths:
        try:
            files.extend(media_files(path))
        except Refused as error:
            wrong.append(_never_added(path, str(error)))
    return files, wrong


def _never_added(path: Path, error: str) -> Document:
    return {
        "id": None, "name": path.stem, "state": "failed", "error": error, "frames": 0,
        "rate": "", "start_tc": "", "shots": 0, "duplicates": 0, "seconds": {},
    }  # fmt: skip


def _across(asked: list[tuple[Title, Job]]) -> list[Job]:
    titles = [title for title, _ in asked]
    pairing = Job.objects.unfinished().filter(kind=Job.Kind.ACROSS)
    return list(pairing.filter(title__in=titles))


def _said_of(title: Title, job: Job) -> Document:
    title.refresh_from_db()
    job.refresh_from_db()
    same = title.same_as if title.state == Title.State.DUPLICATE else None
    shown = same or title
    error = title.error if title.state == Title.State.FAILED else ""
    return {
        "id": shown.pk,
        "name": title.name,
        "state": title.state,
        "error": error,
        "frames": shown.frames,
        "rate": f"{shown.rate_num}/{shown.rate_den}",
        "start_tc": shown.start_tc or shown.tc(0),
        "shots": shown.shots.count(),
        "duplicates": shown.duplicate_count(),
        "seconds": job.seconds,
    }
