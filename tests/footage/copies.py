"""Films that many tests ask for are drawn once a run, and every file is still another one."""

import itertools
import shutil
import struct
from collections.abc import Callable, Hashable
from pathlib import Path
from tempfile import TemporaryDirectory

MOST = 2**21
"""Bytes of a film that is kept"""

ENDINGS = {".mp4", ".mov"}
_kept: dict[Hashable, bytes] = {}
_numbers = itertools.count()


def write_copy(path: Path, key: Hashable, draw: Callable[[Path], object]) -> Path:
    """Write what `draw` draws, an MP4 or MOV; what was drawn for the same key is copied.

    No two files have the same content, as x264 does not write the same bytes twice: a number
    stands at the end, in a box that nobody reads. Else two would be one title.
    """
    asked = (key, path.suffix)
    if asked not in _kept:
        with TemporaryDirectory() as folder:
            drawn = Path(folder) / path.name
            draw(drawn)
            if drawn.stat().st_size > MOST:
                shutil.move(drawn, path)
                return path
            _kept[asked] = drawn.read_bytes()
    path.write_bytes(_kept[asked] + struct.pack(">I4sQ", 16, b"free", next(_numbers)))
    return path
