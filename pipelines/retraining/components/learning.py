"""Training on components that are drawn, told on the run's row while it goes on."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from catalog.files import local_path
from catalog.models import EncoderVersion
from mlcore.components.artwork import FILE as ARTWORK
from mlcore.components.artwork import ArtworkError, load_artwork
from mlcore.components.catalogue import component
from mlcore.components.drawing.materials import FILE as MATERIALS
from mlcore.components.drawing.materials import load_materials
from mlcore.components.drawing.studio import Studio
from mlcore.components.learning.arms import ARMS, LearningConfig
from mlcore.components.learning.loop import Budget
from mlcore.components.learning.shapes import SHAPES
from mlcore.components.stretch import Layout
from mlcore.components.train import Order, train
from pipelines.components.shipped import finder_of
from pipelines.errors import PipelineError
from pipelines.promoting import begun_with, run_of
from pipelines.retraining.devices import device_of
from pipelines.retraining.fitting import (
    Step,
    Told,
    make_room,
    one_sentence,
    say_where_it_begins,
)
from pipelines.trained import keep_weights

if TYPE_CHECKING:
    import torch

    from catalog.models import TrainingRun
    from mlcore.components.network.config import EncoderConfig
    from pipelines.jobs import Claim

COMPONENT = EncoderVersion.Family.COMPONENT
ARM = "proxies-windows"
"""As of the one that ships; docs/component-encoder.md measures the others"""
TAKES_A_MINUTE = 300
"""Shots that are made of the materials for each minute of training: six seconds' work"""


def train_components(claim: Claim) -> None:
    """Train to the end of the budget, from the weights that are frozen.

    What is kept of an earlier attempt is gone on with; the candidate is written down.
    """
    run = run_of(claim)
    make_room(claim, run)
    if run.version is not None:
        return
    order, device = _order(run), device_of(run)
    say_where_it_begins(claim, run, order.training_file)
    told, before = Told(claim, run), begun_with(run)
    with one_sentence(order.training_file):
        known = train(
            order,
            studio_for(order.encoder, device),
            device,
            resume=True,
            begin=finder_of(before).encoder if before else None,
            watch=partial(_step, told, order),
        )
        sha256 = keep_weights(partial(_write, order.out), f"retrain-{run.pk}")
    _end(told, order, known)
    with claim.writing():
        run.version = EncoderVersion.objects.create(
            family=COMPONENT,
            name=f"{run.config['shape']} component encoder, run {run.pk}",
            config=run.config | {"words": f"{len(order.components)} components"},
            weights_sha256=sha256,
            parent=before,
        )
        run.save(update_fields=["version"])
    shutil.rmtree(order.out.parent, ignore_errors=True)


def encoder_of(shape: str) -> EncoderConfig:
    """What is trained of a shape. Raises KeyError for one that is not known."""
    encoder, _ = ARMS[ARM].of(SHAPES[shape].encoder, LearningConfig())
    return encoder


def _order(run: TrainingRun) -> Order:
    """What the run's config orders. Raises PipelineError for what cannot be done."""
    told, frozen = run.config, run.frozen
    try:
        shape = SHAPES[told["shape"]]
        trained, unseen = (
            [component(key) for key in frozen[part]]
            for part in ("components", "unseen")
        )
        learning = LearningConfig(seed=run.seed, batch=min(shape.batch, len(trained)))
        encoder, learning = ARMS[ARM].of(shape.encoder, learning)
        a_step = 2 * learning.batch * encoder.frames
        steps = None if told["frames"] is None else max(1, told["frames"] // a_step)
        budget = Budget(steps=steps, minutes=told["minutes"])
        learning = replace(learning, takes=_takes(learning, budget))
        return Order(
            encoder=encoder,
            learning=learning,
            components=trained,
            unseen=unseen,
            budget=budget,
            out=local_path(f"training/{run.pk}/components.safetensors"),
            every=told.get("kept_every", Order.every),
        )
    except (KeyError, ValueError) as error:
        raise PipelineError(f"This cannot be trained: {error}.") from None


def _takes(learning: LearningConfig, budget: Budget) -> int:
    """How many shots are worth making first: no more than a short training has clips."""
    if budget.steps is not None:
        worth = budget.steps * 2 * learning.batch
    else:
        worth = int((budget.minutes or 0) * TAKES_A_MINUTE)
    return max(1, min(learning.takes, worth))


def _frames_a_step(order: Order) -> int:
    return 2 * order.learning.batch * order.encoder.frames


def _step(
    told: Told, order: Order, number: int, loss: float, done: float, seconds: float
) -> None:
    frames, many = order.encoder.frames, len(order.components)
    words = f"{many} components, clips of {frames} frames"
    told.step(
        Step(
            number=number,
            loss=loss,
            frames=frames,
            done=done,
            seconds=seconds,
            words=words,
        )
    )


def _end(told: Told, order: Order, known: dict[str, Any]) -> None:
    frames, steps = order.encoder.frames, known["steps"]
    last = Step(
        number=steps - 1,
        loss=0.0,
        frames=frames,
        done=1.0,
        seconds=known["seconds"],
        words="trained",
    )
    spent = {
        **{name: known[name] for name in ("seconds", "steps", "device")},
        "frames": steps * _frames_a_step(order),
    }
    told.end(last, spent)


def studio_for(config: EncoderConfig, device: torch.device) -> Studio:
    """Where clips for an encoder are drawn. Raises PipelineError without artwork."""
    folder = Path(settings.WEIGHTS_ROOT)
    size = config.size
    try:
        return Studio(
            materials=load_materials(folder / MATERIALS),
            layout=Layout(frames=config.frames, height=size, width=size),
            artwork=load_artwork(folder / ARTWORK),
            device=device,
        )
    except (ArtworkError, OSError) as error:
        raise PipelineError(f"Nothing can be drawn: {error}") from None


def _write(trained: Path, path: Path) -> None:
    shutil.copyfile(trained, path)
    path.with_suffix(".json").write_text(json.dumps({}), encoding="utf-8")
