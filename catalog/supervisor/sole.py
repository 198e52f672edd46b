"""One `make run` a tree: the second is told where the first one serves."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from catalog.embedded.locks import held
from catalog.embedded.places import run_folder


class AlreadyRunningError(RuntimeError):
    """Another `make run` holds this tree; the message says where it serves."""


@contextmanager
def sole_run(var: Path) -> Iterator[Callable[[str], None]]:
    """Be the only `make run` of the tree; gives a function that makes the address known.

    The lock, not what is written in it, decides: a killed run leaves the text behind,
    but no lock. Raises AlreadyRunningError.
    """
    path = run_folder(var) / "run.lock"
    with held(path, wait=False) as descriptor:
        if descriptor is None:
            raise AlreadyRunningError(_whereabouts(path))

        def publish(address: str) -> None:
            path.write_text(json.dumps({"pid": os.getpid(), "address": address}))

        publish("")
        yield publish


def _whereabouts(path: Path) -> str:
    try:
        found = json.loads(path.read_text())
    except ValueError:  # caught between its lock and its first word
        found = {"pid": "unknown", "address": ""}
    place = f"at {found['address']}" if found["address"] else "and is still starting"
    return (
        f"Kuleshov already runs in this tree {place} (process {found['pid']}): "
        "use that one, or stop it with Ctrl-C where it was started."
    )
