"""How long an editor waits for the offset search around a cut of a sample title."""

import os
import statistics
import time
from pathlib import Path

from bench.scratch import ingested, scratch

CUTS = 10
WAIT = 1.0
"""Seconds that a person waits without wondering."""


def measure(seed: int) -> None:
    """Print wall seconds of the search for the best cuts of each kind; nothing is drawn."""
    del seed
    root = Path(__file__).resolve().parents[2]
    samples = Path(os.environ.get("KULESHOV_SAMPLES") or root / "var" / "samples")
    print("\noffsets: the frames around the best cuts of the sample title reel_one")
    with scratch():
        ingested(next(p for p in samples.glob("reel_one.*") if p.suffix != ".json"))
        for kind in ("frame", "motion"):
            _measure_kind(kind)


def _measure_kind(kind: str) -> None:
    from catalog.matchcuts import cut_of_candidate  # noqa: PLC0415
    from catalog.models import MatchCandidate  # noqa: PLC0415
    from pipelines.offsets import offsets_of  # noqa: PLC0415

    best = MatchCandidate.objects.filter(kind=kind, rank__isnull=False)
    best = best.select_related("leaving__title", "entering__title").order_by("rank")
    seconds, cpu, sizes = [], [], []
    for candidate in best[: CUTS + 1]:
        began, busy = time.perf_counter(), time.process_time()
        found = offsets_of(cut_of_candidate(candidate))
        seconds.append(time.perf_counter() - began)
        cpu.append(time.process_time() - busy)
        sizes.append(len(found["leaving_frames"]) * len(found["entering_frames"]))
    # The first also loads the networks, which an interactive worker has in memory.
    first, warm = seconds[0], seconds[1:]
    within = sum(each <= WAIT for each in warm)
    print(
        f"  {kind:7s} {min(sizes)} to {max(sizes)} pairs of frames; first {first:.2f} s, "
        f"then median {statistics.median(warm):.2f} s, longest {max(warm):.2f} s; "
        f"{within} of {len(warm)} within {WAIT:.0f} s; CPU median "
        f"{statistics.median(cpu[1:]):.2f} s",
        flush=True,
    )


if __name__ == "__main__":
    measure(0)
