"""The stage plan of temporal progressive pretraining: first short clips, then longer ones.

After US 12,387,097 B2 and Li et al., "Efficient VideoMAE via Temporal Progressive
Training" (CVPR Workshops 2025): a configuration C = {f_i, p_i, R_i}. The budget counts
frames; a stage has a share of it, hence the more clips the shorter they are.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

from mlcore.fit import cosine_rate

Schedule = Literal["restarts", "two", "one", "cooldown"]
"""How the rate goes: warm-up and a full cosine in each stage (best in the source's FIG. 9);
the same twice, over the earlier and the later half of the stages (its row of two cycles,
which does not say where the second begins); once, over all; or constant after one warm-up, falling in a line to 0 in the last
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
        whole = (self.frames, self.batch)
        if not all(type(each) is int for each in whole):
            raise ValueError(
                f"frames and batch of a stage are whole numbers, got {_listed(whole)}"
            )
        if not _are_numbers(self.share, self.rate):
            raise ValueError(
                "share and rate of a stage are numbers, got "
                f"{_listed((self.share, self.rate))}"
            )
        if self.frames < 1 or self.batch < 1:
            raise ValueError(
                f"a stage needs frames and a batch of at least 1, got {self.frames} and {self.batch}"
            )
        if not 0 < self.share <= 1:
            raise ValueError(
                f"a stage's share is above 0 and at most 1, got {self.share}"
            )
        if not 0 < self.rate < math.inf:
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
        if not _are_numbers(self.warm) or not 0 < self.warm < 1:
            raise ValueError(f"warm is a share between 0 and 1, got {self.warm!r}")
        for name, words in (("schedule", Schedule), ("order", Order)):
            said, known = getattr(self, name), get_args(words)
            if said not in known:
                raise ValueError(
                    f"{said!r} is no {name} of a plan; there are {', '.join(known)}"
                )
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
        if self.schedule == "two":
            return stage.rate * cosine_rate(
                self._inside_half(stage, over_all), self.warm
            )
        climbed = min(1.0, over_all / self.warm)
        cooling = stage == self.run()[-1] and len(self.stages) > 1
        return stage.rate * climbed * (1 - inside if cooling else 1.0)

    def _inside_half(self, stage: Stage, over_all: float) -> float:
        """Share 0..1 of the half of the stages that is done: of three, the first is one."""
        stages = self.run()
        earlier = stages[: len(stages) // 2]
        border = sum(each.share for each in earlier)
        if stage in earlier:
            return over_all / border
        return (over_all - border) / (1 - border)

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


def plan_of(known: Any) -> Plan:
    """Return the plan that `to_json` gave, as JSON has it. Raises ValueError for what is none."""
    listed = known.get("stages") if isinstance(known, Mapping) else None
    if not isinstance(listed, list | tuple):
        raise ValueError("this is no plan of stages: it has no list of them")  # noqa: TRY004  one kind for whatever is no plan
    names = [each.name for each in fields(Plan)]
    if others := [each for each in known if each not in names]:
        raise ValueError(f"a plan has {', '.join(names)}, not {_listed(others)}")
    parts = {each.name for each in fields(Stage)}
    for each in listed:
        if not isinstance(each, Mapping) or {*each} != parts:
            raise ValueError(
                f"a stage of a plan has frames, share, batch and rate, got {each!r}"
            )
    return Plan(**{**known, "stages": tuple(Stage(**each) for each in listed)})


def _are_numbers(*values: Any) -> bool:
    return all(type(each) in (int, float) for each in values)


def _listed(values: Iterable[Any]) -> str:
    return ", ".join(repr(each) for each in values)


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
    "tpl4-two-cosines": planned(_LENGTHS, _SHARES, schedule="two"),
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
    written = text if text.lstrip().startswith("{") else _of_file(text)
    try:
        known = json.loads(written)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{text[:200]} is not JSON: {error}") from error
    return plan_of(known)


def _of_file(text: str) -> str:
    try:
        return Path(text).read_text()
    except FileNotFoundError:
        raise ValueError(
            f"{text} is no plan: there are {', '.join(PLANS)}, or a file"
        ) from None
    except (OSError, ValueError) as error:  # of the system, or no text
        reason = getattr(error, "strerror", None) or "it is no text"
        raise ValueError(f"{text[:200]} cannot be read: {reason}") from None
