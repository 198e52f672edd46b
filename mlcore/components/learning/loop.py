"""The training loop: draw, step, note, keep; until the steps or the minutes are spent."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mlcore.checkpoint import UnusableCheckpoint, load, save
from mlcore.components.learning.batches import Batches
from mlcore.components.learning.training import Training
from mlcore.fit import Diary, drawn_ahead

ENDLESS = 2**31
"""Steps of a training that minutes end."""

Clock = Callable[[], float]
"""Seconds, of which only differences count."""

Watcher = Callable[[int, float, float, float], None]
"""Told of every step: its number, its loss, which share 0..1 of the budget is spent, and
seconds so far; what it raises ends the training, which goes on from the last checkpoint."""


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How long to train: so many steps, or so many minutes."""

    steps: int | None = None
    minutes: float | None = None

    def __post_init__(self) -> None:
        if (self.steps is None) == (self.minutes is None):
            raise ValueError("training needs either a number of steps or of minutes")
        if (self.steps or self.minutes or 0) <= 0:
            raise ValueError("training needs steps or minutes above 0")

    def done(self, steps: int, seconds: float) -> float:
        """Return which share of it is spent, from 0; at 1 training ends."""
        if self.steps is not None:
            return steps / self.steps
        return seconds / ((self.minutes or 0) * 60)


@dataclass(frozen=True, kw_only=True)
class Keeper:
    """Where a training is kept, so that it goes on after a kill."""

    path: Path
    every: float
    """Seconds between two checkpoints"""

    def keep(self, training: Training, seconds: float) -> None:
        """Write a checkpoint; the one before it is whole until then."""
        meaning = {**training.meaning(), "seconds": seconds}
        save(self.path, training.tensors(), meaning)

    def take_up(self, training: Training) -> float:
        """Put a training where its checkpoint was; return the seconds it had taken.

        Raises UnusableCheckpoint for a file that is broken or of another training.
        """
        tensors, meaning = load(self.path)
        try:
            training.restore(tensors, meaning)
        except (KeyError, RuntimeError, ValueError) as error:
            raise UnusableCheckpoint(f"{self.path}: {error}.") from error
        return float(meaning["seconds"])


@dataclass(frozen=True, kw_only=True)
class Loop:
    """All that a training needs around it."""

    budget: Budget
    keeper: Keeper
    diary: Diary | None
    """None in all programs but the first"""
    clock: Clock
    loaders: int = 0
    watch: Watcher | None = None

    def run(self, training: Training, batches: Batches, seconds: float = 0.0) -> float:
        """Train to the end of the budget; return the seconds it took in all."""
        began = self.clock() - seconds
        kept = self.clock()
        last = self.budget.steps or ENDLESS
        for batch in drawn_ahead(batches, range(training.steps, last), self.loaders):
            spent = self.budget.done(training.steps, self.clock() - began)
            # Programs must not disagree about the end, or one waits for ever.
            spent = training.world.agree(spent)
            if spent >= 1:
                break
            step = training.steps
            loss = training.step(batch, spent)
            if self.diary:
                self.diary.note(step, loss, self.clock() - began)
            if self.watch:
                self.watch(step, loss, spent, self.clock() - began)
            if self.diary and self.clock() - kept > self.keeper.every:
                self.keeper.keep(training, self.clock() - began)
                kept = self.clock()
        if self.diary:
            self.keeper.keep(training, self.clock() - began)
        return self.clock() - began
