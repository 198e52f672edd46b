"""What is compared: ways to spend the same frames, and controls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mlcore.videomae.budget import of_shares
from mlcore.videomae.config import AutoencoderConfig
from mlcore.videomae.plan import PLANS, Plan


@dataclass(frozen=True, kw_only=True)
class Arm:
    """One row of the table."""

    meaning: str
    plan: str | None
    """None: no pretraining"""
    frames: float = 1.0
    """Of the budget"""
    widen: int = 1
    equal_work: bool = False
    """As many frames as multiply what the budget does in clips of 16"""
    own_recipes: bool = False
    """Batches and rates are those of its plan"""
    changes: Mapping[str, Any] = field(default_factory=dict)
    """Of the network"""

    def planned(self, batch: int, rate: float) -> Plan:
        """Return its plan with this batch of the longest clips and this rate."""
        if self.plan is None:
            raise ValueError("an arm from scratch has no plan")
        plan = PLANS[self.plan]
        if self.own_recipes:
            return plan
        return plan.with_recipes(batch=batch, rate=rate, widen=self.widen)

    def budget(self, frames: int, config: AutoencoderConfig) -> int:
        """Return how many frames it may see where others see `frames`."""
        if not self.equal_work or self.plan is None:
            return round(frames * self.frames)
        shares = {each.frames: each.share for each in PLANS[self.plan].stages}
        plain = of_shares(config, {config.frames: 1.0})
        return round(frames * plain / of_shares(config, shares))


ARMS = {
    "scratch": Arm(meaning="no pretraining", plan=None),
    "plain": Arm(meaning="16 frames only", plan="plain"),
    "plain-double": Arm(
        meaning="16 frames only, twice the budget", plan="plain", frames=2
    ),
    "plain-half": Arm(
        meaning="16 frames only, half the budget", plan="plain", frames=0.5
    ),
    "tpl": Arm(meaning="2, 4, 8, 16 at equal frames", plan="tpl4"),
    "tpl-wide": Arm(
        meaning="the same, batches of short clips up to 4 times as wide",
        plan="tpl4",
        widen=4,
    ),
    "tpl-work": Arm(
        meaning="2, 4, 8, 16 at equal multiplications", plan="tpl4", equal_work=True
    ),
    "tpl-half": Arm(meaning="2, 4, 8, 16, half the budget", plan="tpl4", frames=0.5),
    "one-cosine": Arm(
        meaning="2, 4, 8, 16 under one cosine over all", plan="tpl4-one-cosine"
    ),
    "two-cosines": Arm(
        meaning="2, 4 under one cosine, then 8, 16 under another",
        plan="tpl4-two-cosines",
    ),
    "two-stages": Arm(meaning="8, 16", plan="tpl2"),
    "three-stages": Arm(meaning="4, 8, 16", plan="tpl3"),
    "five-stages": Arm(meaning="2, 4, 8, 12, 16", plan="tpl5"),
    "single-frame": Arm(meaning="1, 2, 4, 8, 16", plan="single"),
    "tpl-dual": Arm(
        meaning="2, 4, 8, 16 with dual masking", plan="tpl4", changes={"decoded": 0.5}
    ),
    "cool-down": Arm(
        meaning="8 frames at a constant rate, then 16 falling", plan="cooldown2"
    ),
    "reversed": Arm(meaning="16, 8, 4, 2", plan="reversed"),
    "shuffled": Arm(meaning="2, 4, 8, 16 in random order", plan="shuffled"),
    "found": Arm(
        meaning="what a search under a smaller budget found",
        plan="found",
        own_recipes=True,
    ),
    "short": Arm(meaning="2 frames only", plan="short"),
}
