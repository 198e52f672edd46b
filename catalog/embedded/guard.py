"""Stops the embedded servers when their last user was killed and could not do so itself.

    python -m catalog.embedded.guard VAR

Started with the servers, one a tree; ends with them.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from catalog.embedded.locks import held
from catalog.embedded.places import run_folder

LOOK_SECONDS = 2.0


def ensure(var: Path) -> None:
    """Start the tree's guard unless there is one."""
    with held(_lock(var), wait=False) as free:
        if free is None:
            return
    subprocess.run(
        # Through a shell that leaves at once: the guard is nobody's child, so nobody
        # has to reap it.
        ["/bin/sh", "-c", '"$@" &', "sh", *_command(var)],
        cwd=Path(__file__).resolve().parents[2],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        check=False,
    )


def watch(var: Path, stop_if_unused: Callable[[], bool]) -> None:
    """Look every two seconds; return once nobody was left and the servers are down."""
    with held(_lock(var), wait=False) as mine:
        while mine is not None and run_folder(var).is_dir():
            with held(run_folder(var) / "turn.lock"):
                if stop_if_unused():
                    # Inside the turn: who comes next finds neither servers nor a guard.
                    os._exit(0)
            time.sleep(LOOK_SECONDS)


def _command(var: Path) -> list[str]:
    return [sys.executable, "-m", "catalog.embedded.guard", str(var)]


def _lock(var: Path) -> Path:
    return run_folder(var) / "guard.lock"


if __name__ == "__main__":
    from catalog.embedded import stop_all

    folder = Path(sys.argv[1])
    watch(folder, lambda: stop_all(folder))
