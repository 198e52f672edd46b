"""Whole films through the real ingest: the same film in other forms, and a flood of what is no picture."""

import sys
import time
from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from bench.matchcuts.forms import FORMS, Form, write_form
from bench.matchcuts.planted import FRAMES, Pair, film_of, plant
from bench.scratch import ingested, scratch
from tests.films import DrawnShot

PAIRS, ALONE = 58, 4
"""A pair has up to two cards, one a direction: so many fill the first hundred of a kind.
Those of chance stand close together, and change places when a film is coded again."""
TOP = 100
ALL = 2 * PAIRS
"""Cards that planted pairs can have: further down a pair is behind one of chance."""
Board = dict[str, list[tuple[int, int]]]
"""By kind, (leaving, entering) places in the film, best first."""


def measure(seed: int, only: Collection[str] = ()) -> None:
    """Print what becomes of the board in other forms and in a flood, for one seed.

    With `only` forms, of those alone, and without the flood.
    """
    shots, planted = plant(seed, PAIRS, ALONE)
    print(
        f"\nfilm: {len(shots)} shots of {FRAMES} frames, {len(planted)} planted pairs, "
        f"seed {seed}; every ingest is the product's own"
    )
    with scratch() as folder:
        clean = _board(folder / "clean.mp4", shots, Form())
        _tell("clean", clean, clean, planted)
        for name, form in FORMS.items():
            if only and name not in only:
                continue
            found = _board(folder / f"{name.replace(' ', '-')}.mov", shots, form)
            _tell(name, found, clean, planted)
        if not only:
            _flood(folder, shots, seed)


def _board(path: Path, shots: list[DrawnShot], form: Form) -> Board:
    draw, frames = film_of(shots)
    began = time.monotonic()
    title: Any = ingested(write_form(path, draw, frames, form), cube=form.cube)
    _say_seconds(path.stem, began)
    return _pairs_of(title, len(shots), frames)


def _say_seconds(name: str, began: float) -> None:
    print(f"    ({name}: drawn and ingested in {time.monotonic() - began:.0f} s)")


def _pairs_of(title: Any, shots: int, frames: int) -> Board:
    # Places by the drawn film, so that a shot split in two does not move all others.
    scale = frames / title.frames
    board: Board = {}
    live = title.match_sets.get(live=True, scope="title").candidates.on_board()
    for candidate in live.select_related("leaving", "entering").order_by("rank"):
        sides = (candidate.leaving, candidate.entering)
        places = tuple(
            min(int((s.first_frame + s.frames / 2) * scale / FRAMES), shots - 1)
            for s in sides
        )
        board.setdefault(candidate.kind, []).append((places[0], places[1]))
    return board


def _tell(name: str, found: Board, clean: Board, planted: Iterable[Pair]) -> None:
    line = f"  {name:19s}"
    for kind, wanted in clean.items():
        top, best = found.get(kind, [])[:TOP], wanted[:TOP]
        # Either way round: of still subjects chance decides which way stands first.
        kept = len(_either(top) & _either(best)) / max(1, len(_either(best)))
        hers = {frozenset(pair[1:]) for pair in planted if pair[0] == kind}
        line += f"  {kind}: top {len(best):3d} kept {kept:4.0%}"
        if hers:
            there = _either(found.get(kind, [])[:ALL])
            line += f", planted {len(hers & there)}/{len(hers)}"
            line += _where(hers - there, found.get(kind, []))
    print(line, flush=True)


def _where(lost: set[frozenset[int]], board: list[tuple[int, int]]) -> str:
    """Where on the board planted pairs stand that are not in its top."""
    places = [frozenset(pair) for pair in board]
    found = [str(places.index(pair) + 1) if pair in places else "no" for pair in lost]
    return f" (others at place {', '.join(sorted(found))})" if found else ""


def _either(pairs: Iterable[tuple[int, int]]) -> set[frozenset[int]]:
    return {frozenset(pair) for pair in pairs}


def _flood(folder: Path, shots: list[DrawnShot], seed: int) -> None:
    """Add credits, black, bars, slates, a recap and seven takes, and look who is on top."""
    chance = np.random.default_rng(seed)
    figure = next(shot for shot in shots if shot.outline)
    takes = [replace(figure, frames=FRAMES - int(cut)) for cut in range(7)]
    others = [
        DrawnShot(scene=0, role=role, frames=FRAMES)
        for role in ("black", "bars", "slate", "text") * 3
    ]
    film = [*others[:4], *shots]
    for shot in [*others[4:], *takes]:
        film.insert(int(chance.integers(4, len(film))), shot)
    film += [replace(shot, frames=FRAMES // 2) for shot in shots[:10]]
    draw, frames = film_of(film)
    began = time.monotonic()
    title: Any = ingested(write_form(folder / "flood.mp4", draw, frames, Form()))
    _say_seconds("flood", began)
    live = title.match_sets.get(live=True, scope="title").candidates.on_board()
    for kind in sorted({*live.values_list("kind", flat=True)}):
        best = live.filter(kind=kind, rank__lte=TOP).select_related(
            "leaving", "entering"
        )
        roles = {shot.role for c in best for shot in (c.leaving, c.entering)}
        cards = [
            tuple(shot.group_id or -shot.pk for shot in (c.leaving, c.entering))
            for c in best
        ]
        alone = len({frozenset(card) for card in cards}) / max(1, len(cards))
        print(
            f"  flood, {kind}: top {len(cards)} has roles {', '.join(sorted(roles))}; "
            f"{len(cards) - len(set(cards))} cards repeat a pair of groups "
            f"({alone:.0%} different whatever the direction)",
            flush=True,
        )


if __name__ == "__main__":
    # python -m bench.matchcuts.film SEED [FORM ...]: some forms alone.
    measure(int(sys.argv[1]), sys.argv[2:])
