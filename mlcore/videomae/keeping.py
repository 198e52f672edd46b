"""A pretrained autoencoder on disk: half precision, with all that is known about it."""

from dataclasses import asdict
from pathlib import Path

import torch

from mlcore.checkpoint import Meaning, UnusableCheckpoint, halved, load, save
from mlcore.videomae.autoencoder import MaskedAutoencoder
from mlcore.videomae.config import AutoencoderConfig
from mlcore.videomae.encoder import ClipEncoder

FAMILY, FORMAT = "masked video autoencoder", 1


def save_autoencoder(network: MaskedAutoencoder, path: Path, known: Meaning) -> None:
    """Write weights as float16, the config and what else is known (plan, meter, card)."""
    said = {"family": FAMILY, "format": FORMAT, "autoencoder": asdict(network.config)}
    save(path, halved(network.state_dict()), {**known, **said})


def load_autoencoder(
    path: Path, device: torch.device | str = "cpu"
) -> tuple[MaskedAutoencoder, Meaning]:
    """Return what `save_autoencoder` wrote. Raises UnusableCheckpoint for anything else."""
    tensors, meaning = load(path, device)
    if meaning.get("family") != FAMILY:
        raise UnusableCheckpoint(f"{path} holds no {FAMILY}.")
    if meaning.get("format") != FORMAT:
        raise UnusableCheckpoint(f"{path} has the format of another version.")
    try:
        config = AutoencoderConfig(**meaning["autoencoder"])
        network = MaskedAutoencoder(config, torch.Generator())
        network.load_state_dict({name: each.float() for name, each in tensors.items()})
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise UnusableCheckpoint(f"{path} holds no {FAMILY}: {error}.") from error
    return network.to(device).eval(), meaning


def load_encoder(
    path: Path, device: torch.device | str = "cpu"
) -> tuple[ClipEncoder, Meaning]:
    """Return the encoder alone. Raises UnusableCheckpoint."""
    network, meaning = load_autoencoder(path, device)
    return network.encoder, meaning
