"""Finds the sandboxed children that decode, to see whether they are gone or to kill them."""

from contextlib import suppress
from pathlib import Path


def decoders(parent: int) -> list[int]:
    """Pids of decoding children anywhere below a process, the outermost first."""
    return [
        pid for pid in descendants(parent) if b"pipelines.media.child" in words(pid)
    ]


def descendants(parent: int) -> list[int]:
    """Processes below one, each before its own children."""
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{parent}/task").iterdir():
            for child in map(int, (task / "children").read_text().split()):
                found += [child, *descendants(child)]
    return found


def words(pid: int) -> bytes:
    """A process's command line; nothing when it is gone or a zombie."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""
