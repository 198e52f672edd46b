"""A projection on disk: safetensors, and its config as JSON beside them."""

import json
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from mlcore.matching.ranking.projection import Projection, ProjectionConfig

FORMAT = 1


def save_projection(projection: Projection, weights: Path) -> None:
    """Write the weights and, beside them, what they are."""
    kept = {name: row.contiguous() for name, row in projection.state_dict().items()}
    weights.write_bytes(save(kept))
    meaning = {"format": FORMAT, "config": asdict(projection.config)}
    weights.with_suffix(".json").write_text(json.dumps(meaning, indent=2) + "\n")


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
