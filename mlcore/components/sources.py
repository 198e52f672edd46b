"""What trainers and evaluations draw from, as command-line arguments name it."""

import argparse
from collections.abc import Mapping
from pathlib import Path

import torch

from mlcore.components.artwork import FILE as ARTWORK
from mlcore.components.artwork import load_artwork
from mlcore.components.catalogue import catalogue
from mlcore.components.choosing import some
from mlcore.components.component import Component
from mlcore.components.drawing.materials import FILE as MATERIALS
from mlcore.components.drawing.materials import load_materials
from mlcore.components.drawing.studio import Studio
from mlcore.components.network.config import EncoderConfig
from mlcore.components.split import split
from mlcore.components.stretch import Layout


def add_sources(
    parser: argparse.ArgumentParser, environment: Mapping[str, str] | None = None
) -> None:
    """Add the arguments that say what is drawn.

    Artwork and materials are where set-up places files, unless a folder is given.
    """
    placed = Path((environment or {}).get("KULESHOV_WEIGHTS") or "var/weights")
    parser.add_argument("--artwork", type=Path, default=placed, metavar="FOLDER")
    parser.add_argument("--components", type=int, help="about so many; all without")
    parser.add_argument("--unseen-share", type=float, default=0.25)
    parser.add_argument(
        "--choice", type=int, default=0, help="seed of which components are taken"
    )


def chosen_components(
    given: argparse.Namespace,
) -> tuple[list[Component], list[Component]]:
    """Return components to train on, and unseen ones: of other bases, a third as many."""
    trained, unseen = split(catalogue(), given.unseen_share, given.choice)
    count = given.components
    fewer = None if count is None else max(6, count // 3)
    return some(trained, count, given.choice), some(unseen, fewer, given.choice)


def studio_of(
    given: argparse.Namespace,
    encoder: EncoderConfig,
    device: torch.device,
    *,
    loaders: int = 0,
) -> Studio:
    """Return a studio in the encoder's layout. Raises ArtworkError without the files.

    It draws where the encoder is, unless other programs draw for it.
    """
    size = encoder.size
    return Studio(
        materials=load_materials(given.artwork / MATERIALS),
        layout=Layout(frames=encoder.frames, height=size, width=size),
        artwork=load_artwork(given.artwork / ARTWORK),
        device="cpu" if loaders else device,
    )
