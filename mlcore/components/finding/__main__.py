"""Fit a detector to a trained encoder, and say how well it finds.

    python -m mlcore.components.finding ENCODER.safetensors --out DETECTOR.safetensors [...]

Draws clips on materials of the training pool to fit to, and of the test pool to calibrate
on and to judge by, other pairs for each. Prints one JSON document; {"error": "one
sentence"} and exit code 1 when it cannot run.
"""

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from mlcore.checkpoint import UnusableCheckpoint
from mlcore.components.artwork import ArtworkError
from mlcore.components.catalogue import catalogue, component
from mlcore.components.finding.building import Draws, build_detector
from mlcore.components.finding.keeping import save_detector
from mlcore.components.measuring.retrieval import embedder
from mlcore.components.network.keeping import load_encoder
from mlcore.components.sources import add_sources, studio_of
from mlcore.fit import place


def main(environment: Mapping[str, str] = os.environ) -> int:
    """Fit, judge, save and print."""
    parser = argparse.ArgumentParser(prog="python -m mlcore.components.finding")
    parser.add_argument("encoder", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--device")
    parser.add_argument("--loaders", type=int, default=0)
    add_sources(parser, environment)
    given = parser.parse_args()
    try:
        document = build(given, place(given.device, environment))
    except (ValueError, ArtworkError, UnusableCheckpoint, OSError) as error:
        print(json.dumps({"error": str(error)}))  # noqa: T201
        return 1
    print(json.dumps(document))  # noqa: T201
    return 0


def build(given: argparse.Namespace, device: torch.device) -> dict[str, Any]:
    """Fit to all components but those whose bases the encoder has not seen."""
    encoder, meaning = load_encoder(given.encoder)
    studio = studio_of(given, encoder.config, device, loaders=given.loaders)
    unseen = [component(key) for key in meaning["unseen"]]
    away = set(meaning["unseen"])
    known = [each for each in catalogue() if each.key not in away]
    embed, draws = embedder(encoder, device), Draws(loaders=given.loaders)
    detector, figures = build_detector(embed, studio, known, unseen, draws)
    said = {
        "encoder": hashlib.sha256(given.encoder.read_bytes()).hexdigest(),
        "clips": draws.clips,
        "figures": figures,
    }
    save_detector(detector, given.out, said)
    return {"out": str(given.out), "components": len(detector.keys), **figures}


if __name__ == "__main__":
    sys.exit(main())
