"""Search for a stage plan on the drawn world, with trainings as short as can be told apart.

    python -m mlcore.videomae.find_plan --frames N --trials F.jsonl --out PLAN.json
        [--by accuracy|loss] [--schedule restarts|one] [--shape toy] [--stages N]
        [--labels N] [--batch N] [--rate R] [--seed N] ...

Every trial is kept in F, so that the search goes on where it was; F.svg shows them
(`plot_trials` draws it while the search goes on). The plan that is found goes to
`pretrain --plan PLAN.json`, under any budget and in any shape. Prints one JSON document;
{"error": ...} and exit code 1 when it cannot run.
"""

import argparse
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import torch

from mlcore.fit import place
from mlcore.videomae.config import SHAPES, AutoencoderConfig
from mlcore.videomae.course import Budget
from mlcore.videomae.finetune import Tuning
from mlcore.videomae.keeping import load_autoencoder
from mlcore.videomae.measure import Exam, HeldOut, some_exam, some_held_out
from mlcore.videomae.plan import Plan, Stage
from mlcore.videomae.plot_trials import plotted
from mlcore.videomae.pretrain import Order, pretrain
from mlcore.videomae.sampling import Sampling
from mlcore.videomae.search import LENGTHS, By, Judge, Space, Trials, search
from mlcore.videomae.world import MotionWorld

ASKED, HELD_OUT = 512, 128
"""Clips: an accuracy is told to 2 points (one standard error at a half)"""


@dataclass(frozen=True, kw_only=True)
class Trainings:
    """Trains by a plan and judges it."""

    config: AutoencoderConfig
    world: MotionWorld
    budget: Budget
    exam: Exam
    held_out: HeldOut
    tuning: Tuning
    labels: int
    seed: int
    device: torch.device

    def accuracy(self, plan: Plan) -> float:
        """Return the accuracy 0..1 of a network fine-tuned after a plan's pretraining."""
        with TemporaryDirectory() as folder:
            network, _ = load_autoencoder(self._trained(plan, folder), self.device)
        return self.exam.fine_tuned(
            network.encoder, self.labels, self.tuning, self.device
        )

    def loss(self, plan: Plan) -> float:
        """Return the loss of a plan's pretraining on clips kept out."""
        with TemporaryDirectory() as folder:
            network, _ = load_autoencoder(self._trained(plan, folder), self.device)
        return self.held_out.loss(network, self.device)

    def _trained(self, plan: Plan, folder: str) -> Path:
        order = Order(
            config=self.config,
            plan=plan,
            budget=self.budget,
            sampling=Sampling(longest=self.config.frames),
            out=Path(folder) / "trial.safetensors",
            seed=self.seed,
            every=float("inf"),
        )
        pretrain(order, self.world, self.device, resume=False)
        return order.out


def trainings_of(given: argparse.Namespace, device: torch.device) -> Trainings:
    """Return the trainings that command-line arguments ask for."""
    config = SHAPES[given.shape]
    world = easy_world(config.size, device)
    return Trainings(
        config=config,
        world=world,
        budget=Budget(frames=given.frames),
        exam=some_exam(world, config.frames, given.labels, ASKED, given.seed),
        held_out=some_held_out(world, config.frames, HELD_OUT, given.seed),
        tuning=Tuning(steps=given.tuning, seed=given.seed),
        labels=given.labels,
        seed=given.seed,
        device=device,
    )


def easy_world(size: int, device: torch.device) -> MotionWorld:
    """Return a world that a small network learns in minutes: one thing on a soft, still ground."""
    return MotionWorld(size=size, camera=False, things=1, octaves=2, device=device)


def start_of(given: argparse.Namespace) -> Plan:
    """Return the plan whose schedule, batch and rate the search begins with."""
    stage = Stage(frames=2, share=1, batch=given.batch, rate=given.rate)
    return Plan(stages=(stage,), schedule=given.schedule)


def arguments() -> argparse.ArgumentParser:
    """Return what can be asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m mlcore.videomae.find_plan")
    parser.add_argument("--frames", type=int, required=True)
    parser.add_argument("--trials", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--shape", choices=SHAPES, default="toy")
    parser.add_argument("--stages", type=int, default=4, help="at most")
    parser.add_argument("--lengths", help="as in 2,4,8,16")
    parser.add_argument(
        "--by",
        choices=get_args(By),
        default="accuracy",
        help="what judges lengths and shares",
    )
    parser.add_argument("--schedule", choices=("restarts", "one"), default="restarts")
    parser.add_argument("--labels", type=int, default=1000)
    parser.add_argument("--tuning", type=int, default=300, help="steps of fine-tuning")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device")
    return parser


def main(environment: Mapping[str, str] = os.environ) -> int:
    """Search as the command line says."""
    given = arguments().parse_args()
    try:
        lengths = (
            tuple(map(int, given.lengths.split(","))) if given.lengths else LENGTHS
        )
        space = replace(Space(), lengths=lengths, most_stages=given.stages)
        trainings = trainings_of(given, place(given.device, environment))
        trials = Trials(given.trials)
        by_loss = Judge(by="loss", measured=trainings.loss)
        by_accuracy = Judge(by="accuracy", measured=trainings.accuracy)
        stages = by_loss if given.by == "loss" else by_accuracy
        found = search(start_of(given), space, stages, by_loss, trials)
        given.out.write_text(json.dumps(found.to_json(), indent=2) + "\n")
        drawn = given.trials.with_suffix(".svg")
        drawn.write_text(plotted(list(trials.tried.values())))
    except (ValueError, OSError) as error:
        sys.stdout.write(json.dumps({"error": str(error)}) + "\n")
        return 1
    said = {"plan": found.to_json(), "trials": len(trials.tried), "drawn": str(drawn)}
    sys.stdout.write(json.dumps({"out": str(given.out), **said}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
