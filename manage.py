#!/usr/bin/env python
"""Kuleshov's command line. Starts the embedded servers for a command that needs them."""

import os
import signal
import sys
from contextlib import nullcontext
from types import FrameType

# Commands that touch neither database nor broker, and those that see to the servers themselves.
WITHOUT_SERVERS = frozenset(
    [
        "help",
        "version",
        "check",
        "collectstatic",
        "components",
        "diffsettings",
        "djade",
        "findstatic",
        "makemigrations",
        "run",
        "doctor",
    ]
)


def main() -> None:
    """Run one command; what it started is stopped, also on Ctrl-C and TERM."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "catalog.settings")
    if sys.argv[1:2] == ["test"]:
        # Settings read the environment, so a test run takes its own places before them.
        from tests import namespace  # noqa: PLC0415

        namespace.take()
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    from catalog import embedded  # noqa: PLC0415

    signal.signal(signal.SIGTERM, _leave)
    try:
        with (
            embedded.services(embedded.var_folder())
            if _needs_servers(sys.argv)
            else nullcontext()
        ):
            execute_from_command_line(sys.argv)
    except embedded.EmbeddedServerError as error:
        sys.exit(f"manage.py: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


def _needs_servers(argv: list[str]) -> bool:
    asks_for_help = {"-h", "--help", "--version"} & set(argv[1:])
    return len(argv) > 1 and not asks_for_help and argv[1] not in WITHOUT_SERVERS


def _leave(number: int, _frame: FrameType | None) -> None:
    # SystemExit, so that every `with` block on the way out is closed.
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
