"""What was pretrained learns how clips move, and is written down as a candidate."""

from __future__ import annotations

import json
import shutil
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from catalog.models import EncoderVersion, TrainingRun
from mlcore.videomae.keeping import load_autoencoder
from mlcore.videomae.motion import MotionConfig
from mlcore.videomae.teaching import MotionKeeper
from mlcore.videomae.trained import save_trained, with_motion
from mlcore.videomae.world import MotionWorld
from pipelines.clips import STRIDE
from pipelines.promoting import begun_with, run_of
from pipelines.retraining.devices import device_of
from pipelines.retraining.fitting import Step, Told, minutes_of, one_sentence, order_of
from pipelines.trained import keep_weights

if TYPE_CHECKING:
    from pathlib import Path

    from mlcore.videomae.trained import TrainedClips
    from pipelines.jobs import Claim


def teach_motion(claim: Claim) -> None:
    """Teach what was pretrained how clips move; write the candidate down with its weights."""
    run = run_of(claim)
    if run.version is not None:
        return
    order, device = order_of(run), device_of(run)
    with one_sentence(order.out):
        autoencoder, known = load_autoencoder(order.out, device)
    config = motion_of(run)
    pace = Pace(Told(claim, run, "motion_losses"), config, order.config.frames)
    keeper = MotionKeeper(path=order.out.with_name("motion.safetensors"))
    with one_sentence(keeper.path):
        trained = with_motion(
            autoencoder,
            MotionWorld(size=order.config.size, device=device),
            config,
            device,
            keeper=keeper,
            watch=pace.step,
        )
        sha256 = keep_weights(partial(_write, trained, known), f"retrain-{run.pk}")
    pace.end(run.spent)
    with claim.writing():
        run.version = EncoderVersion.objects.create(
            family=run.family,
            name=f"{run.config['shape']} clip encoder, run {run.pk}",
            config=run.config | {"words": _words(run), "stride": STRIDE},
            weights_sha256=sha256,
            parent=begun_with(run),
        )
        run.save(update_fields=["version"])
    shutil.rmtree(order.out.parent, ignore_errors=True)


def motion_of(run: TrainingRun) -> MotionConfig:
    """How long motion is learned: as many minutes as pretraining had, else the steps."""
    return MotionConfig(
        steps=run.config["motion_steps"], minutes=minutes_of(run), seed=run.seed
    )


class Pace:
    """How fast this attempt learns, whatever an earlier one did."""

    def __init__(self, told: Told, config: MotionConfig, frames: int) -> None:
        self._told, self._config, self._frames = told, config, frames
        self._began = time.monotonic()
        self._before: int | None = None
        self._last: Step | None = None
        self._spent: dict[str, Any] = {}

    def step(self, done: int, loss: float) -> None:
        """Hear of a step. Raises Cancelled or LostClaim when it should stop."""
        if self._before is None:
            self._before = done - 1
        seconds, own = time.monotonic() - self._began, done - self._before
        self._spent = {"seconds": round(seconds, 2), "steps": own}
        # With what an earlier attempt took, as fast as this one.
        whole = seconds * done / own
        self._last = Step(
            number=done - 1,
            loss=loss,
            frames=self._frames,
            done=min(1.0, self._config.done(done, whole)),
            seconds=whole,
            words="motion",
        )
        self._told.step(self._last)

    def end(self, spent: dict[str, Any]) -> None:
        """Write down, beside what a run has spent, what this attempt's steps took."""
        if self._last is not None:
            self._told.end(self._last, spent | {"motion": self._spent})


def _write(trained: TrainedClips, known: dict[str, Any], path: Path) -> None:
    save_trained(trained, path, {"pretrained": known})
    path.with_suffix(".json").write_text(json.dumps(known), encoding="utf-8")


def _words(run: TrainingRun) -> str:
    told = run.config
    plan = told["plan"] if isinstance(told["plan"], str) else "a plan of its own"
    long = (
        f"{told['frames']} frames" if told["frames"] else f"{told['minutes']} minutes"
    )
    return f"{told['shape']}, {plan}, {long}, seed {run.seed}"
