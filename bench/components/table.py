"""The table of arms: recall, gains with intervals, what seeds and time change."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mlcore.components.component import CATEGORIES
from mlcore.components.learning.arms import ARMS
from mlcore.components.measuring.retrieval import Recall, gain

Result = dict[str, Any]


def print_table(results: Mapping[str, Result], steps: int) -> None:
    """Print a row an arm; figures in %, means over the seeds there are."""
    by_arm: dict[str, list[Result]] = {
        arm: [] for arm in ("histogram", "frozen", *ARMS)
    }
    timed: dict[str, list[Result]] = {}
    for each in results.values():
        if each["equal_time"]:
            timed.setdefault(each["arm"], []).append(each)
        elif each["steps"] in (0, steps):
            by_arm.setdefault(each["arm"], []).append(each)
    by_arm = {arm: rows for arm, rows in by_arm.items() if rows}
    print(
        "\n| arm | seeds | macro R@1 | R@10 | micro R@1 | "
        + " | ".join(CATEGORIES)
        + " | over in-batch | over queue | equal time | CPU s a step |"
    )
    print("|---" * (11 + len(CATEGORIES)) + "|")
    for arm, rows in by_arm.items():
        print(_row(arm, rows, by_arm, timed))
    print(
        "\n| arm | closed R@1 at open size | open R@1 | by material (chance) | of others | "
        "untouched AUROC | unseen AUROC | mirrored told apart |"
    )
    print("|---" * 8 + "|")
    for arm, rows in by_arm.items():
        print(_controls(arm, [each["document"] for each in rows]))


def _row(
    arm: str,
    rows: Sequence[Result],
    by_arm: Mapping[str, list[Result]],
    timed: Mapping[str, list[Result]],
) -> str:
    found = [_recall(each) for each in rows]
    macros = np.array([each.macro() for each in found])
    spread = f" ± {100 * macros.std(ddof=1):.1f}" if len(macros) > 1 else ""
    closed = [each["document"]["closed"] for each in rows]
    cells = [
        arm,
        str(len(rows)),
        f"{100 * macros.mean():.1f}{spread}",
        _mean(closed, "macro", "r10"),
        _mean(closed, "micro", "r1"),
        *(_mean(closed, category, "r1") for category in CATEGORIES),
        *(
            _gain(rows, by_arm.get(other, []), arm, other)
            for other in ("in-batch", "queue")
        ),
        _mean(
            [each["document"]["closed"] for each in timed.get(arm, [])], "macro", "r1"
        ),
        f"{np.mean([each['cpu_seconds_a_step'] for each in rows]):.2f}"
        if "cpu_seconds_a_step" in rows[0]
        else "",
    ]
    return f"| {' | '.join(cells)} |"


def _gain(
    rows: Sequence[Result], others: Sequence[Result], arm: str, other: str
) -> str:
    """The gain over another arm, of the seeds that both have; in how many it is above 0."""
    here = {each["seed"]: _recall(each) for each in rows}
    there = {each["seed"]: _recall(each) for each in others}
    seeds = sorted(here.keys() & there.keys())
    if arm == other or not seeds:
        return ""
    mean, low, high = gain([here[s] for s in seeds], [there[s] for s in seeds])
    above = sum(here[s].macro() > there[s].macro() for s in seeds)
    return f"{100 * mean:+.1f} ({100 * low:+.1f} to {100 * high:+.1f}; {above}/{len(seeds)})"


def _controls(arm: str, documents: Sequence[Result]) -> str:
    material = [each["by_material"] for each in documents]
    mirrored = [each["mirrored"]["told_apart"] for each in documents]
    cells = [
        arm,
        _mean([each["closed_at_open_size"] for each in documents], "macro", "r1"),
        _mean([each["open"] for each in documents], "macro", "r1"),
        *(
            f"{100 * np.mean([each[share] for each in material]):.1f} "
            f"({100 * material[0][chance]:.1f})"
            for share, chance in (
                ("share", "chance"),
                ("of_others", "chance_of_others"),
            )
        ),
        f"{np.mean([each['untouched_auroc'] for each in documents]):.3f}",
        f"{np.mean([each['unseen_auroc'] for each in documents]):.3f}",
        f"{100 * np.mean(mirrored):.1f}",
    ]
    return f"| {' | '.join(cells)} |"


def _mean(documents: Sequence[Mapping[str, Any]], name: str, key: str) -> str:
    if not documents:
        return ""
    return f"{100 * np.mean([each[name][key] for each in documents]):.1f}"


def _recall(result: Result) -> Recall:
    return Recall(
        at_1=np.array(result["at_1"]),
        at_10=np.array(result["at_10"]),
        categories=np.array(result["categories"]),
    )
