"""A trained encoder on disk: half precision, with all that is known about it."""

from dataclasses import asdict
from pathlib import Path

import torch

from mlcore.checkpoint import Meaning, UnusableCheckpoint, halved, load, save
from mlcore.components.network.config import EncoderConfig
from mlcore.components.network.encoder import ComponentEncoder

FORMAT = 1
EARLIER = {"ends": False, "statistics": False}
"""What files say that were written before an encoder could have these."""


def save_encoder(encoder: ComponentEncoder, path: Path, known: Meaning) -> None:
    """Write weights as float16, the config and what else is known (card, components)."""
    meaning = {**known, "format": FORMAT, "encoder": asdict(encoder.config)}
    save(path, halved(encoder.state_dict()), meaning)


def load_encoder(
    path: Path, device: torch.device | str = "cpu"
) -> tuple[ComponentEncoder, Meaning]:
    """Return what `save_encoder` wrote, ready to embed. Raises UnusableCheckpoint."""
    tensors, meaning = load(path, device)
    try:
        if meaning["format"] != FORMAT:
            raise UnusableCheckpoint(f"{path} has the format of another version.")
        config = EncoderConfig(**EARLIER | meaning["encoder"])
        encoder = ComponentEncoder(config, torch.Generator())
        encoder.load_state_dict(
            {
                name: each.float() if each.is_floating_point() else each
                for name, each in tensors.items()
            }
        )
    except (KeyError, TypeError, RuntimeError) as error:
        raise UnusableCheckpoint(
            f"{path} holds no component encoder: {error}."
        ) from error
    return encoder.to(device).eval(), meaning
