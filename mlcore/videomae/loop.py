"""The pretraining loop: draw, step, note, keep; stage after stage to the end of the plan."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mlcore.checkpoint import Meaning, UnusableCheckpoint, load, save
from mlcore.fit import Diary
from mlcore.videomae.batches import Ahead
from mlcore.videomae.course import Course, Position
from mlcore.videomae.plan import Stage
from mlcore.videomae.training import Training

Clock = Callable[[], float]
"""Seconds, of which only differences count."""


@dataclass(frozen=True, kw_only=True)
class Passed:
    """A step that was done."""

    step: int
    loss: float
    position: Position
    training: Training
    """After the step; to be read, not to be changed"""


Watcher = Callable[[Passed], None]
"""Told of every step; what it raises ends the training, which goes on from the last
checkpoint."""


@dataclass(frozen=True, kw_only=True)
class Keeper:
    """Where a training is kept, so that it goes on after a kill."""

    path: Path
    course: Course
    seen: Meaning
    """What clips are of and how they are cut out, for JSON. What a checkpoint does not
    tell, as those of before did not, is not asked of it"""
    every: float = 120.0
    """Seconds between two checkpoints"""

    def keep(self, training: Training) -> None:
        """Write a checkpoint; the one before it is whole until then."""
        save(self.path, training.tensors(), {**training.meaning(), **self._asked()})

    def take_up(self, training: Training) -> None:
        """Put a training where its checkpoint was.

        Raises UnusableCheckpoint for a file that is broken or of another training.
        """
        tensors, meaning = load(self.path)
        for name, value in self._asked().items():
            if name in self.seen and name not in meaning:
                continue
            if value != meaning.get(name):
                raise UnusableCheckpoint(
                    f"{self.path} is of a training with another {name}."
                )
        try:
            training.restore(tensors, meaning)
        except (KeyError, RuntimeError, TypeError, ValueError) as error:
            raise UnusableCheckpoint(f"{self.path}: {error}.") from error

    def _asked(self) -> Meaning:
        course = self.course
        return {
            "plan": course.plan.to_json(),
            "budget": asdict(course.budget),
            "seed": course.seed,
            **self.seen,
        }


@dataclass(frozen=True, kw_only=True)
class Loop:
    """All that a training needs around it."""

    course: Course
    clips: Ahead
    keeper: Keeper | None
    """None in all programs but the first, or where nothing is to go on"""
    diary: Diary | None
    clock: Clock
    watch: Watcher | None = None

    def run(self, training: Training) -> None:
        """Train to the end of the plan; keep every so often, and at each stage's end."""
        began = self.clock() - training.meter.seconds
        kept = self.clock()
        at: Position | None = None
        while (here := self._at(training, self.clock() - began)) is not None:
            ended = at is not None and here.place != at.place and self._in_order
            if ended or (self.keeper and self.clock() - kept > self.keeper.every):
                self._keep(training, began)
                kept = self.clock()
            at = here
            self._step(training, here, began)
        self._keep(training, began)

    def _step(self, training: Training, here: Position, began: float) -> None:
        asked, step = self.clock(), training.steps
        batch = self.clips.take(step, here.stage, self._expected(training, began))
        training.meter.waited += self.clock() - asked
        rate = self.course.plan.rate(here.stage, here.inside, here.over_all)
        loss = training.step(batch, rate)
        training.meter.seconds = self.clock() - began
        self._note(step, loss, here, training, rate)
        if self.watch:
            self.watch(Passed(step=step, loss=loss, position=here, training=training))

    def _note(
        self, step: int, loss: float, here: Position, training: Training, rate: float
    ) -> None:
        if self.diary is None:
            return
        more: dict[str, Any] = {
            "frames": here.stage.frames,
            "rate": rate,
            "done": round(here.over_all, 6),
            "multiplied": training.meter.multiplied,
        }
        self.diary.note(step, loss, training.meter.seconds, **more)

    def _at(self, training: Training, seconds: float) -> Position | None:
        # Programs must not disagree about the end, or one waits for ever.
        if self.course.budget.minutes is not None:
            seconds = training.world.agree(seconds)
        return self.course.at(training.steps, seconds)

    def _expected(
        self, training: Training, began: float
    ) -> Callable[[int], Stage | None]:
        seconds = self.clock() - began
        done = max(1, training.steps)

        def stage(step: int) -> Stage | None:
            # By the clock a step to come is expected after as long as those before took.
            coming = self.course.at(step, seconds * max(1.0, step / done))
            return coming.stage if coming else None

        return stage

    @property
    def _in_order(self) -> bool:
        return self.course.plan.order != "shuffled"

    def _keep(self, training: Training, began: float) -> None:
        training.meter.seconds = self.clock() - began
        if self.keeper:
            self.keeper.keep(training)
