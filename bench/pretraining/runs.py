"""One arm with one seed: pretrained, measured, and its result kept."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from bench.pretraining.arms import ARMS
from mlcore.clock import clock_of
from mlcore.videomae.autoencoder import new_autoencoder
from mlcore.videomae.config import AutoencoderConfig
from mlcore.videomae.course import Budget
from mlcore.videomae.encoder import ClipEncoder
from mlcore.videomae.finetune import Tuning
from mlcore.videomae.keeping import load_encoder
from mlcore.videomae.loop import Passed
from mlcore.videomae.measure import Exam, HeldOut
from mlcore.videomae.pretrain import Order, pretrain
from mlcore.videomae.sampling import Sampling
from mlcore.videomae.world import MotionWorld

Result = dict[str, Any]

USUAL: Result = {"batch": 32, "rate": 1e-3, "held_out": 256}
"""How arms are trained if nothing else is asked for, and were before results told of it"""


class Otherwise(ValueError):
    """What is there was trained in another way than is asked for. One sentence."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """What is trained."""

    arm: str
    seed: int
    frames: int

    @property
    def name(self) -> str:
        """Its key among the results, and the name of its files."""
        return f"{self.arm}-{self.frames}-{self.seed}"


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What all runs share."""

    config: AutoencoderConfig
    world: MotionWorld
    held_out: HeldOut
    exam: Exam
    few: int
    tuning: Tuning | None
    """None: losses alone, nothing is learned from labels"""
    probing: int
    """Steps of the attentive probe"""
    batch: int
    rate: float
    points: int
    """How often the held-out loss is taken in a training"""
    device: torch.device
    out: Path

    def training(self, arm: str) -> Result:
        """How an arm is trained, as a result tells it; {}: it is not."""
        if ARMS[arm].plan is None:
            return {}
        told = {"batch": self.batch, "rate": self.rate}
        if ARMS[arm].own_recipes:
            told = {}
        return {**told, "held_out": len(self.held_out.clips)}

    @property
    def protocol(self) -> Result | None:
        """How accuracy is measured, as a result tells it; None: it is not."""
        if self.tuning is None:
            return None
        views, tuning = self.exam.views, asdict(self.tuning)
        return {
            "tuning": {name: tuning[name] for name in tuning if name != "seed"},
            "views": f"{views.moments}x{views.crops}",
            "labels": [self.few, len(self.exam.known)],
            "asked": len(self.exam.asked),
            "probing": self.probing,
        }


@dataclass
class PausedClock:
    """Seconds, but for those in which something is measured.

    Of the processor where the network is on one, so that other programs do not count;
    by the wall where it is on a GPU.
    """

    device: torch.device
    lost: float = field(default=0.0)

    def __call__(self) -> float:
        """Return seconds, of which only differences count."""
        return self._now() - self.lost

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Stand still."""
        began = self._now()
        try:
            yield
        finally:
            self.lost += self._now() - began

    def _now(self) -> float:
        return clock_of(self.device, alone=True)()


def run(one: Run, bench: Bench) -> None:
    """Train and measure, unless that is done; go on where a kill left it.

    What is trained and was measured in another way is measured anew. Raises Otherwise.
    """
    before = trained_before(one, bench)
    if before and bench.protocol in (None, before.get("protocol")):
        return
    config = replace(bench.config, **ARMS[one.arm].changes)
    result: Result = asdict(one)
    if ARMS[one.arm].plan is None:
        encoder = new_autoencoder(config, one.seed).encoder.to(bench.device).eval()
    else:
        order = _order(one, bench, config)
        result |= _trained(before, one, order, bench)
        encoder, _ = load_encoder(order.out, bench.device)
    keep(bench.out, one.name, result | _measured(encoder, one, bench))
    # In one piece: other programs write to the same place.
    sys.stdout.write(f"{one.name}\n")
    sys.stdout.flush()


def trained_before(one: Run, bench: Bench) -> Result | None:
    """Return the result there is, measured or not. Raises Otherwise."""
    before = kept(bench.out).get(one.name)
    if before:
        _compare(
            bench.training(one.arm), before.get("training", USUAL), bench.out / one.name
        )
    return before


def _compare(asked: Result, told: Result, path: Path) -> None:
    for name, value in asked.items():
        if told[name] != value:
            raise Otherwise(
                f"{path} was trained with {name.replace('_', '-')} {told[name]}, "
                f"asked for is {value}: name another --out"
            )


def _trained(before: Result | None, one: Run, order: Order, bench: Bench) -> Result:
    """Train, unless that is done: the held-out loss along it, and what it cost."""
    if before and order.out.exists():
        order.training_file.unlink(missing_ok=True)
        told = ("training", "curve", "meter")
        return {name: before[name] for name in told if name in before}
    curve = Curve(order.out.with_suffix(".curve.jsonl"), order, bench)
    curve.begin()
    known = pretrain(
        order,
        bench.world,
        bench.device,
        resume=True,
        watch=curve.watch,
        clock=curve.clock,
    )
    found = {
        "training": bench.training(one.arm),
        "curve": curve.read(),
        "meter": known["meter"],
    }
    # Before anything is measured: a kill then costs the measuring alone.
    keep(bench.out, one.name, asdict(one) | found)
    order.training_file.unlink()
    return found


def _order(one: Run, bench: Bench, config: AutoencoderConfig) -> Order:
    arm = ARMS[one.arm]
    return Order(
        config=config,
        plan=arm.planned(bench.batch, bench.rate),
        budget=Budget(frames=arm.budget(one.frames, config)),
        sampling=Sampling(longest=config.frames),
        out=bench.out / f"{one.name}.safetensors",
        seed=one.seed,
        loaders=0,
    )


class Curve:
    """The held-out loss at some steps of a training, a line of JSON each."""

    def __init__(self, path: Path, order: Order, bench: Bench) -> None:
        self.path, self.order, self.bench = path, order, bench
        self.clock = PausedClock(bench.device)
        steps = sum(order.plan.steps(order.budget.frames or 0))
        every = max(1, steps // bench.points)
        self.marks = {*range(every - 1, steps, every), steps - 1}

    def begin(self) -> None:
        """Go on with a training's own lines, or without any. Raises Otherwise."""
        if not self.order.training_file.exists():
            self.path.unlink(missing_ok=True)
        elif self.path.exists():
            for line in self.read():
                told = {"held_out": line.get("held_out", USUAL["held_out"])}
                _compare({"held_out": self._held_out}, told, self.path)

    def watch(self, passed: Passed) -> None:
        """Take the loss, if this is a step for it."""
        if passed.step not in self.marks:
            return
        with self.clock.paused():
            training = passed.training
            training.network.eval()
            loss = self.bench.held_out.loss(training.network, self.bench.device)
            training.network.train()
            line = {"step": passed.step, "loss": loss, "held_out": self._held_out}
            line |= asdict(training.meter)
            with self.path.open("a") as file:
                file.write(json.dumps(line) + "\n")

    def read(self) -> list[Result]:
        """Return the lines in order; of a step that was taken twice, the later."""
        lines = map(json.loads, self.path.read_text().splitlines())
        found = {line["step"]: line for line in lines}
        return [found[step] for step in sorted(found)]

    @property
    def _held_out(self) -> int:
        return len(self.bench.held_out.clips)


def _measured(encoder: ClipEncoder, one: Run, bench: Bench) -> Result:
    if bench.tuning is None:
        return {}
    tuning = replace(bench.tuning, seed=one.seed)
    exam, device = bench.exam, bench.device
    labels = {"few": bench.few, "many": len(exam.known)}
    return {
        "protocol": bench.protocol,
        **{
            name: exam.fine_tuned(encoder, many, tuning, device)
            for name, many in labels.items()
            if many
        },
        **exam.probed(encoder, device, steps=bench.probing),
    }


def kept(out: Path) -> dict[str, Result]:
    """Return all results there are, by name."""
    ending = ".result.json"
    return {
        path.name.removesuffix(ending): json.loads(path.read_text())
        for path in sorted(out.glob(f"*{ending}"))
    }


def keep(out: Path, name: str, result: Result) -> None:
    """Write a result, whole or not at all."""
    temporary = out / f".{name}"
    temporary.write_text(json.dumps(result))
    temporary.replace(out / f"{name}.result.json")
