"""Tensors and what they mean in one safetensors file that is whole or not there."""

import glob
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

Tensors = dict[str, Tensor]
Meaning = dict[str, Any]

LONGEST_WRITE = 3600.0
"""Seconds; who has not written to a file for so long does not write it any more"""


class UnusableCheckpoint(ValueError):
    """The file is missing, broken, or of something else. One sentence that names it."""


class UnsavedCheckpoint(OSError):
    """The file could not be written; `errno` and `filename` say why and which."""

    def __str__(self) -> str:
        """One sentence that names the file."""
        return (
            f"{self.filename} could not be written: {self.strerror}; "
            "what was there before is whole."
        )


def save(path: Path, tensors: Mapping[str, Tensor], meaning: Mapping[str, Any]) -> None:
    """Write tensors with a JSON description in the file's metadata.

    Whole or not at all, as `written_whole` does it. Raises UnsavedCheckpoint.
    """
    kept = {name: each.detach().cpu().contiguous() for name, each in tensors.items()}
    with written_whole(path) as temporary:
        save_file(kept, temporary, {"meaning": json.dumps(meaning)})


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give the block a path beside a file, to write what takes the file's place.

    It is renamed when it is on disk: a kill at any moment leaves the old file or the new
    one. Raises UnsavedCheckpoint for what the system refuses, as on a full disk. What
    programs that were killed left half written goes with the next file an hour later.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield temporary
        _sync(temporary)
        temporary.replace(path)
        _sweep(path)
    except (SafetensorError, OSError) as error:
        if (number := _number(error)) is None:
            raise
        raise UnsavedCheckpoint(number, os.strerror(number), str(path)) from error
    finally:
        temporary.unlink(missing_ok=True)
    _sync(path.parent)


def _sweep(path: Path) -> None:
    """Take away what programs left that were killed while they wrote this file."""
    before = path.stat().st_mtime - LONGEST_WRITE
    for left in path.parent.glob(f".{glob.escape(path.name)}.*"):
        with suppress(OSError):
            if left.name.rpartition(".")[2].isdigit() and left.stat().st_mtime < before:
                left.unlink()


def load(path: Path, device: torch.device | str = "cpu") -> tuple[Tensors, Meaning]:
    """Return what `save` wrote. Raises UnusableCheckpoint."""
    try:
        with safe_open(path, "pt", device=str(device)) as file:
            meaning = json.loads((file.metadata() or {})["meaning"])
            return {name: file.get_tensor(name) for name in file.keys()}, meaning  # noqa: SIM118  not a mapping
    except FileNotFoundError:
        raise UnusableCheckpoint(f"There is no checkpoint at {path}.") from None
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise UnusableCheckpoint(
            f"{path} is not a whole checkpoint: {error}."
        ) from error


def halved(tensors: Mapping[str, Tensor]) -> Tensors:
    """Return tensors for shipping: floating point ones as float16."""
    return {
        name: each.half() if each.is_floating_point() else each
        for name, each in tensors.items()
    }


def prefixed(prefix: str, tensors: Mapping[str, Tensor]) -> Tensors:
    """Return tensors under prefix.name."""
    return {f"{prefix}.{name}": each for name, each in tensors.items()}


def under(prefix: str, tensors: Mapping[str, Tensor]) -> Tensors:
    """Return what `prefixed` gave, under its own names."""
    start = f"{prefix}."
    return {
        name.removeprefix(start): each
        for name, each in tensors.items()
        if name.startswith(start)
    }


def optimiser_tensors(optimiser: torch.optim.Optimizer, network: nn.Module) -> Tensors:
    """Return an optimiser's state as tensors named `parameter/state`."""
    return {
        f"{name}/{key}": torch.as_tensor(value)
        for name, parameter in network.named_parameters()
        for key, value in optimiser.state.get(parameter, {}).items()
    }


def restore_optimiser(
    optimiser: torch.optim.Optimizer, network: nn.Module, tensors: Mapping[str, Tensor]
) -> None:
    """Put back what `optimiser_tensors` gave; groups and rates are the caller's."""
    parameters = dict(network.named_parameters())
    for full_name, value in tensors.items():
        name, key = full_name.rsplit("/", 1)
        parameter = parameters[name]
        # Adam counts steps on the CPU; the rest lies beside its parameter.
        place = value if value.dim() == 0 else value.to(parameter.device)
        optimiser.state[parameter][key] = place.clone()


def _number(error: Exception) -> int | None:
    """What the system said: safetensors has it only in words, "(os error 28)"."""
    if isinstance(error, OSError):
        return error.errno
    said = re.search(r"\(os error (\d+)\)", str(error))
    return int(said[1]) if said else None


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
