"""The table: every measure of every arm, means and deviations over seeds."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import mean, stdev

from bench.pretraining.arms import ARMS
from bench.pretraining.runs import Result

MEASURES = ("few", "many", "linear", "neighbours", "attentive")
DOUBLE = "plain-double"
LABELS = ("few", "many")
LEAST_GAIN = 0.15
"""What fine-tuning after `plain` has to gain over `scratch` before anything else counts"""
TARGETS = {"plain": "16 only reaches", DOUBLE: "16 only reaches at twice"}


def print_table(results: Mapping[str, Result], frames: int) -> None:
    """Print what was measured under one budget, then what reaching a target cost."""
    own = [each for each in results.values() if each["frames"] == frames]
    arms = [arm for arm in ARMS if any(each["arm"] == arm for each in own)]
    print(f"\nBudget: {frames:,} frames\n")
    print(
        f"| arm | seeds | held-out loss | seconds | T multiplied | {' | '.join(MEASURES)} |"
    )
    print("| --- " * (5 + len(MEASURES)) + "|")
    for arm in arms:
        print(_row(arm, [each for each in own if each["arm"] == arm]))
    _print_protocols(own)
    _print_precondition(results, own)
    for arm, said in TARGETS.items():
        targets = [each for each in own if each["arm"] == arm]
        if arm == DOUBLE and not targets:
            # The next budget's is the same training.
            targets = [
                each for each in results.values() if _is_of(each, "plain", 2 * frames)
            ]
        _print_to_target(own, arms, targets, said)


def print_over_budgets(results: Mapping[str, Result], budgets: Sequence[int]) -> None:
    """Print each arm's accuracy with many labels, seed by seed, a column a budget."""
    own = [each for each in results.values() if "many" in each]
    print("\nAccuracy with many labels, of each seed\n")
    print(f"| arm | {' | '.join(f'{frames:,} frames' for frames in budgets)} |")
    print("| --- " * (1 + len(budgets)) + "|")
    for arm in ARMS:
        found = [[e for e in own if _is_of(e, arm, frames)] for frames in budgets]
        if any(found):
            print(f"| {arm} | {' | '.join(map(_seeds, found))} |")


def print_budgets(results: Mapping[str, Result]) -> None:
    """Print loss and accuracy of each arm that was run under several budgets, by budget."""
    print("\nBy budget, of arms with more than one\n")
    print(f"| arm | frames | seeds | held-out loss | {' | '.join(LABELS)} |")
    print("| --- " * (4 + len(LABELS)) + "|")
    mixed = []
    for arm in ARMS:
        own = [each for each in results.values() if each["arm"] == arm]
        budgets = sorted({each["frames"] for each in own})
        if len(budgets) < 2:
            continue
        for frames in budgets:
            print(_budget_row(arm, [e for e in own if e["frames"] == frames]))
        if len({json.dumps(e.get("protocol")) for e in own if "many" in e}) > 1:
            mixed.append(arm)
    if mixed:
        print(f"\nNot all measured in one way: {', '.join(mixed)}")


def _budget_row(arm: str, runs: Sequence[Result]) -> str:
    losses = [each["curve"][-1]["loss"] for each in runs if "curve" in each]
    cells = [arm, f"{runs[0]['frames']:,}", str(len(runs))]
    cells.append(_spread(losses, ".4f") if losses else "")
    for name in LABELS:
        found = [each[name] for each in runs if name in each]
        cells.append(_spread(found, ".3f") if found else "")
    return f"| {' | '.join(cells)} |"


def _print_precondition(results: Mapping[str, Result], runs: Sequence[Result]) -> None:
    """Whether 16 frames only, of these runs, are fine-tuned so much better than nothing."""
    print(
        f"\nPrecondition: `plain` less `scratch`, at least {LEAST_GAIN:.2f} in the mean\n"
    )
    print("| labels | seeds | each seed | mean | holds |")
    print("| --- " * 5 + "|")
    for name in LABELS:
        gains = gains_over_scratch(results, runs, name)
        said = ", ".join(f"{each:+.3f}" for each in gains.values())
        if gains:
            gained = round(mean(gains.values()), 6)
            holds = "yes" if gained >= LEAST_GAIN else "no"
            seeds = ", ".join(map(str, gains))
            print(f"| {name} | {seeds} | {said} | {gained:+.3f} | {holds} |")
        else:
            print(f"| {name} | | | | not measured |")


def gains_over_scratch(
    results: Mapping[str, Result], runs: Sequence[Result], name: str
) -> dict[int, float]:
    """Return by seed how much better (`name`) `plain` of `runs` is than `scratch`.

    That has no budget: any of `results` will do, measured in the same way.
    """
    found = {}
    for one in sorted(runs, key=lambda each: int(each["seed"])):
        others = [
            each[name]
            for each in results.values()
            if each["arm"] == "scratch" and name in each and _is_like(each, one)
        ]
        if one["arm"] == "plain" and name in one and others:
            found[one["seed"]] = one[name] - others[0]
    return found


def _is_like(one: Result, other: Result) -> bool:
    return all(one.get(name) == other.get(name) for name in ("seed", "protocol"))


def _is_of(result: Result, arm: str, frames: int) -> bool:
    return bool(result["arm"] == arm and result["frames"] == frames)


def _seeds(runs: Sequence[Result]) -> str:
    if not runs:
        return ""
    ordered = sorted(runs, key=lambda each: int(each["seed"]))
    said = ", ".join(f"{each['many']:.3f}" for each in ordered)
    return f"{_spread([each['many'] for each in runs], '.3f')} ({said})"


def _print_protocols(runs: Sequence[Result]) -> None:
    """How accuracies were measured: those of two ways cannot be compared."""
    ways = Counter(json.dumps(e.get("protocol")) for e in runs if "many" in e)
    for way, many in ways.items():
        print(f"\n{many} runs were measured by {way}")


def _row(arm: str, runs: Sequence[Result]) -> str:
    cells = [arm, str(len(runs))]
    if "curve" in runs[0]:
        cells += [
            _spread([each["curve"][-1]["loss"] for each in runs], ".4f"),
            _spread([each["curve"][-1]["seconds"] for each in runs], ".0f"),
            f"{mean(each['curve'][-1]['multiplied'] for each in runs) / 1e12:.2f}",
        ]
    else:
        cells += ["", "", ""]
    for name in MEASURES:
        found = [each[name] for each in runs if name in each]
        cells.append(_spread(found, ".3f") if found else "")
    return f"| {' | '.join(cells)} |"


def _print_to_target(
    runs: Sequence[Result],
    arms: Sequence[str],
    reference: Sequence[Result],
    said: str,
) -> None:
    """What each arm spent, against `reference`, to reach the loss that it ends with."""
    targets = {each["seed"]: each["curve"][-1] for each in reference}
    if not targets:
        return
    print(f"\nTo the held-out loss that {said} the budget: times less than it spent\n")
    print("| arm | reached | time | multiplications | frames |")
    print("| --- | --- | --- | --- | --- |")
    for arm in arms:
        own = [
            each
            for each in runs
            if each["arm"] == arm and "curve" in each and each["seed"] in targets
        ]
        if own:
            print(_ratios(arm, own, targets))


def _ratios(arm: str, runs: Sequence[Result], targets: Mapping[int, Result]) -> str:
    reached, cells = 0, []
    for name in ("seconds", "multiplied", "frames"):
        ratios = []
        for each in runs:
            target = targets[each["seed"]]
            spent = spent_to(each["curve"], target["loss"], name)
            if spent is not None:
                ratios.append(target[name] / spent)
        cells.append(_spread(ratios, ".2f") if ratios else "")
        reached = len(ratios)
    return f"| {arm} | {reached} of {len(runs)} | {' | '.join(cells)} |"


def spent_to(curve: Sequence[Result], loss: float, name: str) -> float | None:
    """Return what (`name`) was spent when a curve first was at a loss; None: it never was.

    Between its points in a line.
    """
    before: Result | None = None
    for at in curve:
        if at["loss"] <= loss:
            if before is None:
                return float(at[name])
            part = (before["loss"] - loss) / (before["loss"] - at["loss"])
            return float(before[name] + part * (at[name] - before[name]))
        before = at
    return None


def _spread(values: Sequence[float], style: str) -> str:
    said = f"{mean(values):{style}}"
    return said if len(values) < 2 else f"{said} ± {stdev(values):{style}}"
