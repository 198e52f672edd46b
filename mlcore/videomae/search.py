"""The greedy search for a stage plan: lengths, then shares, then batches and rates.

After US 12,387,097 B2, which enumerates the number of stages from small to large, the
frames of each out of 2, 4, 8, 12 and 16, the shares out of sixteenths, and judges those by
the accuracy of a fine-tuned network; then batch and rate of each stage by the
unsupervised loss. Budgets too small for labels to tell plans apart can be searched by that
loss throughout. A trial costs a training, so what has been tried is kept, a line each.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any, Literal

from mlcore.videomae.plan import Plan, Stage, plan_of

LENGTHS = (2, 4, 8, 12, 16)
SHARES = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 3 / 4, 7 / 8)
"""Of a stage, beside the last one's, which is what is left"""

Step = Literal["frames", "shares", "recipes"]
"""What of a plan is searched for, one after the other."""

By = Literal["accuracy", "loss"]
"""What a plan is judged by: of a fine-tuned network, or the unsupervised one."""


@dataclass(frozen=True, kw_only=True)
class Judge:
    """Trains by a plan under the search's budget and says how good that was."""

    by: By
    measured: Callable[[Plan], float]

    def score(self, plan: Plan) -> float:
        """Return what is the higher the better."""
        found = self.measured(plan)
        return found if self.by == "accuracy" else -found


@dataclass(frozen=True, kw_only=True)
class Space:
    """What is searched through."""

    lengths: tuple[int, ...] = LENGTHS
    most_stages: int = 4
    shares: tuple[float, ...] = SHARES
    batches: tuple[int, ...] = (16, 32, 64)
    rates: tuple[float, ...] = (5e-4, 1e-3, 2e-3)
    patience: int = 1
    """How many more stages are tried after a number of them that was no better"""

    def __post_init__(self) -> None:
        if list(self.lengths) != sorted(set(self.lengths)) or not self.lengths:
            raise ValueError(f"lengths to search must grow, got {self.lengths}")
        if not 1 <= self.most_stages <= len(self.lengths):
            raise ValueError(
                f"{self.most_stages} stages cannot be made of {len(self.lengths)} lengths"
            )


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One plan that was tried."""

    step: Step
    by: By
    plan: Plan
    score: float
    """Accuracy of a fine-tuned network, or minus the unsupervised loss"""


class Trials:
    """Trials in a file of JSON lines, so that a search goes on after a kill."""

    def __init__(self, path: Path) -> None:
        """Read what is there; a last line that a kill cut short is tried again."""
        self.path = path
        self.tried: dict[str, Trial] = {}
        whole = self.read(path)
        for each in whole:
            self.tried[_key(each.step, each.by, each.plan)] = each
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(_line(each) for each in whole))

    @staticmethod
    def read(path: Path) -> list[Trial]:
        """Return the whole trials of a file, in their order; none without a file."""
        lines = path.read_text().splitlines() if path.exists() else []
        return [each for each in map(_trial, lines) if each is not None]

    def score(self, step: Step, plan: Plan, judge: Judge) -> float:
        """Return how good a plan was, or is found to be now."""
        key = _key(step, judge.by, plan)
        if key not in self.tried:
            score = judge.score(plan)
            trial = Trial(step=step, by=judge.by, plan=plan, score=score)
            self.tried[key] = trial
            with self.path.open("a") as file:
                file.write(_line(trial))
        return self.tried[key].score


def search(
    start: Plan,
    space: Space,
    stages: Judge,
    recipes: Judge,
    trials: Trials,
) -> Plan:
    """Return the best plan that was found; `start` gives schedule, first batch and rate.

    `stages` judges lengths and shares, `recipes` batches and rates. The plan holds shares
    of a budget, so it stands for larger ones too.
    """
    best = _best_lengths(start, space, stages, trials)
    best = _best_shares(best, space, stages, trials)
    return _best_recipes(best, space, recipes, trials)


def length_choices(space: Space, stages: int) -> Iterator[tuple[int, ...]]:
    """Yield the lengths worth trying for so many stages, all of which grow.

    What is pruned: a last stage that is not the longest, since that is what is asked for
    in the end, and (with it) short clips alone.
    """
    for earlier in combinations(space.lengths[:-1], stages - 1):
        yield (*earlier, space.lengths[-1])


def share_choices(space: Space, stages: int) -> Iterator[tuple[float, ...]]:
    """Yield the shares worth trying: each after the first at most what is left.

    The last stage takes the rest, of which at least the least share is left.
    """

    def more(before: tuple[float, ...]) -> Iterator[tuple[float, ...]]:
        left = 1 - sum(before)
        if len(before) == stages - 1:
            if left >= min(space.shares) - 1e-9 or stages == 1:
                yield (*before, left)
            return
        for share in space.shares:
            if share < left - 1e-9:
                yield from more((*before, share))

    yield from more(())


def _best_lengths(start: Plan, space: Space, judge: Judge, trials: Trials) -> Plan:
    best, score, without = None, float("-inf"), 0
    for stages in range(1, space.most_stages + 1):
        better = False
        for lengths in length_choices(space, stages):
            plan = _evenly(start, lengths)
            found = trials.score("frames", plan, judge)
            if found > score:
                best, score, better = plan, found, True
        without = 0 if better else without + 1
        if without > space.patience:
            break
    assert best is not None  # noqa: S101  one stage has always been tried
    return best


def _best_shares(plan: Plan, space: Space, judge: Judge, trials: Trials) -> Plan:
    choices = [
        plan,
        *(_shared(plan, shares) for shares in share_choices(space, len(plan.stages))),
    ]
    return max(choices, key=lambda each: trials.score("shares", each, judge))


def _best_recipes(plan: Plan, space: Space, judge: Judge, trials: Trials) -> Plan:
    """Stage by stage, first its batch, then its rate, with the others as they are."""

    def best(place: int, stages: list[Stage]) -> Plan:
        choices = [plan, *(_with(plan, place, each) for each in stages)]
        return max(choices, key=lambda each: trials.score("recipes", each, judge))

    for place in range(len(plan.stages)):
        stage = plan.stages[place]
        plan = best(place, [replace(stage, batch=each) for each in space.batches])
        stage = plan.stages[place]
        plan = best(place, [replace(stage, rate=each) for each in space.rates])
    return plan


def _evenly(start: Plan, lengths: Sequence[int]) -> Plan:
    first, share = start.stages[0], 1 / len(lengths)
    stages = tuple(replace(first, frames=each, share=share) for each in lengths)
    return replace(start, stages=stages)


def _shared(plan: Plan, shares: Sequence[float]) -> Plan:
    stages = zip(plan.stages, shares, strict=True)
    return replace(
        plan, stages=tuple(replace(stage, share=share) for stage, share in stages)
    )


def _with(plan: Plan, place: int, stage: Stage) -> Plan:
    stages = list(plan.stages)
    stages[place] = stage
    return replace(plan, stages=tuple(stages))


def _key(step: Step, by: By, plan: Plan) -> str:
    return json.dumps([step, by, plan.to_json()], sort_keys=True)


def _line(trial: Trial) -> str:
    known: dict[str, Any] = {
        "step": trial.step,
        "by": trial.by,
        "score": trial.score,
    }
    return json.dumps({**known, "plan": trial.plan.to_json()}) + "\n"


def _trial(line: str) -> Trial | None:
    try:
        known = json.loads(line)
        step, plan = known["step"], plan_of(known["plan"])
        # Files of before do not say it: there was one way each.
        by = known.get("by", "loss" if step == "recipes" else "accuracy")
        return Trial(step=step, by=by, plan=plan, score=known["score"])
    except (KeyError, TypeError, ValueError):
        return None
