"""What ingest costs, against pure decoding, and how its memory grows with the film.

``python -m bench.ingest [--seconds 60] [--rounds 2] [--short 120] [--long 1200]``;
``--seconds 0`` measures memory alone.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.ingest.film import RATE, draw_film
from bench.ingest.stages import STAGES

HD, BITS = (1920, 1080), 8_000_000
# Memory hangs on the length, not on the size: a smaller film says the same sooner.
SMALL, SMALL_BITS = (640, 360), 1_500_000


@dataclass(frozen=True)
class Cost:
    """``cpu`` seconds of a process and all below it; their peaks in bytes."""

    cpu: float
    peak: int
    peak_below: int


def main() -> None:
    """Draw the films, run every stage, print the table."""
    parser = argparse.ArgumentParser()
    for name, default in (
        ("seconds", 60),
        ("rounds", 2),
        ("short", 120),
        ("long", 1200),
    ):
        parser.add_argument(f"--{name}", type=int, default=default)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if given.seconds:
            film = draw_film(Path(folder) / "film.mp4", given.seconds, HD, BITS)
            print_ratios(film, given.seconds, given.rounds)
        peaks = []
        for seconds in (given.short, given.long):
            film = draw_film(
                Path(folder) / f"{seconds}.mp4", seconds, SMALL, SMALL_BITS
            )
            cost = measure("one_pass", film)
            peaks.append((cost.peak / 2**20, cost.peak_below / 2**20))
            print(
                f"peak memory, film of {seconds} s: {peaks[-1][0]:.0f} MB, "
                f"{peaks[-1][1]:.0f} MB in the sandbox",
                flush=True,
            )
        ours, theirs = (after - before for before, after in zip(*peaks, strict=True))
        print(f"growth: {ours:+.0f} MB and {theirs:+.0f} MB (at most 50 wanted)")


def print_ratios(film: Path, seconds: int, rounds: int) -> None:
    """Processor time of every stage as a ratio to decoding, the best of ``rounds``."""
    frames = seconds * RATE
    print(
        f"{frames} frames {HD[0]}x{HD[1]} H.264, {BITS // 10**6} Mbit/s; user + system"
    )
    base = None
    for name in STAGES:
        cpu = min(measure(name, film).cpu for _ in range(rounds))
        base = base or cpu
        each = 1000 * cpu / frames
        print(f"{name:20} {each:6.2f} ms/frame {cpu / base:6.2f} x decode", flush=True)
    command = [sys.executable, "-m", "bench.ingest.stages", "represent", str(film)]
    subprocess.run(command, check=True)


def measure(stage: str, film: Path) -> Cost:
    """Run one stage in a fresh process; what it started counts too."""
    command = [sys.executable, "-m", "bench.ingest.stages", stage, str(film)]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    peaks: dict[int, int] = {}
    used: dict[int, float] = {}
    ended = 0
    while not ended:
        # Asked of each while it lives: what bubblewrap started is never waited for, and
        # would be missing from the sums that the kernel makes.
        for pid in family(child.pid):
            if pid != child.pid and words(pid) == words(child.pid):
                continue  # forked a moment ago: its memory is still its parent's
            peaks[pid] = max(peaks.get(pid, 0), peak_memory(pid))
            used[pid] = max(used.get(pid, 0.0), own_seconds(pid))
        time.sleep(0.02)
        ended, status = os.waitpid(child.pid, os.WNOHANG)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit(f"{stage} failed with exit code {child.returncode}.")
    parent = peaks.pop(child.pid, 0)
    return Cost(sum(used.values()), parent, max(peaks.values(), default=0))


def family(pid: int) -> list[int]:
    """``pid`` and every process below it."""
    try:
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(one for child in below for one in family(int(child)))]


def words(pid: int) -> bytes:
    """A process's command line."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def own_seconds(pid: int) -> float:
    """User and system seconds of one process, its children not counted."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def peak_memory(pid: int) -> int:
    """Bytes; the kernel's own ru_maxrss counts what lay in the parent at the fork."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line[:6] == "VmHWM:")


if __name__ == "__main__":
    main()
