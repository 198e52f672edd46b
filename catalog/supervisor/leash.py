"""Ends other programs when the one that holds our stdin is gone, kill -9 included.

Reads lines "+N" and "-N": process groups to watch over, and no longer. At the end of
stdin every group left is asked to stop, and killed after a moment. Standard library
only, run as a file, so that it starts at once and stays small.
"""

import os
import signal
import sys
import time

GRACE_SECONDS = 3.0


def main() -> None:
    """Watch until stdin ends, then end what is left."""
    groups: set[int] = set()
    for line in sys.stdin:
        number = int(line[1:])
        if line.startswith("+"):
            groups.add(number)
        else:
            groups.discard(number)
    deadline = time.monotonic() + GRACE_SECONDS
    left = {group for group in groups if _send(group, signal.SIGTERM)}
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = {group for group in left if _send(group, 0)}
    for group in left:
        _send(group, signal.SIGKILL)


def _send(group: int, number: int) -> bool:
    """Signal a group; False when it has no member."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    main()
