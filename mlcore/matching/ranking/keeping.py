"""A projection on disk: safetensors, and its config as JSON beside them."""

import json
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from mlcore.checkpoint import written_whole
from mlcore.matching.ranking.projection import Projection, ProjectionConfig

FORMAT = 1


def save_projection(projection: Projection, weights: Path) -> None:
    """Write the weights and, beside them, what they are. Raises UnsavedCheckpoint."""
    kept = {name: row.contiguous() for name, row in projection.state_dict().items()}
    with written_whole(weights) as temporary:
        temporary.write_bytes(save(kept))
    meaning = {"format": FORMAT, "config": asdict(projection.config)}
    with written_whole(weights.with_suffix(".json")) as temporary:
        temporary.write_text(json.dumps(meaning, indent=2) + "\n")


def load_projection(weights: Path) -> Projection:
    """Read what `save_projection` wrote. Raises ValueError when it is something else."""
    try:
        meaning = json.loads(weights.with_suffix(".json").read_text())
        config = ProjectionConfig(**meaning["config"])
        projection = Projection(config, torch.Generator())
        projection.load_state_dict(load_file(weights), strict=True)
    except (KeyError, TypeError, ValueError, RuntimeError, SafetensorError) as error:
        raise ValueError(f"{weights.name} holds no projection: {error}") from None
    return projection.eval()
