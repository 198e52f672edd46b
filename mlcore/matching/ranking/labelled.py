"""Labelled pairs of shots as a CSV file: anybody's, from anywhere."""

import csv
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

WANTED = ("title", "shot_a", "shot_b", "label")
TIMES = ("start_a", "end_a", "start_b", "end_b")
LABELS = {"1": 1, "true": 1, "good": 1, "0": 0, "false": 0, "bad": 0}

MOST_BYTES = 256 * 2**20
MOST_ROWS = 1_000_000


class UnusablePairs(ValueError):
    """The file cannot be used; the message is one sentence that says why."""


@dataclass(frozen=True, kw_only=True)
class LabelledPairs:
    """n pairs of shots that somebody has judged."""

    titles: NDArray[np.str_]
    """(n,) the title a pair is counted under; resampling draws whole titles."""
    labels: NDArray[np.int64]
    """(n,) 1 for a good cut, 0 for a bad one; both occur."""
    columns: dict[str, Floats]
    """Scores by their names, each (n,), NaN where the cell was empty."""
    times: Floats | None
    """(n, 4) start_a, end_a, start_b, end_b in seconds; None where not all are given."""
    shots: Floats | None
    """(n, 2) numbers of the two shots in their title; None where they have other names."""

    def __len__(self) -> int:
        return len(self.labels)


def read_pairs(path: Path) -> LabelledPairs:
    """Read `title,shot_a,shot_b,label` and any further numeric columns, each a score.

    `start_a,end_a,start_b,end_b` are seconds and no scores. Labels are 1 or 0, true or
    false, good or bad. Raises UnusablePairs with one sentence.
    """
    names, rows = _cells(path)
    if missing := [name for name in WANTED if name not in names]:
        raise UnusablePairs(f"{path.name} has no column {', '.join(missing)}.")
    if not rows:
        raise UnusablePairs(f"{path.name} holds no pairs.")
    cells = dict(zip(names, zip(*rows, strict=True), strict=True))
    labels = np.array([_label(path, n, cell) for n, cell in _lines(cells["label"])])
    if len(set(labels.tolist())) < 2:
        only = "good" if labels[0] else "bad"
        raise UnusablePairs(
            f"Every pair of {path.name} is {only}; a ranking needs good and bad ones."
        )
    numbers = {
        name: _numbers(path, name, cells[name]) for name in names if name not in WANTED
    }
    timed = all(name in numbers and not np.isnan(numbers[name]).any() for name in TIMES)
    return LabelledPairs(
        titles=np.array(cells["title"]),
        labels=labels,
        columns={name: row for name, row in numbers.items() if name not in TIMES},
        times=np.column_stack([numbers[name] for name in TIMES]) if timed else None,
        shots=_shots(cells["shot_a"], cells["shot_b"]),
    )


def _cells(path: Path) -> tuple[list[str], list[list[str]]]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UnusablePairs(f"{path.name} is larger than {MOST_BYTES >> 20} MB.")
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            names = [name.strip() for name in next(reader, [])]
            rows = _checked(path, names, reader)
    except OSError as error:
        raise UnusablePairs(f"{path.name} cannot be read: {error.strerror}.") from None
    except (UnicodeDecodeError, csv.Error):
        raise UnusablePairs(f"{path.name} is not a CSV file.") from None
    return names, rows


def _checked(
    path: Path, names: list[str], reader: Iterable[list[str]]
) -> list[list[str]]:
    if len(set(names)) < len(names):
        raise UnusablePairs(f"{path.name} names a column twice.")
    rows: list[list[str]] = []
    for row in reader:
        if not row:
            continue
        if len(row) != len(names):
            raise UnusablePairs(
                f"{path.name}, row {len(rows) + 1}: {len(row)} cells, and the header "
                f"has {len(names)}."
            )
        if len(rows) >= MOST_ROWS:
            raise UnusablePairs(f"{path.name} has more than {MOST_ROWS:,} rows.")
        rows.append([cell.strip() for cell in row])
    return rows


def _lines(cells: tuple[str, ...]) -> list[tuple[int, str]]:
    return list(enumerate(cells, start=1))


def _label(path: Path, row: int, cell: str) -> int:
    if not cell:
        raise UnusablePairs(f"{path.name}, row {row}: the pair has no label.")
    if cell.lower() not in LABELS:
        raise UnusablePairs(
            f"{path.name}, row {row}: {cell[:40]!r} is no label; say 1 or 0."
        )
    return LABELS[cell.lower()]


def _numbers(path: Path, name: str, cells: tuple[str, ...]) -> Floats:
    return np.array([_number(path, name, n, cell) for n, cell in _lines(cells)])


def _number(path: Path, name: str, row: int, cell: str) -> float:
    if not cell:
        return math.nan
    try:
        number = float(cell)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise UnusablePairs(
            f"{path.name}, row {row}, column {name}: {cell[:40]!r} is not a number."
        )
    return number


def _shots(a: tuple[str, ...], b: tuple[str, ...]) -> Floats | None:
    if not all(cell.isdecimal() and len(cell) < 16 for cell in (*a, *b)):
        return None
    return np.column_stack([np.array(a, np.float64), np.array(b, np.float64)])
