"""Weights in diffusers' format that somebody placed in a folder."""

import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from mlcore.editing.memory import ran_out
from mlcore.editing.order import Impossible, Waiting

INDEX = "model_index.json"
LONGEST_REASON = 200
"""Characters of what a library says of weights that it cannot use"""


def pipeline_in(
    folder: Path,
    wanted: str,
    dtype: torch.dtype,
    device: torch.device,
    told: Waiting | None = None,
) -> Any:
    """Return diffusers' pipeline of the class `wanted` out of a folder, on a device.

    Nothing is fetched, nothing unpickled; `told` is called before and after every part.
    Raises Impossible, naming the folder, where it lacks a part or a part lacks weights, or
    where it holds another pipeline.
    """
    parts = _parts(folder, wanted)
    _check_there(folder, parts)
    import diffusers  # noqa: PLC0415  slow to import, and most installations have no such weights

    tell = told or (lambda: None)
    with usable(folder):
        networks = {}
        for part, (library, name) in parts.items():
            tell()
            kind = _class_of(library, name)
            if hasattr(kind, "save_pretrained") and issubclass(kind, nn.Module):
                networks[part] = _network(folder, part, kind, dtype)
        tell()
        pipeline = getattr(diffusers, wanted).from_pretrained(
            folder,
            dtype=dtype,
            local_files_only=True,
            use_safetensors=True,
            low_cpu_mem_usage=False,  # the other way needs accelerate
            **networks,
        )
        pipeline.set_progress_bar_config(disable=True)
        for part in networks:
            getattr(pipeline, part).to(device)
            tell()
        return pipeline.to(device)


def _network(folder: Path, part: str, kind: Any, dtype: torch.dtype) -> nn.Module:
    """A network out of its folder, with all of its weights. Raises Impossible."""
    if getattr(kind, "_keep_in_fp32_modules", None) and hasattr(kind, "load_config"):
        return _partly_exact(folder, part, kind, dtype)
    # Diffusers' networks need accelerate for the other way, transformers' have no such word.
    way = {"low_cpu_mem_usage": False} if hasattr(kind, "load_config") else {}
    network, told = kind.from_pretrained(
        folder / part,
        dtype=dtype,
        local_files_only=True,
        use_safetensors=True,
        output_loading_info=True,
        **way,
    )
    _check_whole(folder, part, network, told["missing_keys"])
    whole: nn.Module = network.eval()
    return whole


def _partly_exact(folder: Path, part: str, kind: Any, dtype: torch.dtype) -> nn.Module:
    """A network of diffusers that keeps some layers in float32.

    Its own loading needs accelerate for that, which nothing else here does.
    """
    network: nn.Module = kind.from_config(
        kind.load_config(folder / part, local_files_only=True)
    )
    tensors: dict[str, Tensor] = {}
    for file in sorted((folder / part).glob("*.safetensors")):
        tensors |= load_file(file)
    own = network.state_dict()
    _check_whole(folder, part, network, own.keys() - tensors.keys())
    fits = {name: each for name, each in tensors.items() if name in own}
    wrong = [name for name, each in fits.items() if each.shape != own[name].shape]
    if wrong or len(fits) < len(tensors):
        odd = min(wrong or tensors.keys() - own.keys())
        raise ValueError(f"{odd} is not what its {part}/config.json says")
    network.load_state_dict(tensors)
    for name, parameter in network.named_parameters():
        exact = any(each in name.split(".") for each in kind._keep_in_fp32_modules)  # noqa: SLF001  diffusers has no other word
        parameter.data = parameter.data.to(torch.float32 if exact else dtype)
    return network.eval()


def _check_whole(
    folder: Path, part: str, network: nn.Module, missing: Collection[str]
) -> None:
    """Raise Impossible where tensors are missing, which libraries draw at random instead."""
    if missing:
        some = ", ".join(sorted(missing)[:2])
        raise Impossible(
            f"the weights in {folder} lack {len(missing)} of the "
            f"{len(network.state_dict())} tensors of {part}, such as {some}: "
            "place all of its files"
        )


@contextmanager
def usable(folder: Path) -> Iterator[None]:
    """Raise Impossible for whatever weights can be that nobody can load."""
    try:
        yield
    except Impossible:
        raise
    except (
        AttributeError,
        MemoryError,
        OSError,
        ValueError,
        TypeError,
        RuntimeError,
        KeyError,
        SafetensorError,
    ) as error:
        wrong = "do not fit into memory" if ran_out(error) else "cannot be used"
        raise Impossible(
            f"the weights in {folder} {wrong}: {_reason(error)}"
        ) from error


def _reason(error: Exception) -> str:
    """What is said of it, in one line: libraries list every tensor."""
    told = " ".join(str(error).split()) or type(error).__name__
    return told if len(told) <= LONGEST_REASON else f"{told[:LONGEST_REASON]}…"


def _class_of(library: str, name: str) -> type:
    """The class of a part: of diffusers, of transformers, or of one of diffusers' pipelines."""
    import diffusers  # noqa: PLC0415
    import transformers  # noqa: PLC0415

    known = {"diffusers": diffusers, "transformers": transformers}
    home = known.get(library) or getattr(diffusers.pipelines, library)
    found: type = getattr(home, name)
    return found


def _parts(folder: Path, wanted: str) -> dict[str, tuple[str, str]]:
    """Library and class of each part by its name."""
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
    return {
        name: (of[0], of[1])
        for name, of in index.items()
        if not name.startswith("_") and isinstance(of, list) and of[0]
    }


def _check_there(folder: Path, parts: Iterable[str]) -> None:
    lacking = [name for name in parts if not any((folder / name).glob("*.json"))]
    if lacking:
        raise Impossible(f"the weights in {folder} lack {', '.join(sorted(lacking))}")
