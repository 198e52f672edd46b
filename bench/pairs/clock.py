"""Wall-clock seconds, the best of three rounds, and memory above what was there before."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROUNDS = 3


@dataclass(frozen=True)
class Cost:
    """Seconds of the best round; the highest memory of any, in bytes above before."""

    seconds: float
    peak: int


def costs(
    ways: Mapping[str, Callable[[], object]], rounds: int = ROUNDS
) -> dict[str, Cost]:
    """Run every way in turn, that many rounds: what else runs disturbs all alike.

    Memory is that of the first round, so the frugal ways must come first.
    """
    found: dict[str, Cost] = {}
    for _ in range(rounds):
        for name, work in ways.items():
            seconds, peak = _once(work)
            before = found.get(name, Cost(seconds, peak))
            found[name] = Cost(min(seconds, before.seconds), before.peak)
    return found


def _once(work: Callable[[], object]) -> tuple[float, int]:
    before = memory("VmRSS:")
    Path("/proc/self/clear_refs").write_text("5")  # the highest mark starts again here
    began = time.perf_counter()
    work()
    return time.perf_counter() - began, max(0, memory("VmHWM:") - before)


def memory(name: str) -> int:
    """Bytes of this process: VmRSS: now, VmHWM: at most."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


def say(found: Mapping[str, Cost], base: str) -> None:
    """Print a row for each way, the slowest first."""
    for name, one in sorted(found.items(), key=lambda item: -item[1].seconds):
        _say(name, one, found[base])


def _say(name: str, found: Cost, base: Cost) -> None:
    ratio = found.seconds / base.seconds
    quicker = f"{1 / ratio:6.1f} x faster" if ratio < 1 else " " * 15
    print(
        f"  {name:44} {found.seconds:8.3f} s {ratio:7.2f} x GEMM {quicker} {found.peak / 2**20:+7.0f} MB",
        flush=True,
    )


def must_agree(agree: object) -> None:
    """End the bench where two ways differ: no time of a wrong answer is worth printing."""
    if not agree:
        raise SystemExit("Two ways give different results.")
