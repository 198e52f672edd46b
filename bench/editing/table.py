"""The tables: every measure of every arm, and what the correction changes."""

from collections.abc import Sequence

import numpy as np

from bench.editing.arms import EDIT
from bench.editing.runs import Result
from mlcore.metrics import bootstrap_interval

MEASURES = {
    "mask_iou": ".3f",
    "new_recall": ".3f",
    "old_recall": ".3f",
    "background_psnr": ".1f",
    "colour_error": ".3f",
    "shape_iou": ".3f",
    "track_error": ".3f",
    "flicker": ".4f",
    "frame_accuracy": ".3f",
    "consistency": ".4f",
    "reconstruction": ".1f",
}
COMPARED = (
    ("DiffEdit mask, smoothed and even, above our floor", "ours"),
    ("ours, wide region", "ours"),
    ("ours, ragged region", "ours"),
    ("corrected as printed, ragged region", "corrected as printed"),
    ("as an edit is made, ragged region", EDIT),
    ("ours", "ours, tuned"),
    ("ours", "corrected as printed"),
    ("ours, tuned", EDIT),
    ("corrected as printed", "corrected as printed, tuned"),
    ("corrected as printed, tuned", EDIT),
    ("ours", "corrected on clean latents"),
    ("ours", "new noise"),
    ("new noise", "new noise, corrected as printed"),
    ("own noise", "own noise, corrected as printed"),
    ("own noise", "own noise, corrected on clean latents"),
    ("corrected as printed, wide region", "corrected as printed"),
    ("corrected as printed", "corrected as printed, led away from the source"),
    ("corrected as printed", "corrected as printed, led away in the first steps"),
)
"""Arms, and what they are changed to, over the same videos"""


def print_tables(results: Sequence[Result]) -> None:
    """Print means over videos, what holds for all arms, and paired differences."""
    known = [each["all"] for each in results]
    print(f"\n{len(results)} videos")
    for name in known[0]:
        values = [each[name] for each in known]
        print(f"{name}: {np.mean(values):.4g} ({min(values):.4g}..{max(values):.4g})")
    print(f"\n| arm | {' | '.join(MEASURES)} |")
    print("| --- " * (1 + len(MEASURES)) + "|")
    for arm in results[0]:
        if arm != "all":
            print(_row(arm, [each[arm] for each in results]))
    for without, corrected in COMPARED:
        if not {without, corrected} <= results[0].keys():
            continue
        for name in ("flicker", "shape_iou", "track_error", "colour_error"):
            print(_difference(results, without, corrected, name))


def _row(arm: str, rows: Sequence[dict[str, float]]) -> str:
    cells = [
        format(float(np.mean([row[name] for row in rows])), how)
        if name in rows[0]
        else ""
        for name, how in MEASURES.items()
    ]
    return f"| {arm} | {' | '.join(cells)} |"


def _difference(results: Sequence[Result], one: str, two: str, name: str) -> str:
    before = np.array([each[one][name] for each in results])
    by = np.array([each[two][name] for each in results]) - before
    low, high = bootstrap_interval(lambda rows: float(by[rows].mean()), len(by), seed=0)
    share = 100 * by.mean() / max(before.mean(), 1e-9)
    return (
        f"{two} against {one}, {name}: {by.mean():+.4f} ({share:+.0f} %), "
        f"95 % of videos drawn again {low:+.4f}..{high:+.4f}"
    )
