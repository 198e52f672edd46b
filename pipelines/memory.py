"""How much memory this process can have: what the machine has left, and what its container may take."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path("/")


def available_memory(root: Path = ROOT) -> int:
    """Return the bytes that can be had without swapping and without being killed.

    The least of what Linux foretells (`MemAvailable`) and of what is left under the
    limits of this process's control groups (version 2): a container's `memory` or
    `mem_limit`, a service's `MemoryMax`.
    """
    told = (root / "proc/meminfo").read_text(encoding="ascii").splitlines()
    found = next(line for line in told if line.startswith("MemAvailable"))
    return min([int(found.split()[1]) * 1024, *_left_in_groups(root)])


def _left_in_groups(root: Path) -> Iterator[int]:
    """Bytes left under each limit, from the innermost group outwards."""
    mounted = root / "sys/fs/cgroup"
    group = mounted / _own_group(root).lstrip("/")
    for each in (group, *group.parents):
        if not each.is_relative_to(mounted):
            return
        limit = _number(each / "memory.max")
        used = _number(each / "memory.current")
        if limit is not None and used is not None:
            # What files have in memory is given up before a process is killed.
            yield max(0, limit - used + _cached(each / "memory.stat"))


def _own_group(root: Path) -> str:
    """The path of this process's group; of version 1 alone there is none."""
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return ""
    return next((line[3:] for line in lines if line.startswith("0::")), "")


def _number(path: Path) -> int | None:
    """What a file says in digits; None: "max", or there is no such file."""
    try:
        said = path.read_text().strip()
    except OSError:
        return None
    return int(said) if said.isdigit() else None


def _cached(path: Path) -> int:
    try:
        words = dict(line.split() for line in path.read_text().splitlines())
    except (OSError, ValueError):
        return 0
    return int(words.get("inactive_file", 0))
