"""Programs whose files cannot grow, as on a disk that is full."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import TestCase

from mlcore.checkpoint import UnsavedCheckpoint


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


def check_saved_whole(test: TestCase, file: Path, save: Callable[[], None]) -> None:
    """Check that a full disk is one sentence that names the file, and that nothing changes.

    `save` writes the file, and others beside it, into a folder of its own.
    """
    save()
    before = {each: each.read_bytes() for each in file.parent.iterdir()}
    said = f"^{file} could not be written: File too large; .* is whole.$"
    with test.assertRaisesRegex(UnsavedCheckpoint, said), no_room_here(2**6):
        save()
    after = {each: each.read_bytes() for each in file.parent.iterdir()}
    test.assertEqual(after, before)
