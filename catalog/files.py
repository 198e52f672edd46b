"""Derived files by content key, through Django storage.

On one machine the storage is a folder. A storage elsewhere keeps the same two
verbs: `local_path` brings the file here, `publish` sends it there.
"""

import os
from pathlib import Path

from django.conf import settings


def local_path(key: str) -> Path:
    """Return where the file with this key can be opened.

    Raises ValueError for a key that would leave the media folder.
    """
    root = Path(settings.MEDIA_ROOT).resolve()
    path = (root / key).resolve()
    if not path.is_relative_to(root) or path == root:
        raise ValueError(f"{key!r} is not a file key")
    return path


def working_folder(key: str) -> Path:
    """Return a folder for half-done work, on the same disk as the finished files."""
    folder = local_path(f"work/{key}")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def publish(finished: Path, key: str) -> None:
    """Put a finished file in its place, whole or not at all."""
    target = local_path(key)
    target.parent.mkdir(parents=True, exist_ok=True)
    with finished.open("rb") as stream:
        os.fsync(stream.fileno())
    finished.replace(target)
    # The rename itself must outlive a power cut before a row points at it.
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
