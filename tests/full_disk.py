"""Programs whose files cannot grow, as on a disk that is full."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def said_without_room(bytes_: int, *words: object) -> tuple[int, dict[str, Any]]:
    """Run `python -m WORDS`, which may write no file of more bytes.

    Returns its exit code and its document.
    """
    ran = subprocess.run(
        [sys.executable, "-m", *map(str, words)],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, bytes_)),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return ran.returncode, json.loads(ran.stdout)


@contextmanager
def no_room_here(bytes_: int) -> Iterator[None]:
    """Let this process write no file of more bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
