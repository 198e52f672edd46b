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
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mlcore.checkpoint import UnusableCheckpoint
from mlcore.components.artwork import ArtworkError
from mlcore.components.catalogue import catalogue, component
from mlcore.components.choosing import some
from mlcore.components.component import Component
from mlcore.components.drawing.studio import Studio
from mlcore.components.finding.clips import embedded_clips
from mlcore.components.finding.fitting import Clips, fit_detector, references_of
from mlcore.components.finding.judging import judge
from mlcore.components.finding.keeping import save_detector
from mlcore.components.measuring.retrieval import Embed, embedder
from mlcore.components.network.keeping import load_encoder
from mlcore.components.sources import add_sources, studio_of

FIT, CALIBRATE, JUDGE = range(28), range(14), range(14, 28)
"""Material pairs: of the training pool, then of the test pool."""

SHARE = 7
"""Of which every seventh component is laid on each: four clips a component, then two."""


def main(environment: Mapping[str, str] = os.environ) -> int:
    """Fit, judge, save and print."""
    parser = argparse.ArgumentParser(prog="python -m mlcore.components.finding")
    parser.add_argument("encoder", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    add_sources(parser, environment)
    given = parser.parse_args()
    try:
        document = build(given)
    except (ValueError, ArtworkError, UnusableCheckpoint, OSError) as error:
        print(json.dumps({"error": str(error)}))  # noqa: T201
        return 1
    print(json.dumps(document))  # noqa: T201
    return 0


def build(given: argparse.Namespace) -> dict[str, Any]:
    """Fit to all components but those whose bases the encoder has not seen.

    Those stand for what is not known, while it is learned when to say so. The references
    that are saved are of the whole catalogue: there only what others made is unknown.
    """
    encoder, meaning = load_encoder(given.encoder)
    studio = studio_of(given, encoder.config, torch.device("cpu"))
    embed = embedder(encoder, torch.device("cpu"))
    unseen = [component(key) for key in meaning["unseen"]]
    away = set(meaning["unseen"])
    known = [each for each in catalogue() if each.key not in away]
    fit = embedded_clips(embed, studio, known, "train", FIT, share=SHARE)
    detector = fit_detector(fit, _held_out(embed, studio, known, unseen, CALIBRATE))
    figures = judge(detector, _held_out(embed, studio, known, unseen, JUDGE))
    rest = embedded_clips(embed, studio, unseen, "train", FIT, share=SHARE)
    references, categories, keys = references_of(_joined(fit, rest))
    save_detector(
        replace(detector, references=references, categories=categories, keys=keys),
        given.out,
        {
            "encoder": hashlib.sha256(given.encoder.read_bytes()).hexdigest(),
            "clips": len(FIT) // SHARE,
            "figures": figures,
        },
    )
    return {"out": str(given.out), "components": len(keys), **figures}


def _held_out(
    embed: Embed,
    studio: Studio,
    known: list[Component],
    unseen: list[Component],
    numbers: range,
) -> Clips:
    """As many known components as unseen ones, on test materials."""
    asked = some(known, len(unseen), numbers[0])
    mixed = [*asked, *unseen]
    return embedded_clips(embed, studio, mixed, "test", numbers, share=SHARE)


def _joined(a: Clips, b: Clips) -> Clips:
    return Clips(
        embeddings=np.concatenate([a.embeddings, b.embeddings]),
        keys=(*a.keys, *b.keys),
        categories=np.concatenate([a.categories, b.categories]),
        cut=np.concatenate([a.cut, b.cut]),
        changes=a.changes,
    )


if __name__ == "__main__":
    sys.exit(main())
