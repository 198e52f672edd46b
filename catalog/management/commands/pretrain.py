from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from catalog.commands import Document, JsonCommand, ended_badly, read_plan
from catalog.documents.work import run_document, run_line
from catalog.models import EncoderVersion, RetrainSchedule
from catalog.services import check_schedule, dry_run, pretrain_now
from catalog.waiting import seen_to_its_end

if TYPE_CHECKING:
    from argparse import ArgumentParser

FIELDS: dict[str, tuple[type, str]] = {
    "shape": (str, "toy, little, tiny, small, base, large or huge; tiny"),
    "frames": (int, "budget of frames; or"),
    "minutes": (float, "budget in minutes"),
    "motion_steps": (int, "of learning how clips move, afterwards; 2000"),
    "seed": (int, "0"),
    "device": (str, "cpu, cuda or cuda:1; what the worker has"),
    "better_by": (float, "the least gain; 0"),
    "worse_by": (float, "the most that a title may lose; 0.05"),
}


class Command(JsonCommand):
    help = "Train the clip encoder on the catalogue now, without a schedule."

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Take how it is trained; what is not named is as a new schedule has it."""
        parser.add_argument("--plan", help="a name, a JSON file, or JSON; tpl4")
        for name, (kind, said) in FIELDS.items():
            parser.add_argument(f"--{name.replace('_', '-')}", type=kind, help=said)
        parser.add_argument(
            "--by-hand", action="store_true", help="a person puts the version live"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what it would train on"
        )
        parser.add_argument("--wait", action="store_true", help="run to the end")

    def answer(self, **options: Any) -> Document:
        """Ask for the training; with --wait, see it to its end."""
        wanted = _wanted(options)
        if options["dry_run"]:
            check_schedule(wanted)
            return asdict(dry_run(wanted))
        run = pretrain_now(wanted, user=None)
        if options["wait"]:
            run = seen_to_its_end(run, self.stderr.write)
        return run_document(run)

    def lines(self, document: Document) -> list[str]:
        """One line, or one a number of a dry run."""
        if "run" in document:
            return [run_line(document)]
        return [f"{name}: {value}" for name, value in document.items()]

    def failed(self, document: Document) -> bool:
        """True when the run's job ended without success."""
        return ended_badly(document)


def _wanted(options: dict[str, Any]) -> RetrainSchedule:
    """A schedule that is never written down."""
    told = {name: options[name] for name in FIELDS if options[name] is not None}
    if options["plan"] is not None:
        told["plan"] = read_plan(options["plan"])
    return RetrainSchedule(
        name="pretrain",
        family=EncoderVersion.Family.CLIP,
        goes_live=not options["by_hand"],
        **told,
    )
