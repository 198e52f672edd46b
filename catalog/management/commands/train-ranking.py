from __future__ import annotations

from typing import TYPE_CHECKING, Any

from catalog.commands import Document, JsonCommand, ended_badly
from catalog.models import TrainingRun
from catalog.services import ask_training
from catalog.waiting import a_worker, wait_for

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(JsonCommand):
    help = "Train a ranking from the labels, and put it live when it is surely better."

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Take the kind."""
        parser.add_argument(
            "--kind", default="frame", help="of match; frame if not given"
        )
        parser.add_argument("--wait", action="store_true", help="run to the end")

    def answer(self, **options: Any) -> Document:
        """Ask for the training; with --wait, see it to its end."""
        job = ask_training(options["kind"], user=None)
        if options["wait"]:
            with a_worker() as worker:
                (job,) = wait_for([job], self.stderr.write, worker)
        run = TrainingRun.objects.filter(job=job).first()
        return {
            "job": job.pk,
            "state": job.state,
            "error": job.error,
            "run": run.pk if run else None,
            "version": run.version_id if run else None,
            "live": bool(run and run.outcome.get("went_live")),
            "outcome": run.outcome if run else {},
        }

    def failed(self, document: Document) -> bool:
        """True when the job ended without success."""
        return ended_badly(document)

    def lines(self, document: Document) -> list[str]:
        """One line."""
        said = document["error"] or document["outcome"].get("reason", "")
        return [f"Job {document['job']}: {document['state']}. {said}".strip()]
