"""Train the toy world's denoiser on scenes that are drawn on the fly.

    python -m mlcore.editing.train --minutes M | --steps N --out F.safetensors
        [--batch N] [--seed N] [--rate R] [--device D] [--every SECONDS] [--resume]

Needs torch and diffusers, nothing else. Beside F it keeps F's training (to go on after a
kill, with --resume), F's diary, a line a step, and F.json, its card. F itself is written
anew at every checkpoint, so that it can be looked at while it learns. Prints one JSON
document; {"error": "one sentence"} and exit code 1 when it cannot run.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from mlcore.checkpoint import Meaning, UnusableCheckpoint, load, save
from mlcore.editing.learning import LearningConfig, Training
from mlcore.editing.network.keeping import save_denoiser
from mlcore.editing.network.toy import ToyConfig, ToyDenoiser
from mlcore.fit import Diary, place


@dataclass(frozen=True, kw_only=True)
class Order:
    """One training: of what, for how long."""

    denoiser: ToyConfig
    learning: LearningConfig
    out: Path
    steps: int | None = None
    minutes: float | None = None
    every: float = 120.0
    """Seconds between checkpoints"""

    def __post_init__(self) -> None:
        if (self.steps is None) == (self.minutes is None):
            raise ValueError("training needs either a number of steps or of minutes")
        if (self.steps or self.minutes or 0) <= 0:
            raise ValueError("training needs steps or minutes above 0")

    @property
    def training_file(self) -> Path:
        """Where the training is kept."""
        return self.out.with_suffix(".training.safetensors")

    def done(self, steps: int, seconds: float) -> float:
        """Return which share of it is spent, from 0; at 1 training ends."""
        if self.steps is not None:
            return steps / self.steps
        return seconds / ((self.minutes or 0) * 60)


def train(
    order: Order,
    device: torch.device,
    *,
    resume: bool,
    clock: Callable[[], float] = time.monotonic,
) -> Meaning:
    """Train, write the denoiser and its card, and return what is known about it.

    With `resume` it goes on from the last checkpoint, if there is one. Raises
    UnusableCheckpoint when that is broken or of another training.
    """
    chance = torch.Generator().manual_seed(order.learning.seed)
    training = Training(ToyDenoiser(order.denoiser, chance), order.learning, device)
    seconds = 0.0
    if resume and order.training_file.exists():
        seconds = _taken_up(training, order.training_file)
    diary = Diary(order.out.with_suffix(".jsonl"), training.steps)
    began = clock() - seconds
    kept = clock()
    while (spent := order.done(training.steps, clock() - began)) < 1:
        step = training.steps
        loss = training.step(spent)
        diary.note(step, loss, clock() - began)
        if clock() - kept > order.every:
            _keep(order, training, clock() - began)
            kept = clock()
    return _keep(order, training, clock() - began)


def _taken_up(training: Training, path: Path) -> float:
    tensors, meaning = load(path)
    try:
        training.restore(tensors, meaning)
    except (KeyError, RuntimeError, ValueError) as error:
        raise UnusableCheckpoint(f"{path}: {error}.") from error
    return float(meaning["seconds"])


def _keep(order: Order, training: Training, seconds: float) -> Meaning:
    meaning = {**training.meaning(), "seconds": round(seconds, 1)}
    save(order.training_file, training.tensors(), meaning)
    known = {
        **meaning,
        "parameters": sum(each.numel() for each in training.denoiser.parameters()),
        "device": training.device.type,
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "of": "drawn shapes on drawn grounds; a toy that knows nothing of real footage",
    }
    save_denoiser(training.average.network, order.out, known)
    card = order.out.with_suffix(".json")
    card.write_text(json.dumps(known, indent=2) + "\n")
    return known


def arguments() -> argparse.ArgumentParser:
    """Return what can be asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m mlcore.editing.train")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--size", type=int, default=ToyConfig.size)
    parser.add_argument("--batch", type=int, default=LearningConfig.batch)
    parser.add_argument("--rate", type=float, default=LearningConfig.rate)
    parser.add_argument("--eyes-steps", type=int, default=LearningConfig.eyes_steps)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--every", type=float, default=120.0)
    parser.add_argument("--resume", action="store_true")
    return parser


def ordered(given: argparse.Namespace) -> Order:
    """Return the order that command-line arguments make. Raises ValueError."""
    return Order(
        denoiser=ToyConfig(size=given.size),
        learning=LearningConfig(
            seed=given.seed,
            batch=given.batch,
            rate=given.rate,
            eyes_steps=given.eyes_steps,
        ),
        out=given.out,
        steps=given.steps,
        minutes=given.minutes,
        every=given.every,
    )


def main() -> int:
    """Train as the command line says."""
    given = arguments().parse_args()
    if given.threads:
        torch.set_num_threads(given.threads)
    try:
        device = place(given.device, os.environ)
        known = train(ordered(given), device, resume=given.resume)
    except (ValueError, OSError) as error:
        sys.stdout.write(json.dumps({"error": str(error)}) + "\n")
        return 1
    sys.stdout.write(json.dumps({"out": str(given.out), **known}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
