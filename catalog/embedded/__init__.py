"""Servers that live in the tree: PostgreSQL and a broker, shared by whoever needs them."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from catalog.embedded import broker, guard, postgres
from catalog.embedded.broker import broker_url
from catalog.embedded.locks import held
from catalog.embedded.places import EmbeddedServerError, run_folder
from catalog.embedded.postgres import database_url

__all__ = [
    "EmbeddedServerError",
    "broker_url",
    "database_url",
    "revive",
    "services",
    "stop_all",
    "var_folder",
]


def var_folder() -> Path:
    """Return the folder of everything the product writes: KULESHOV_VAR, else `var` in the tree."""
    given = os.environ.get("KULESHOV_VAR")
    return (
        Path(given).expanduser().resolve()
        if given
        else Path(__file__).resolve().parents[2] / "var"
    )


@contextmanager
def services(var: Path, environ: Mapping[str, str] = os.environ) -> Iterator[None]:
    """Have PostgreSQL and the broker running for the block; the last user of the tree to leave stops them.

    A server named by DATABASE_URL or BROKER_URL is left alone. Raises EmbeddedServerError with one clear
    sentence when one cannot be started.
    """
    if environ.get("DATABASE_URL") and environ.get("BROKER_URL"):
        yield
        return
    with ExitStack() as stay:
        try:
            # Who comes and who goes take turns; staying needs only the shared lock, which dies with us.
            with _turn(var):
                stay.enter_context(held(run_folder(var) / "users.lock", shared=True))
                _start_missing(var, environ)
                guard.ensure(var)
            yield
        finally:
            with _turn(var):
                stay.close()
                stop_all(var)


def revive(var: Path, environ: Mapping[str, str] = os.environ) -> None:
    """Start again what has died. For one who is inside `services`."""
    with _turn(var):
        _start_missing(var, environ)


def stop_all(var: Path) -> bool:
    """Stop both servers unless somebody uses them; return whether nobody did."""
    with held(run_folder(var) / "users.lock", wait=False) as alone:
        if alone is not None:
            postgres.stop(var)
            broker.stop(var)
        return alone is not None


@contextmanager
def _turn(var: Path) -> Iterator[None]:
    with held(run_folder(var) / "turn.lock"):
        yield


def _start_missing(var: Path, environ: Mapping[str, str]) -> None:
    if not environ.get("DATABASE_URL"):
        if not postgres.answers(var):
            postgres.start(var)
        postgres.create_database(
            var, environ.get("KULESHOV_DATABASE_NAME") or "kuleshov"
        )
    if not environ.get("BROKER_URL") and not broker.answers(var):
        broker.start(var)
