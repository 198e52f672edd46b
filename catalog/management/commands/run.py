"""`make run`: everything that serves, in one foreground program."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from catalog.embedded import EmbeddedServerError
from catalog.supervisor.addresses import DEFAULT_PORT
from catalog.supervisor.household import StepFailedError
from catalog.supervisor.serving import run
from catalog.supervisor.sole import AlreadyRunningError


class Command(BaseCommand):
    """Set up, ingest the samples, print their best match cuts, serve."""

    help = "Set up, ingest the samples, print their best match cuts, and serve."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --once and --port."""
        parser.add_argument(
            "--once", action="store_true", help="stop after the printing"
        )
        parser.add_argument(
            *("--port",),
            type=int,
            default=DEFAULT_PORT,
            help="listen here, or on the next free port above",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run; exit code 0 only when the samples' cuts were printed."""
        try:
            code = run(port=options["port"], once=options["once"], say=self._say)
        except (AlreadyRunningError, EmbeddedServerError, StepFailedError) as error:
            raise CommandError(str(error)) from None
        except OperationalError as error:
            said = str(error).strip()
            raise CommandError(f"{said}: check DATABASE_URL") from None
        if code:
            raise SystemExit(code)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
