"""Weights in diffusers' format that somebody placed in a folder."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from mlcore.editing.memory import ran_out
from mlcore.editing.order import Impossible

INDEX = "model_index.json"


def pipeline_in(
    folder: Path, wanted: str, dtype: torch.dtype, device: torch.device, **own: str
) -> Any:
    """Return diffusers' pipeline of the class `wanted` out of a folder, on a device.

    Nothing is fetched, nothing unpickled. `own` names parts, and their classes, that are
    loaded by `network_in`. Raises Impossible, naming the folder, where it
    lacks a part or holds another pipeline.
    """
    parts = _parts(folder, wanted)
    _check_there(folder, parts)
    import diffusers  # noqa: PLC0415  slow to import, and most installations have no such weights

    with _usable(folder):
        given = {
            part: network_in(folder / part, getattr(diffusers, name), dtype)
            for part, name in own.items()
        }
        pipeline = getattr(diffusers, wanted).from_pretrained(
            folder,
            dtype=dtype,
            local_files_only=True,
            use_safetensors=True,
            low_cpu_mem_usage=False,  # the other way needs accelerate
            **given,
        )
        pipeline.set_progress_bar_config(disable=True)
        return pipeline.to(device)


def network_in(folder: Path, kind: Any, dtype: torch.dtype) -> nn.Module:
    """Return a network of a diffusers class out of its folder, all of whose weights must fit.

    What diffusers' own loading does for networks that keep some layers in float32 needs
    accelerate, which nothing else here does. Raises RuntimeError where weights do not fit.
    """
    network: nn.Module = kind.from_config(
        kind.load_config(folder, local_files_only=True)
    )
    tensors: dict[str, Tensor] = {}
    for file in sorted(folder.glob("*.safetensors")):
        tensors |= load_file(file)
    network.load_state_dict(tensors)
    kept = getattr(kind, "_keep_in_fp32_modules", None) or []
    for name, parameter in network.named_parameters():
        exact = any(each in name.split(".") for each in kept)
        parameter.data = parameter.data.to(torch.float32 if exact else dtype)
    return network.eval()


@contextmanager
def _usable(folder: Path) -> Iterator[None]:
    """Raise Impossible for whatever weights can be that nobody can load."""
    try:
        yield
    except (
        MemoryError,
        OSError,
        ValueError,
        TypeError,
        RuntimeError,
        KeyError,
        SafetensorError,
    ) as error:
        wrong = "do not fit into memory" if ran_out(error) else "cannot be used"
        raise Impossible(f"the weights in {folder} {wrong}: {error}") from error


def _parts(folder: Path, wanted: str) -> list[str]:
    try:
        index = json.loads((folder / INDEX).read_text())
    except (OSError, ValueError):
        raise Impossible(
            f"there are no weights in {folder}: its {INDEX} is missing or broken"
        ) from None
    found = index.get("_class_name")
    if found != wanted:
        raise Impossible(
            f"{folder} holds weights of {found}, wanted are those of {wanted}"
        )
    return [
        name
        for name, of in index.items()
        if not name.startswith("_") and isinstance(of, list) and of[0]
    ]


def _check_there(folder: Path, parts: Iterable[str]) -> None:
    lacking = [name for name in parts if not any((folder / name).glob("*.json"))]
    if lacking:
        raise Impossible(f"the weights in {folder} lack {', '.join(sorted(lacking))}")
