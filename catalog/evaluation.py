"""How well rankings do on labelled pairs, measured by a program of its own.

What serves pages and commands loads no numpy; `mlcore.matching.ranking.evaluate` does.
"""

from __future__ import annotations

import csv
import json
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from catalog.labels import Labels, labels_of
from catalog.models import MatchCandidate
from catalog.services import Refused
from catalog.supervisor.children import BASE
from catalog.supervisor.commands import module_command

if TYPE_CHECKING:
    from collections.abc import Iterable

COLUMNS = ("score", "learned", "score_held_out", "learned_held_out")


def evaluate_file(pairs: Path, train: Path | None = None) -> dict[str, Any]:
    """Return the document of a file of labelled pairs. Raises Refused with one sentence."""
    words = ["--pairs", str(pairs.absolute())]
    if train is not None:
        words += ["--train", str(train.absolute())]
    ran = subprocess.run(
        module_command("mlcore.matching.ranking.evaluate", *words),
        cwd=BASE,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        document: dict[str, Any] = json.loads(ran.stdout)
    except ValueError:
        last = ran.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise Refused(f"The pairs could not be measured: {last[0]}") from None
    if "error" in document:
        raise Refused(document["error"])
    return document


def evaluate_labels(kinds: Iterable[str]) -> dict[str, dict[str, Any] | None]:
    """Return the document of each kind's own labels; None where nothing can be said.

    Counted are labelled pairs that a live search keeps. `learned` is what the live
    ranking says; it was trained on titles outside the hold-out, so only the columns that
    end in `_held_out` compare it fairly.
    """
    return {kind: _evaluate_kind(kind, labels_of(kind)) for kind in kinds}


def _evaluate_kind(kind: str, labels: Labels) -> dict[str, Any] | None:
    rows = list(_rows(kind, labels))
    if len({row["label"] for row in rows}) < 2:
        return None
    with TemporaryDirectory(prefix="kuleshov-labels-") as folder:
        path = Path(folder) / f"{kind}.csv"
        with path.open("w", newline="") as file:
            names = ["title", "shot_a", "shot_b", "label", *COLUMNS]
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows(rows)
        return evaluate_file(path)


def _rows(kind: str, labels: Labels) -> Iterable[dict[str, Any]]:
    shots = {pair.leaving.pk for pair in labels.pairs}
    live = MatchCandidate.objects.filter(match_set__live=True, kind=kind)
    said = {
        (leaving, entering): (score, learned)
        for leaving, entering, score, learned in live.filter(
            leaving__in=shots
        ).values_list("leaving", "entering", "score", "learned")
    }
    for pair in labels.pairs:
        found = said.get((pair.leaving.pk, pair.entering.pk))
        if found is None:
            continue
        score, learned = ["" if each is None else each for each in found]
        held_out = pair.held_out
        yield {
            "title": pair.counted_under,
            "shot_a": pair.leaving.pk,
            "shot_b": pair.entering.pk,
            "label": int(pair.good),
            "score": score,
            "learned": learned,
            "score_held_out": score if held_out else "",
            "learned_held_out": learned if held_out else "",
        }
