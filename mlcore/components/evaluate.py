"""How well a trained encoder finds components again, and what it must not find.

    python -m mlcore.components.evaluate --encoder F.safetensors [--encoder ...] [--baselines WEIGHTS]
        [--pairs N] [--components N] [--pool train] [--windows] [--json] ...

Several files are one arm trained with several seeds: means, standard deviations and, over
components, a bootstrap interval. Prints one JSON document with --json, else a table;
{"error": "one sentence"} and exit code 1 when it cannot run.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mlcore.checkpoint import Meaning
from mlcore.components.artwork import ArtworkError
from mlcore.components.catalogue import component, components_of
from mlcore.components.component import Component
from mlcore.components.drawing.materials import POOLS
from mlcore.components.drawing.studio import Pool, Studio
from mlcore.components.measuring.baselines import frozen, histograms
from mlcore.components.measuring.controls import (
    found_by_material,
    library,
    mirrored,
    mirrored_told_apart,
    nearest,
    told_apart,
)
from mlcore.components.measuring.retrieval import (
    Embed,
    Recall,
    embedded,
    embedder,
    recall,
    recall_in_draws,
)
from mlcore.components.network.keeping import load_encoder
from mlcore.components.sources import add_sources, chosen_components, studio_of
from mlcore.fit import place

Document = dict[str, Any]

PLAIN_PAIRS = range(100, 164)
"""Test material pairs of clips without a component, none of them in a gallery."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What one embedding of clips is worth."""

    closed: Recall
    """Among the components trained on"""
    document: Document


def judge(  # noqa: PLR0913  what a bench, a gate and the command each need
    embed: Embed,
    studio: Studio,
    trained: Sequence[Component],
    unseen: Sequence[Component],
    *,
    pairs: int = 8,
    raw: bool = False,
    pool: Pool = "test",
) -> Judged:
    """Embed all components on `pairs` material pairs of a pool, and measure.

    Half the pairs make the library for detection, the other half are asked about.
    """
    numbers, on = range(pairs), partial(embedded, embed, studio, raw=raw, pool=pool)
    seen_MNE, fresh_MNE = on(trained, numbers), on(unseen, numbers)
    plain_nE = on([None], PLAIN_PAIRS)[:, 0]
    closed = recall(seen_MNE, trained)
    document = {
        "components": len(trained),
        "unseen": len(unseen),
        "pairs": pairs,
        "closed": closed.rows(),
        "interval": closed.interval(),
        "closed_at_open_size": recall_in_draws(seen_MNE, trained, unseen),
        "open": recall(fresh_MNE, unseen).rows(),
        "by_material": found_by_material(seen_MNE),
        **_detection(seen_MNE, fresh_MNE, plain_nE),
        "mirrored": _direction(on, numbers, trained),
    }
    return Judged(closed=closed, document=document)


def _detection(seen_MNE: Tensor, fresh_MNE: Tensor, plain_nE: Tensor) -> Document:
    half = len(seen_MNE) // 2
    known = library(seen_MNE[:half])
    asked = nearest(seen_MNE[half:].flatten(0, 1), known)
    fresh = nearest(fresh_MNE[half:].flatten(0, 1), known)
    return {
        "untouched_auroc": told_apart(asked, nearest(plain_nE, known)),
        "unseen_auroc": told_apart(asked, fresh),
    }


def _direction(
    on: Callable[[Sequence[Component | None], Sequence[int]], Tensor],
    numbers: Sequence[int],
    trained: Sequence[Component],
) -> Document:
    """Of all transitions there are that differ in left and right, and of those trained on."""
    every = components_of("transition")
    pairs = mirrored(every)
    sides: list[Component | None] = [every[at] for pair in pairs for at in pair]
    seen_MNE = on(sides, numbers)
    beside = [(2 * n, 2 * n + 1) for n in range(len(pairs))]
    known = {each.key for each in trained}
    both = [
        pair
        for pair in beside
        if all(each and each.key in known for each in map(sides.__getitem__, pair))
    ]
    return {
        "pairs": len(pairs),
        "told_apart": mirrored_told_apart(seen_MNE, beside),
        "pairs_trained": len(both),
        "told_apart_trained": mirrored_told_apart(seen_MNE, both) if both else None,
    }


def over_seeds(judged: Sequence[Judged]) -> Document:
    """Return the documents of several seeds as means, with deviations of the macro R@1.

    The interval is over components, of the mean over seeds.
    """
    closed = [each.closed for each in judged]
    together = Recall(
        at_1=np.mean([each.at_1 for each in closed], axis=0),
        at_10=np.mean([each.at_10 for each in closed], axis=0),
        categories=closed[0].categories,
    )
    macros = torch.tensor([each.macro() for each in closed])
    return {
        "seeds": len(judged),
        "macro_r1": {
            "mean": float(macros.mean()),
            "deviation": float(macros.std()) if len(judged) > 1 else None,
            "interval": together.interval(),
        },
        "closed": together.rows(),
        "each": [each.document for each in judged],
    }


def evaluate(given: argparse.Namespace, device: torch.device) -> Document:
    """Return the document of the files, and of the baselines if they are asked for.

    Raises ValueError when the files were not trained on the same components.
    """
    loaded = [load_encoder(file) for file in given.encoder]
    config, known = loaded[0][0].config, loaded[0][1]
    if any(each["components"] != known["components"] for _, each in loaded):
        raise ValueError("these encoders were trained on different components")
    trained, unseen = asked_of(given, known)
    if given.windows and config.raw:
        raise ValueError("of windows of titles there is no clip without a component")
    studio = replace(studio_of(given, config, device), windows=given.windows)

    def judged(embed: Embed, *, raw: bool) -> Judged:
        asked = {"pairs": given.pairs, "pool": given.pool}
        return judge(embed, studio, trained, unseen, raw=raw, **asked)

    found = [judged(embedder(each, device), raw=config.raw) for each, _ in loaded]
    document = {"encoder": over_seeds(found)}
    if given.baselines:
        frozen_there = frozen(given.baselines, device)
        document["histogram"] = over_seeds([judged(histograms, raw=False)])
        document["frozen"] = over_seeds([judged(frozen_there, raw=False)])
    return {**document, "table": table(document)}


def asked_of(
    given: argparse.Namespace, known: Meaning
) -> tuple[list[Component], list[Component]]:
    """What was learned and what was kept unseen, or of both what so many would have been.

    Recall depends on how many there are: encoders of many components and of few are
    compared among the few. Raises ValueError where none of these was learned.
    """
    trained, unseen = (
        [component(key) for key in known[part]] for part in ("components", "unseen")
    )
    if given.components is not None:
        few = {each.key for part in chosen_components(given) for each in part}
        trained, unseen = (
            [each for each in part if each.key in few] for part in (trained, unseen)
        )
    if not (trained and unseen):
        raise ValueError("none of the components asked for was learned, or kept unseen")
    return trained, unseen


def table(document: Document) -> list[str]:
    """Return a document as lines for people, recall in %, means over seeds."""
    arms = list(document.values())
    lines = [_line("R@1 / R@10", document)]
    lines += [
        _line(name, [_recalls(each["closed"][name]) for each in arms])
        for name in arms[0]["closed"]
    ]
    for name, called in (("open", "unseen"), ("closed_at_open_size", "of as many")):
        rows = [_mean(each["each"], name, "macro") for each in arms]
        lines.append(_line(called, map(_recalls, rows)))
    macro = [each["macro_r1"] for each in arms]
    bounds = [tuple(100 * end for end in each["interval"]) for each in macro]
    lines.append(
        _line("interval", [f"{low:.1f} to {high:.1f}" for low, high in bounds])
    )
    lines.append(_line("seeds", [str(each["seeds"]) for each in arms]))
    return lines


def _line(name: str, cells: Iterable[str]) -> str:
    return f"{name:<12}" + "".join(f"{cell:>16}" for cell in cells)


def _recalls(row: Mapping[str, float]) -> str:
    return f"{100 * row['r1']:.1f} / {100 * row['r10']:.1f}"


def _mean(each: Sequence[Document], part: str, name: str) -> dict[str, float]:
    rows = [document[part][name] for document in each]
    return {key: float(np.mean([row[key] for row in rows])) for key in rows[0]}


def arguments(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    """Return what can be asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m mlcore.components.evaluate")
    parser.add_argument("--encoder", type=Path, action="append", required=True)
    parser.add_argument("--pairs", type=int, default=8)
    parser.add_argument(
        "--pool", choices=POOLS, default="test", help="train: what was learned by heart"
    )
    parser.add_argument(
        "--windows", action="store_true", help="two clips in three as titles have them"
    )
    parser.add_argument("--baselines", type=Path, help="EfficientNet-lite0's weights")
    parser.add_argument("--device")
    parser.add_argument("--json", action="store_true")
    add_sources(parser, environment)
    return parser


def main(environment: Mapping[str, str] = os.environ) -> int:
    """Evaluate as the command line says."""
    given = arguments(environment).parse_args()
    try:
        document = evaluate(given, place(given.device))
    except (ValueError, KeyError, OSError, ArtworkError) as error:
        sys.stdout.write(json.dumps({"error": str(error)}) + "\n")
        return 1
    lines = "\n".join(document["table"])
    shown = json.dumps(document, indent=2) if given.json else lines
    sys.stdout.write(shown + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
