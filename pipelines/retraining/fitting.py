"""Pretraining in stages on the frozen shots, told on the run's row while it goes on."""

from __future__ import annotations

import time
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from catalog.files import local_path
from catalog.models import TrainingRun
from mlcore.checkpoint import UnusableCheckpoint
from mlcore.videomae.config import SHAPES
from mlcore.videomae.course import Budget
from mlcore.videomae.footage import Footage
from mlcore.videomae.plan import PLANS, plan_of
from mlcore.videomae.pretrain import Order, pretrain
from mlcore.videomae.sampling import Sampling
from pipelines.clips import STRIDE
from pipelines.errors import NO_ROOM, PipelineError
from pipelines.promoting import begun_with, run_of
from pipelines.retraining.devices import device_of
from pipelines.retraining.freezing import training_spans
from pipelines.retraining.tidying import forget_trainings, tidy
from pipelines.trained import clips_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlcore.videomae.autoencoder import MaskedAutoencoder
    from mlcore.videomae.loop import Passed
    from pipelines.jobs import Claim

KEPT_EVERY = 120.0
"""Seconds between two checkpoints: what a killed worker does again at most."""
TOLD_EVERY = 2.0
"""Seconds between two writes of the run's row."""
PRETRAINING = 0.5
"""Its share of a budget in minutes; motion has the rest. The version that ships had 4.5
minutes of the one and 4.2 of the other (mlcore/videomae/weights/CARD.md)."""
POINTS = 400
"""Of the plot: with more, every second one goes."""


def pretrain_clips(claim: Claim) -> None:
    """Train to the end of the plan; what is kept of an earlier attempt is gone on with."""
    run = run_of(claim)
    order = order_of(run)
    make_room(claim, run)
    if run.version is not None or order.out.exists():
        return
    footage = Footage(
        spans=training_spans(run), size=order.config.size, span=order.sampling.span
    )
    say_where_it_begins(claim, run, order.training_file)
    told = Told(claim, run)
    with one_sentence(order.training_file):
        known = pretrain(
            order,
            footage,
            device_of(run),
            resume=True,
            watch=partial(_step, told, order),
            begin=_begin(run),
        )
    _end(told, order, known)


def order_of(run: TrainingRun) -> Order:
    """Return what the run's config orders. Raises PipelineError for what cannot be done."""
    told = run.config
    config = SHAPES[told["shape"]]
    try:
        plan = told["plan"]
        return Order(
            config=config,
            plan=PLANS[plan] if isinstance(plan, str) else plan_of(plan),
            budget=Budget(frames=told["frames"], minutes=minutes_of(run)),
            sampling=Sampling(longest=config.frames, stride=STRIDE),
            out=local_path(f"training/{run.pk}/pretrained.safetensors"),
            seed=run.seed,
            every=told.get("kept_every", KEPT_EVERY),
        )
    except (KeyError, ValueError) as error:
        raise PipelineError(f"This cannot be trained: {error}.") from None


def minutes_of(run: TrainingRun) -> float | None:
    """Of a budget in minutes, those of pretraining, and as many of motion; None: of frames."""
    minutes: float | None = run.config["minutes"]
    return None if minutes is None else PRETRAINING * minutes


class Told:
    """Tells a run's row how training goes, with the losses in one of its fields."""

    def __init__(self, claim: Claim, run: TrainingRun, field: str = "losses") -> None:
        self._claim, self._run, self._field = claim, run, field
        self._recent: list[float] = []
        self._frames = 0
        self._at = time.monotonic()

    def step(self, passed: Step) -> None:
        """Hear of a step. Raises Cancelled or LostClaim when training should stop."""
        grown = passed.frames != self._frames
        self._frames = passed.frames
        self._recent.append(passed.loss)
        left = passed.seconds * (1 - passed.done) / max(passed.done, 1e-6)
        pace = f"{passed.seconds / (passed.number + 1):.2f} s a step"
        # Of every step: this is where a person's end of it is heard.
        self._claim.progress(passed.done, pace)
        # The plot says where clips grow.
        if not grown and time.monotonic() - self._at < TOLD_EVERY:
            return
        self._write(passed, stage=passed.words, seconds_left=round(left, 1))

    def end(self, last: Step, spent: dict[str, Any]) -> None:
        """Write down what training took."""
        self._write(last, stage="trained", seconds_left=None, spent=spent)

    def _write(self, passed: Step, **fields: Any) -> None:
        losses = getattr(self._run, self._field)
        if self._recent:
            # What a killed attempt told of later steps is told anew.
            losses = [each for each in losses if each[0] < passed.number]
            mean = sum(self._recent) / len(self._recent)
            losses.append([passed.number, passed.frames, round(mean, 5)])
        if len(losses) > POINTS:
            losses = losses[::2]
        setattr(self._run, self._field, losses)
        self._recent, self._at = [], time.monotonic()
        with self._claim.writing():
            rows = TrainingRun.objects.filter(pk=self._run.pk)
            rows.update(**{self._field: losses}, **fields)


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of training that was done."""

    number: int
    loss: float
    frames: int
    """Of its clips"""
    done: float
    """Share 0..1 of the budget"""
    seconds: float
    """Since training began, without breaks"""
    words: str
    """Where it is"""


def _step(told: Told, order: Order, passed: Passed) -> None:
    here = passed.position
    frames, stages = here.stage.frames, len(order.plan.stages)
    told.step(
        Step(
            number=passed.step,
            loss=passed.loss,
            frames=frames,
            done=here.over_all,
            seconds=passed.training.meter.seconds,
            words=f"{here.place + 1} of {stages}, clips of {frames} frames",
        )
    )


def _end(told: Told, order: Order, known: dict[str, Any]) -> None:
    meter = known["meter"]
    last = Step(
        number=known["steps"] - 1,
        loss=0.0,
        frames=order.plan.run()[-1].frames,
        done=1.0,
        seconds=meter["seconds"],
        words="trained",
    )
    spent = {
        **{name: meter[name] for name in ("seconds", "frames", "multiplied")},
        **{name: known[name] for name in ("steps", "device", "wait_share")},
    }
    told.end(last, spent)


def _begin(run: TrainingRun) -> MaskedAutoencoder | None:
    """The network that training begins with, as frozen; None: an untrained one."""
    before = begun_with(run)
    # A copy: what is loaded once a process must stay as it is.
    return deepcopy(clips_of(before).autoencoder) if before else None


def make_room(claim: Claim, run: TrainingRun) -> None:
    """Before a training: what earlier ones left, and nobody comes back to, goes."""
    forget_trainings(run)
    tidy(claim, run.family)


def say_where_it_begins(claim: Claim, run: TrainingRun, checkpoint: Path) -> None:
    """Note in the log whether a training that was begun before goes on, or begins anew."""
    if checkpoint.exists():
        claim.job.note("training goes on from its last checkpoint")
    elif run.losses:
        claim.job.note("no checkpoint of this training is kept; it begins anew")


@contextmanager
def one_sentence(checkpoint: Path) -> Iterator[None]:
    """Say what a person can do about what training stumbles over.

    A checkpoint that cannot be used is set aside: the next attempt begins without it.
    """
    try:
        yield
    except UnusableCheckpoint as error:
        aside = checkpoint.with_name(f"{checkpoint.name}.unusable")
        if checkpoint.exists():
            checkpoint.replace(aside)
        raise PipelineError(
            f"What was kept of this training cannot be used: {checkpoint.name} was set "
            f"aside as {aside.name}. Press Retry, and what it held is learned anew."
        ) from error
    except ValueError as error:  # no footage
        raise PipelineError(f"Training stopped: {str(error).rstrip('.')}.") from error
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        kept = " The last checkpoint is whole." if checkpoint.exists() else ""
        raise PipelineError(
            f"The disk is full: make room, then press Retry.{kept}"
        ) from error
