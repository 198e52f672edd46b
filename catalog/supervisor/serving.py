"""`make run`: set everything up, show what the samples hold, serve until told to stop."""

import io
import json
import signal
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections

from catalog import embedded
from catalog.supervisor import addresses
from catalog.supervisor.commands import manage_command
from catalog.supervisor.first_run import ADMIN_NAME, prepare
from catalog.supervisor.household import Household, StepFailedError
from catalog.supervisor.sole import sole_run
from catalog.supervisor.toy_edit import ask_toy_edit

Say = Callable[[str], None]
OPEN_SECONDS = 90.0
SHOWN_MATCHES = 15


def run(*, port: int, once: bool, say: Say) -> int:
    """Serve until Ctrl-C or TERM; with `once` only until the samples' cuts are printed.

    Returns the exit code: 0 when the samples were ingested and their cuts printed.
    Raises AlreadyRunningError, EmbeddedServerError or StepFailedError.
    """
    var = embedded.var_folder()
    with sole_run(var) as publish:
        _end_on(signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        say("Starting the database and the broker ...")
        with embedded.services(var):
            household = Household(var, var / "log")
            try:
                password = prepare(household, say)
                _open(household, port, say)
                publish(household.address)
                shown = _show_samples(household, say)
                if not once:
                    ask_toy_edit(household, var / "toy", say)
                _greet(household, password, say)
                if not once:
                    household.serve()
            except KeyboardInterrupt:
                return 0
            else:
                return 0 if shown else 1
            finally:
                _ignore_signals()
                say("Stopping ...")
                household.stop()


def _open(household: Household, port: int, say: Say) -> None:
    say("Starting the web server, the workers and the clock ...")
    household.start(addresses.free_port(port))
    deadline = time.monotonic() + OPEN_SECONDS
    while not household.is_open():
        if time.monotonic() > deadline:
            raise StepFailedError(household.what_is_wrong())
        household.tend()
        time.sleep(0.2)


def _show_samples(household: Household, say: Say) -> bool:
    """Ingest the samples and print their best cuts; False where either failed."""
    samples = Path(settings.SAMPLES_ROOT)
    say(f"Ingesting the samples in {samples} ...")
    words = ("ingest", str(samples), "--wait", "--json")
    try:
        printed = household.attend(manage_command(*words))
    except StepFailedError as failure:
        printed = str(failure)
    titles = _titles(printed, say)
    for title in titles:
        say(_one_line(title))
    good = bool(titles) and not any(title["error"] for title in titles)
    return _print_matches(say) and good


def _titles(printed: str, say: Say) -> list[dict[str, object]]:
    """Read what `ingest --json` printed; say the error where it could not run at all."""
    try:
        document = json.loads(printed)
    except ValueError:
        say(f"The samples could not be ingested: {printed.strip()}")
        return []
    if "error" in document:
        say(f"The samples could not be ingested: {document['error']}")
    return list(document.get("titles", []))


def _one_line(title: dict[str, object]) -> str:
    if title["error"]:
        return f"  {title['name']}: {title['error']}"
    counts = f"{title['shots']} shots, {title['frames']} frames at {title['rate']}"
    return f"  {title['name']}: {counts}"


def _print_matches(say: Say) -> bool:
    """Print the best match cuts; False when there is none."""
    listed, table = io.StringIO(), io.StringIO()
    try:
        call_command("matches", "--top", "1", "--json", stdout=listed)
        call_command("matches", "--top", str(SHOWN_MATCHES), stdout=table)
    except (CommandError, SystemExit) as failure:
        say(f"The match cuts could not be listed: {failure} {listed.getvalue()}")
        return False
    finally:
        connections.close_all()
    say(f"\nThe best match cuts:\n{table.getvalue()}")
    return bool(json.loads(listed.getvalue())["matches"])


def _greet(household: Household, password: str | None, say: Say) -> None:
    say(f"Kuleshov serves at {household.address}")
    if password:
        say(
            f"Sign in as {ADMIN_NAME} with the password {password} (shown this once; "
            f"another: .venv/bin/python manage.py changepassword {ADMIN_NAME})."
        )
    say(f"Logs are in {household.logs}. Ctrl-C stops everything.")


def _end_on(*numbers: int) -> None:
    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in numbers:
        signal.signal(number, interrupt)


def _ignore_signals() -> None:
    # A second Ctrl-C must not leave half of the programs running.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
