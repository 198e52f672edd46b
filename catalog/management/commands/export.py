from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

from catalog.commands import Document, JsonCommand
from catalog.exports import FORMATS, LOOPS, RATES, TARGETS
from catalog.exports.paths import SYSTEMS
from catalog.files import local_path
from catalog.models import Bin, Job
from catalog.services import Refused, Wishes, ask_loops, export_cuts, find_cuts
from catalog.waiting import a_worker, wait_for

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator

    from catalog.matchcuts import MatchCut


class Command(JsonCommand):
    help = "Write match cuts for an editing program."

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Take what, as what, where to."""
        parser.add_argument("--matches", default="", help="numbers: 1,2,3")
        parser.add_argument("--bin", help="number or name")
        parser.add_argument("--format", required=True, choices=[*FORMATS, LOOPS])
        parser.add_argument("-o", "--output", required=True, type=Path, metavar="FILE")
        parser.add_argument(
            "--rate", default="", help=f"of the sequence: {', '.join(RATES)}"
        )
        parser.add_argument("--handles", type=int, default=24, help="frames")
        parser.add_argument("--seconds", type=float, default=2.0, help="of each side")
        parser.add_argument("--paths", choices=SYSTEMS, default="server")
        parser.add_argument("--target", choices=TARGETS, default="")
        parser.add_argument("--from-rushes", action="store_true")

    def answer(self, **options: Any) -> Document:
        """Write the file, or several beside it where a format knows but one rate."""
        wishes = Wishes(
            form=options["format"],
            **{name: options[name] for name in ("rate", "handles", "seconds", "paths")},
            target=options["target"],
            from_rushes=options["from_rushes"],
        )
        kept_in = _bin(options["bin"]) if options["bin"] else None
        name, cuts = find_cuts(_numbers(options["matches"]), kept_in, None)
        output: Path = options["output"]
        if not output.parent.is_dir():
            raise Refused(f"{output.parent}: there is no such folder.")
        if wishes.form == LOOPS:
            return self._loops(name, cuts, wishes, output)
        exported = export_cuts(name, cuts, wishes, user=None)
        written = []
        for number, content in enumerate(exported.files.values()):
            path = (
                output
                if len(exported.files) == 1
                else _beside(output, list(exported.files)[number])
            )
            with _whole(path) as target:
                target.write_bytes(content)
            written.append(str(path))
        return {
            "files": written,
            "events": exported.events,
            "warnings": exported.warnings,
        }

    def lines(self, document: Document) -> list[str]:
        """The files, then what to know of them."""
        said = [f"{path}" for path in document["files"]]
        return [*said, f"{document['events']} events", *document["warnings"]]

    def _loops(
        self, name: str, cuts: list[MatchCut], wishes: Wishes, output: Path
    ) -> Document:
        job = ask_loops(name, cuts, wishes, user=None)
        with a_worker() as worker:
            (job,) = wait_for([job], self.stderr.write, worker)
        if job.state != Job.State.DONE:
            raise Refused(job.error or "The loops could not be rendered.")
        with _whole(output) as target:
            shutil.copyfile(local_path(job.result["key"]), target)
        return {"files": [str(output)], "events": 2 * len(cuts), "warnings": []}


def _numbers(words: str) -> list[int]:
    parts = [word.strip() for word in words.split(",") if word.strip()]
    if not all(part.isdecimal() for part in parts):
        raise Refused(f"--matches takes numbers with commas between, not {words!r}.")
    return [int(part) for part in parts]


def _bin(word: str) -> Bin:
    found = (
        Bin.objects.filter(pk=int(word))
        if word.isdecimal()
        else Bin.objects.filter(name=word)
    )
    bins = list(found[:2])
    if not bins:
        raise Refused(f"There is no bin {word}.")
    if len(bins) > 1:
        raise Refused(f"Several bins are called {word}; name one by its number.")
    return bins[0]


def _beside(output: Path, name: str) -> Path:
    """FILE with the rate that the exported name ends in: cut.edl is cut 23.976.edl."""
    rate = name.rpartition(" ")[2]
    return output.with_name(f"{output.stem} {rate}")


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A file beside `path` that takes its place when all is written."""
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as made:
            temporary = Path(made.name)
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}.") from None
