"""Draw what a search for a plan has tried, in order, with the best so far.

    python -m mlcore.videomae.plot_trials --trials F.jsonl --out F.svg

Also while the search goes on, or after it was killed: whatever trials are kept are drawn.
Hovering over a trial names its plan. Prints one JSON document; {"error": ...} and exit
code 1 when there is nothing to draw.
"""

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from html import escape
from itertools import accumulate
from pathlib import Path

from mlcore.videomae.plan import Plan
from mlcore.videomae.search import By, Step, Trial, Trials

WIDE, HIGH = 640, 130
"""Of the field of one step of the search, in points"""
LEFT, ABOVE, BELOW = 64, 30, 30
HEADS: dict[Step, str] = {
    "frames": "Frames of stages",
    "shares": "Shares of the budget",
    "recipes": "Batches and rates",
}
MEASURES: dict[By, str] = {
    "accuracy": "accuracy after fine-tuning",
    "loss": "minus the held-out loss",
}


def plotted(trials: Sequence[Trial]) -> str:
    """Return an SVG: a field a step, a dot a trial, a line for the best so far."""
    each_high = ABOVE + HIGH + BELOW
    parts = {
        f"{head}: {measure}": [e for e in trials if (e.step, e.by) == (step, by)]
        for step, head in HEADS.items()
        for by, measure in MEASURES.items()
    }
    filled = [(head, own) for head, own in parts.items() if own]
    fields = [
        f'<g transform="translate({LEFT} {number * each_high + ABOVE})">'
        f"{_field(head, own)}</g>"
        for number, (head, own) in enumerate(filled)
    ]
    wide, high = LEFT + WIDE + 20, each_high * len(fields)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" '
        f'width="{wide}" height="{high}" font-family="sans-serif" font-size="12">'
        f'<rect width="{wide}" height="{high}" fill="white"/>{"".join(fields)}</svg>\n'
    )


def words_of(plan: Plan) -> str:
    """Return a plan in a line: of each stage frames, share of the budget, batch and rate."""
    return "; ".join(
        f"{each.frames} frames: {each.share:g} ({each.batch} clips at {each.rate:g})"
        for each in plan.stages
    )


def _field(head: str, trials: Sequence[Trial]) -> str:
    scores = [each.score for each in trials]
    winner = max(trials, key=lambda each: each.score)
    lowest, highest = min(scores), max(scores)
    across = [WIDE * (at + 0.5) / len(trials) for at in range(len(trials))]
    down = [_down(each, lowest, highest) for each in scores]
    best = [_down(each, lowest, highest) for each in accumulate(scores, max)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(across, best, strict=True))
    dots = (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{_fill(each.score, highest)}">'
        f"<title>{escape(words_of(each.plan))}: {each.score:.4f}</title></circle>"
        for x, y, each in zip(across, down, trials, strict=True)
    )
    return (
        f'<text y="-10" font-weight="bold">{head}</text>'
        f'<rect width="{WIDE}" height="{HIGH}" fill="none" stroke="#bbb"/>'
        f'<text x="-6" y="{_down(highest, lowest, highest) + 4:.1f}" text-anchor="end">{highest:.3f}</text>'
        f'<text x="-6" y="{_down(lowest, lowest, highest) + 4:.1f}" text-anchor="end">{lowest:.3f}</text>'
        f'<polyline points="{line}" fill="none" stroke="#36c"/>{"".join(dots)}'
        f'<text x="-56" y="{HIGH + 15}" font-size="9">Best: {escape(words_of(winner.plan))}</text>'
    )


def _down(score: float, lowest: float, highest: float) -> float:
    """Points below the field's upper edge; the edges are kept free."""
    return 8 + (HIGH - 16) * (highest - score) / ((highest - lowest) or 1)


def _fill(score: float, highest: float) -> str:
    return "#c30" if score == highest else "#888"


def main(_environment: Mapping[str, str] = os.environ) -> int:
    """Draw as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m mlcore.videomae.plot_trials")
    parser.add_argument("--trials", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    try:
        trials = kept_trials(given.trials)
        given.out.write_text(plotted(trials))
    except (ValueError, OSError) as error:
        sys.stdout.write(json.dumps({"error": str(error)}) + "\n")
        return 1
    said = {"out": str(given.out), "trials": len(trials)}
    sys.stdout.write(json.dumps(said) + "\n")
    return 0


def kept_trials(path: Path) -> list[Trial]:
    """Return the trials in a file, in their order. Raises ValueError where there are none."""
    trials = Trials.read(path)
    if not trials:
        raise ValueError(f"there are no trials in {path}")
    return trials


if __name__ == "__main__":
    sys.exit(main())
