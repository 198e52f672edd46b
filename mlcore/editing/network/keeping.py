"""A trained toy denoiser on disk: half precision, with all that is known about it."""

from dataclasses import asdict
from pathlib import Path

import torch

from mlcore.checkpoint import Meaning, UnusableCheckpoint, halved, load, save
from mlcore.editing.network.toy import ToyConfig, ToyDenoiser

FORMAT = 2
FAMILY = "editing-toy"


def save_denoiser(denoiser: ToyDenoiser, path: Path, known: Meaning) -> None:
    """Write weights as float16, the config and what else is known."""
    meaning = {
        **known,
        "family": FAMILY,
        "format": FORMAT,
        "denoiser": asdict(denoiser.config),
    }
    save(path, halved(denoiser.state_dict()), meaning)


def load_denoiser(
    path: Path, device: torch.device | str = "cpu"
) -> tuple[ToyDenoiser, Meaning]:
    """Return what `save_denoiser` wrote, ready to edit. Raises UnusableCheckpoint."""
    tensors, meaning = load(path, device)
    if meaning.get("family") != FAMILY or meaning.get("format") != FORMAT:
        raise UnusableCheckpoint(f"{path} is no denoiser of the toy world.")
    try:
        denoiser = ToyDenoiser(ToyConfig(**meaning["denoiser"]), torch.Generator())
        denoiser.load_state_dict({name: each.float() for name, each in tensors.items()})
    except (KeyError, RuntimeError, TypeError, ValueError) as error:
        raise UnusableCheckpoint(
            f"{path} does not fit its network: {error}."
        ) from error
    return denoiser.to(device).eval().requires_grad_(requires_grad=False), meaning
