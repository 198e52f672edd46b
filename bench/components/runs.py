"""One arm with one seed: trained, evaluated, and its result kept."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mlcore.checkpoint import load
from mlcore.components.component import Component
from mlcore.components.drawing.studio import Studio
from mlcore.components.evaluate import Judged, embedder, judge
from mlcore.components.learning.arms import ARMS, LearningConfig
from mlcore.components.learning.loop import Budget
from mlcore.components.learning.shapes import Shape
from mlcore.components.measuring.baselines import frozen, histograms
from mlcore.components.network.keeping import load_encoder
from mlcore.components.train import Order, train

PAIRS = 8
CPU = torch.device("cpu")
Result = dict[str, Any]
Parts = tuple[Sequence[Component], Sequence[Component]]


@dataclass(frozen=True, kw_only=True)
class Run:
    """What is trained."""

    arm: str
    seed: int
    steps: int
    equal_time: bool = False

    @property
    def name(self) -> str:
        """Its key among the results, and the name of its files."""
        timed = "-equal-time" if self.equal_time else ""
        return f"{self.arm}-{self.seed}-{self.steps}{timed}"


def run(one: Run, out: Path, shape: Shape, studio: Studio, parts: Parts) -> None:
    """Train and evaluate, unless that is done; go on where a kill left it."""
    if one.name in kept(out):
        return
    learning = LearningConfig(seed=one.seed, batch=shape.batch)
    encoder, learning = ARMS[one.arm].of(shape.encoder, learning)
    order = Order(
        encoder=encoder,
        learning=learning,
        components=parts[0],
        unseen=parts[1],
        budget=Budget(steps=one.steps),
        out=out / f"{one.name}.safetensors",
    )
    began, before = time.process_time(), _steps_done(order)
    known = train(order, studio, CPU, resume=True)
    seconds = time.process_time() - began
    network, _ = load_encoder(order.out)
    judged = judge(embedder(network, CPU), studio, *parts, pairs=PAIRS, raw=encoder.raw)
    order.training_file.unlink()
    done = max(1, known["steps"] - before)
    result = {**asdict(one), "cpu_seconds_a_step": seconds / done}
    keep(out, {one.name: _result(judged) | result})
    print(f"{one.name}: {100 * judged.closed.macro():.1f}", flush=True)


def baseline(
    weights: Path,
    studio: Studio,
    trained: Sequence[Component],
    unseen: Sequence[Component],
) -> Mapping[str, Result]:
    """Return the results of what learns nothing."""
    embeds = {"histogram": histograms, "frozen": frozen(weights, CPU)}
    return {
        name: _result(judge(embed, studio, trained, unseen, pairs=PAIRS))
        | {"arm": name, "seed": 0, "steps": 0, "equal_time": False}
        for name, embed in embeds.items()
    }


def steps_in_equal_time(one: Run, out: Path) -> Run:
    """Return the same run for as many steps as cost what those of `in-batch` cost.

    In processor seconds of one thread, as measured over all seeds there are.
    """
    cost = {
        arm: np.mean(
            [
                each["cpu_seconds_a_step"]
                for each in kept(out).values()
                if each["arm"] == arm and each["steps"] == one.steps
            ]
        )
        for arm in (one.arm, "in-batch")
    }
    steps = round(one.steps * float(cost["in-batch"] / cost[one.arm]))
    return replace(one, steps=min(steps, one.steps), equal_time=True)


def kept(out: Path) -> dict[str, Result]:
    """Return all results there are, by name."""
    found: dict[str, Result] = {}
    for path in sorted(out.glob("*.result.json")):
        found[path.name.removesuffix(".result.json")] = json.loads(path.read_text())
    return found


def keep(out: Path, results: Mapping[str, Result]) -> None:
    """Write results, each whole or not at all."""
    out.mkdir(parents=True, exist_ok=True)
    for name, result in results.items():
        temporary = out / f".{name}"
        temporary.write_text(json.dumps(result))
        temporary.replace(out / f"{name}.result.json")


def _result(judged: Judged) -> Result:
    closed = judged.closed
    return {
        "at_1": closed.at_1.tolist(),
        "at_10": closed.at_10.tolist(),
        "categories": closed.categories.tolist(),
        "document": judged.document,
    }


def _steps_done(order: Order) -> int:
    if not order.training_file.exists():
        return 0
    return int(load(order.training_file)[1]["steps"])
