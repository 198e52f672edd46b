"""The back-end that an edit names, with its weights, on this worker's device."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from django.conf import settings

import mlcore.editing
from catalog.back_ends import BACK_ENDS, COMPOSITE, TOY, UNCLIP, VACE
from catalog.files import local_path
from mlcore.checkpoint import UnusableCheckpoint
from mlcore.editing.backends.composite import Composite
from mlcore.editing.order import Impossible
from mlcore.fit import place
from pipelines.errors import PipelineError
from pipelines.packages import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlcore.editing.order import Backend, Waiting
    from mlcore.editing.stages import Shelf

TRAINED_HERE = "editing/toy.safetensors"
"""Under the media folder: toy weights that somebody trained go before those that ship"""


@dataclass(frozen=True)
class Loaded:
    """A back-end, the digest of its weights ("" without any) and where it computes."""

    back_end: Backend
    weights_sha256: str
    settings_sha256: str
    """Of how it is set, which a release may change; before frames at once are fewer"""
    device: str


def load_back_end(key: str, shelf: Shelf, told: Waiting | None = None) -> Loaded:
    """Load a back-end. Raises PipelineError naming the weights that are to be placed.

    `told` is called between parts of weights and parts of their digest.
    """
    torch.set_num_threads(settings.TORCH_THREADS)
    device = place(None)
    with one_sentence(key):
        back_end, files = _LOADERS[key](shelf, device, told)
    on = str(device) if key != COMPOSITE else "cpu"
    weights = digest(*files, told=told) if files else ""
    return Loaded(back_end, weights, _settings_of(back_end), on)


@contextmanager
def one_sentence(key: str) -> Iterator[None]:
    """Say what an edit stumbles over in one sentence for the person who asked for it."""
    try:
        yield
    except (Impossible, UnusableCheckpoint) as error:
        sentence = str(error).rstrip(".")
        sentence = sentence[:1].upper() + sentence[1:]
        wanted = BACK_ENDS[key].wanted if _is_about_weights(sentence) else ""
        raise PipelineError(f"{sentence}. {wanted}".strip()) from error


def weights_folder(key: str) -> Path:
    """Where the weights of a back-end are to be placed."""
    return Path(settings.WEIGHTS_ROOT) / BACK_ENDS[key].folder


def toy_weights() -> Path:
    """The toy world's weights: trained here, else those that ship."""
    own = local_path(TRAINED_HERE)
    shipped = Path(mlcore.editing.__file__).parent / "weights" / "toy.safetensors"
    return own if own.is_file() else shipped


def _is_about_weights(sentence: str) -> bool:
    return "weights" in sentence


def _settings_of(back_end: Backend) -> str:
    told = repr(getattr(back_end, "config", back_end.name))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _composite(
    shelf: Shelf, _device: torch.device, _told: Waiting | None
) -> tuple[Backend, list[Path]]:
    return Composite(shelf=shelf), []


def _toy(
    shelf: Shelf, device: torch.device, _told: Waiting | None
) -> tuple[Backend, list[Path]]:
    # Diffusers takes seconds to import, and the composite does without.
    from mlcore.editing.backends.toy import load_toy  # noqa: PLC0415

    path = toy_weights()
    if not path.is_file():
        raise Impossible(
            "there are no weights of the toy world: train them (docs/editing.md) and "
            f"place them as {local_path(TRAINED_HERE)}"
        )
    return load_toy(path, device, shelf=shelf), [path]


def _unclip(
    shelf: Shelf, device: torch.device, told: Waiting | None
) -> tuple[Backend, list[Path]]:
    from mlcore.editing.backends.unclip import load_unclip  # noqa: PLC0415

    folder = weights_folder(UNCLIP)
    loaded = load_unclip(folder, device, shelf=shelf, told=told)
    return loaded, _weights_in(folder)


def _vace(
    shelf: Shelf, device: torch.device, told: Waiting | None
) -> tuple[Backend, list[Path]]:
    from mlcore.editing.backends.vace import load_vace  # noqa: PLC0415

    folder = weights_folder(VACE)
    # Half of the memory; nothing is tuned, and the published weights are of that kind.
    dtype = torch.bfloat16 if device.type == "cuda" else torch.float32
    loaded = load_vace(folder, device, shelf=shelf, dtype=dtype, told=told)
    return loaded, _weights_in(folder)


_LOADERS: dict[
    str,
    Callable[[Shelf, torch.device, Waiting | None], tuple[Backend, list[Path]]],
] = {
    COMPOSITE: _composite,
    TOY: _toy,
    UNCLIP: _unclip,
    VACE: _vace,
}


def _weights_in(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.safetensors"))
