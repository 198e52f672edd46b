"""What is found on titles of which nineteen cuts and shots in twenty are plain.

python -m bench.finding [--seeds 0,1,2] [--shots 121]

Each seed is a title of the sample titles' own shots, ingested and looked through as any
other. What is said of its own cuts and shots counts; then once more with the true cuts in
their place. Needs the weights, the artwork and the sample titles; minutes a seed.
"""

import argparse
import platform
import time
from collections import Counter
from typing import TYPE_CHECKING

import torch

from bench.finding.film import RATE, Film, draw
from bench.scratch import ingested, scratch

if TYPE_CHECKING:
    from catalog.models import Title

NEAR = RATE // 2
"""Frames between a cut that is found and the middle of a transition that it is taken for"""


def main() -> None:
    """Draw, ingest and look through a title a seed; print what was found on all."""
    parser = argparse.ArgumentParser(prog="python -m bench.finding")
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--shots", type=int, default=121)
    given = parser.parse_args()
    torch.set_num_threads(1)
    print(f"{platform.machine()}, seeds {given.seeds}, {given.shots} shots each")
    totals = {"as ingested": Counter[str](), "true cuts": Counter[str]()}
    with scratch() as folder:
        from mlcore.components.catalogue import catalogue  # noqa: PLC0415
        from pipelines.components.listing import list_components  # noqa: PLC0415
        from pipelines.components.shipped import (  # noqa: PLC0415
            load_finder,
            set_up_finder,
        )

        list_components(catalogue(), load_finder().unseen_bases)
        set_up_finder()
        for seed in (int(word) for word in given.seeds.split(",")):
            path = folder / f"{seed}.mp4"
            began = time.process_time()
            film = draw(path, given.shots, seed)
            title = ingested(path)
            totals["as ingested"] += _looked_through(title, film)
            _cut_as_drawn(title, film)
            totals["true cuts"] += _looked_through(title, film)
            print(f"seed {seed}: {time.process_time() - began:.0f} processor seconds")
            for name, counts in totals.items():
                print(f"  {name}, so far: {dict(sorted(counts.items()))}", flush=True)
    for name, counts in totals.items():
        print(_said(name, counts))


def _cut_as_drawn(title: "Title", film: Film) -> None:
    from catalog.models import Shot  # noqa: PLC0415

    title.shots.all().delete()
    ends = [*film.starts[1:], film.frames]
    Shot.objects.bulk_create(
        Shot(title=title, index=n, first_frame=first, end_frame=end)
        for n, (first, end) in enumerate(zip(film.starts, ends, strict=True))
    )


def _looked_through(title: "Title", film: Film) -> Counter[str]:
    """Have the job look through a title, and count what it says."""
    from catalog.models import ComponentFinding  # noqa: PLC0415
    from catalog.services import ask_detection  # noqa: PLC0415
    from pipelines.jobs import run_claimed  # noqa: PLC0415
    from pipelines.work import WORK  # noqa: PLC0415

    job = ask_detection(title)
    if job is None:
        raise RuntimeError("no detector is in use")
    run_claimed(job.pk, WORK)
    live = ComponentFinding.objects.live().with_components()
    rows = list(live.filter(title=title))
    laid = {film.starts[shot]: key for shot, key in film.laid_at.items()}
    counts = Counter(transitions=len(laid), laid=len(film.laid_on))
    for row in rows:
        if row.cut_frame is not None:
            near = [cut for cut in laid if abs(cut - row.cut_frame) <= NEAR]
            _count(counts, row, "cut", laid.pop(near[0]) if near else "")
            continue
        middle = (row.first_frame + row.end_frame) // 2
        shot = max(n for n, first in enumerate(film.starts) if first <= middle)
        _count(counts, row, "shot", film.laid_on.get(shot, ""))
    return counts


def _count(counts: Counter[str], row, where: str, key: str) -> None:  # type: ignore[no-untyped-def]
    if not key:
        counts[f"plain {where}s"] += 1
        counts[f"false at {where}s"] += bool(row.category)
        return
    category = key.split("/", maxsplit=1)[0]
    counts[f"found at {where}s"] += bool(row.category)
    counts[f"right category at {where}s"] += row.category == category
    counts[f"named at {where}s"] += bool(row.component) and row.component.key == key
    like = row.component or row.nearest
    counts[f"most like at {where}s"] += bool(like) and like.key == key


def _said(name: str, counts: Counter[str]) -> str:
    def share(part: str, of: str) -> str:
        return f"{counts[part]} of {counts[of]}"

    return (
        f"{name}: transitions found {share('found at cuts', 'transitions')}, named "
        f"{share('named at cuts', 'transitions')}, most like the right one "
        f"{share('most like at cuts', 'transitions')}, false at "
        f"{share('false at cuts', 'plain cuts')} plain cuts; on shots found "
        f"{share('found at shots', 'laid')}, of the right category "
        f"{share('right category at shots', 'laid')}, false at "
        f"{share('false at shots', 'plain shots')} plain shots"
    )


if __name__ == "__main__":
    main()
