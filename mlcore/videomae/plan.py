"""The stage plan of temporal progressive pretraining: first short clips, then longer ones.

After US 12,387,097 B2 and Li et al., "Efficient VideoMAE via Temporal Progressive
Training" (CVPR Workshops 2025): a configuration C = {f_i, p_i, R_i}. The budget counts
frames; a stage has a share of it, hence the more clips the shorter they are.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from mlcore.fit import cosine_rate

Schedule = Literal["restarts", "one", "cooldown"]
"""How the rate goes: warm-up and a full cosine in each stage (best in the source's FIG. 9);
the same once, over all; or constant after one warm-up, falling in a line to 0 in the last
stage (V-JEPA 2, arXiv 2506.09985, section 2.2)."""

Order = Literal["progressive", "reversed", "shuffled"]
"""In which order the stages are gone through; the latter two are controls."""

ROUNDING = 1e-6
"""How far shares may add up beside 1: decimals are not exact."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Training on clips of one length."""

    frames: int
    share: float
    """Of the budget, 0..1"""
    batch: int
    """Clips a step, of all programs together"""
    rate: float
    """The highest learning rate"""

    def __post_init__(self) -> None:
        if self.frames < 1 or self.batch < 1:
            raise ValueError(
                f"a stage needs frames and a batch of at least 1, got {self.frames} and {self.batch}"
            )
        if not 0 < self.share <= 1:
            raise ValueError(
                f"a stage's share is above 0 and at most 1, got {self.share}"
            )
        if self.rate <= 0:
            raise ValueError(f"a learning rate is above 0, got {self.rate}")

    def steps(self, frames: int) -> int:
        """Return how many of a budget of `frames` it takes, at least 1."""
        return max(1, round(self.share * frames / (self.batch * self.frames)))


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Stages whose clips grow and whose shares add up to 1. Raises ValueError otherwise."""

    stages: tuple[Stage, ...]
    schedule: Schedule = "restarts"
    order: Order = "progressive"
    warm: float = 0.05
    """Share of a cosine in which the rate climbs (40 of 800 epochs in VideoMAE)"""

    def __post_init__(self) -> None:
        if not self.stages:
            raise ValueError("a plan needs at least one stage")
        lengths = [each.frames for each in self.stages]
        if sorted(set(lengths)) != lengths:
            raise ValueError(
                f"the frames of a plan must grow from stage to stage, got {lengths}"
            )
        total = sum(each.share for each in self.stages)
        if abs(total - 1) > ROUNDING:
            shares = [each.share for each in self.stages]
            raise ValueError(
                f"the shares of a plan must add up to 1, got {shares}, which is {total:g}"
            )
        if not 0 < self.warm < 1:
            raise ValueError(f"warm is a share between 0 and 1, got {self.warm}")
        if self.order == "shuffled" and self.schedule != "one":
            raise ValueError("shuffled stages have no ends: their schedule is `one`")

    def run(self) -> tuple[Stage, ...]:
        """Return the stages in the order in which they are trained."""
        return self.stages[::-1] if self.order == "reversed" else self.stages

    def steps(self, frames: int) -> list[int]:
        """Return the steps of each stage, in the order of training, under a budget."""
        return [each.steps(frames) for each in self.run()]

    def epochs(self, frames: int, clips: int) -> list[float]:
        """Return p N_f / (N_d f) of each stage: how often a data set of `clips` is seen."""
        return [each.share * frames / (clips * each.frames) for each in self.run()]

    def rate(self, stage: Stage, inside: float, over_all: float) -> float:
        """Return the learning rate `inside` 0..1 of a stage and `over_all` 0..1."""
        if self.schedule == "restarts":
            return stage.rate * cosine_rate(inside, self.warm)
        if self.schedule == "one":
            return stage.rate * cosine_rate(over_all, self.warm)
        climbed = min(1.0, over_all / self.warm)
        cooling = stage == self.run()[-1] and len(self.stages) > 1
        return stage.rate * climbed * (1 - inside if cooling else 1.0)

    def with_recipes(self, *, batch: int, rate: float, widen: int = 1) -> "Plan":
        """Return it with other batches and rates.

        Short clips leave a device idle: with `widen` their batch grows with what they
        are shorter, up to so many times. The rate is the same in all stages.
        """
        longest = self.stages[-1].frames
        return replace(
            self,
            stages=tuple(
                replace(
                    each, batch=batch * min(widen, longest // each.frames), rate=rate
                )
                for each in self.stages
            ),
        )

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {**asdict(self), "stages": [asdict(each) for each in self.stages]}


def plan_of(known: Mapping[str, Any]) -> Plan:
    """Return the plan that `to_json` gave. Raises ValueError for what is none."""
    try:
        stages = tuple(Stage(**each) for each in known["stages"])
        return Plan(**{**known, "stages": stages})
    except (KeyError, TypeError) as error:
        raise ValueError(f"this is no plan of stages: {error}") from error


def planned(frames: Sequence[int], shares: Sequence[float], **changes: Any) -> Plan:
    """Return a plan of lengths and shares, with batches of 32 and a rate of 1e-3."""
    if len(frames) != len(shares):
        raise ValueError(f"{len(frames)} lengths do not pair with {len(shares)} shares")
    stages = (
        Stage(frames=f, share=p, batch=32, rate=1e-3)
        for f, p in zip(frames, shares, strict=True)
    )
    return Plan(stages=tuple(stages), **changes)


_LENGTHS, _SHARES = (2, 4, 8, 16), (0.125, 0.25, 0.5, 0.125)

PLANS = {
    "plain": planned((16,), (1.0,), schedule="one"),
    "tpl2": planned((8, 16), (0.875, 0.125)),
    "tpl3": planned((4, 8, 16), (0.375, 0.5, 0.125)),
    "tpl4": planned(_LENGTHS, _SHARES),
    "tpl4-one-cosine": planned(_LENGTHS, _SHARES, schedule="one"),
    "tpl5": planned((2, 4, 8, 12, 16), (0.125, 0.25, 0.25, 0.25, 0.125)),
    "single": planned((1, 2, 4, 8, 16), (0.0625, 0.125, 0.25, 0.4375, 0.125)),
    "cooldown2": planned((8, 16), (0.875, 0.125), schedule="cooldown"),
    "found": Plan(
        stages=(
            Stage(frames=2, share=0.75, batch=32, rate=5e-4),
            Stage(frames=16, share=0.25, batch=32, rate=2e-3),
        ),
        schedule="one",
    ),
    "short": planned((2,), (1.0,), schedule="one"),
    "reversed": planned(_LENGTHS, _SHARES, order="reversed"),
    "shuffled": planned(_LENGTHS, _SHARES, order="shuffled", schedule="one"),
}
"""tpl4 has the shares of the source's best row (FIG. 5); tpl3 and tpl2 give those of the shortest
clips to the next longer ones; tpl5 and single add a stage of 12 frames and a beginning with
single frames, which it names too; found is what find_plan came to by the held-out loss of
65,536 drawn frames in the shape `toy` (docs/pretraining.md)."""


def read_plan(text: str) -> Plan:
    """Return the plan of a name, a JSON file or JSON. Raises ValueError for anything else."""
    if text in PLANS:
        return PLANS[text]
    if text.lstrip().startswith("{"):
        written = text
    elif Path(text).is_file():
        written = Path(text).read_text()
    else:
        raise ValueError(f"{text} is no plan: there are {', '.join(PLANS)}, or a file")
    try:
        return plan_of(json.loads(written))
    except json.JSONDecodeError as error:
        raise ValueError(f"{text} is not JSON: {error}") from error
