"""Where in its plan a training is, by its steps or by the clock."""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

import torch

from mlcore.fit import seed_of
from mlcore.videomae.budget import of_clip
from mlcore.videomae.config import AutoencoderConfig
from mlcore.videomae.plan import Plan, Stage


@dataclass(frozen=True, kw_only=True)
class Budget:
    """How long to train: so many frames, or so many minutes."""

    frames: int | None = None
    minutes: float | None = None

    def __post_init__(self) -> None:
        if (self.frames is None) == (self.minutes is None):
            raise ValueError("pretraining needs either a number of frames or minutes")
        if (self.frames or self.minutes or 0) <= 0:
            raise ValueError("pretraining needs frames or minutes above 0")


@dataclass(frozen=True, kw_only=True)
class Position:
    """What the next step is part of."""

    stage: Stage
    place: int
    """Of the stage, in the order of training"""
    inside: float
    """Share of the stage that is done, 0..1"""
    over_all: float
    """Share of the whole that is done, 0..1"""


class Course:
    """A plan under a budget.

    In frames, a stage ends after its steps: the same plan, data and seed give the same
    weights. In minutes, stages divide the time in proportion to their multiplications,
    so that each gets about its share of the frames, and training ends on time.
    """

    def __init__(
        self, plan: Plan, budget: Budget, config: AutoencoderConfig, seed: int
    ) -> None:
        for each in plan.stages:
            config.slices(each.frames)
        self.plan, self.budget, self.seed = plan, budget, seed
        stages = plan.run()
        if budget.frames is not None:
            lengths = [float(each) for each in plan.steps(budget.frames)]
        else:
            work = [
                each.share * of_clip(config, each.frames).all / each.frames
                for each in stages
            ]
            seconds = (budget.minutes or 0) * 60
            lengths = [seconds * each / sum(work) for each in work]
        self.ends = list(accumulate(lengths))
        per_step = [each.share / (each.batch * each.frames) for each in stages]
        self.chances = torch.tensor(per_step) / sum(per_step)

    def at(self, step: int, seconds: float) -> Position | None:
        """Return where step number `step` is, `seconds` after the begin; None at the end."""
        now = step if self.budget.frames is not None else seconds
        whole = self.ends[-1]
        if now >= whole:
            return None
        stages, over_all = self.plan.run(), now / whole
        if self.plan.order == "shuffled":
            place = self._drawn(step)
            return Position(
                stage=stages[place], place=place, inside=over_all, over_all=over_all
            )
        place = bisect_right(self.ends, now)
        begin = self.ends[place - 1] if place else 0.0
        inside = (now - begin) / (self.ends[place] - begin)
        before = sum(each.share for each in stages[:place])
        over_all = before + inside * stages[place].share
        return Position(
            stage=stages[place], place=place, inside=inside, over_all=over_all
        )

    def _drawn(self, step: int) -> int:
        chance = torch.Generator().manual_seed(seed_of("length", self.seed, step))
        return int(torch.multinomial(self.chances, 1, generator=chance).item())
