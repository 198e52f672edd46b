"""Which pictures and typefaces the artwork holds, so that the catalogue never waits for it."""

import hashlib
from pathlib import Path

_HERE = Path(__file__).parent

CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789&!?.,'-:"
"""What every typeface has, in the order of the artwork's letters."""


def _lines(name: str) -> list[str]:
    return (_HERE / name).read_text(encoding="utf-8").splitlines()


_NAMED = [line.split(" ", 1) for line in _lines("pictures.txt")]

CODE_POINTS: tuple[int, ...] = tuple(int(code, 16) for code, _ in _NAMED)
"""Of every sticker's emoji, in the order of the artwork's stickers."""

PICTURES: tuple[str, ...] = tuple(name for _, name in _NAMED)
"""Every sticker's name, which is Unicode's in lower case."""

TYPEFACES: tuple[str, ...] = tuple(_lines("typefaces.txt"))
"""Every typeface's name, in the order of the artwork's letters."""


def index_key() -> str:
    """Return what an artwork file must carry to belong to this index, 16 hex digits."""
    whole = "\n".join((CHARACTERS, *map(" ".join, _NAMED), *TYPEFACES))
    return hashlib.sha256(whole.encode()).hexdigest()[:16]
