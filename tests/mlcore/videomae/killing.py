"""Kill a pretraining again and again, at named instants of its writing:

    python -m tests.mlcore.videomae.killing 'WORDS OF PRETRAIN' EVENT,NAME,N ...

A life a triple: the program of these words kills itself (SIGKILL) at the Nth audit event
(`open`, before a file is opened; `os.rename`, when it is written and not yet in place) of
a file whose name ends in NAME. torch is imported once; each life is a fork of that. Prints
one JSON line a life: the signal that ended it, or its exit code.
"""

import json
import os
import signal
import sys

from mlcore.videomae.pretrain import main


def killed_at(event: str, name: str, times: int) -> None:
    """Kill this program in the instant, by nothing it could catch."""
    left = times

    def heard(said: str, about: tuple[object, ...]) -> None:
        nonlocal left
        if said != event or not str(about[said == "os.rename"]).endswith(name):
            return
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(heard)


def lives(words: str, *instants: str) -> None:
    """Live as often as there are instants, the next with what the one before left."""
    sys.argv = ["pretrain", *words.split()]
    for instant in instants:
        if (child := os.fork()) == 0:
            event, name, times = instant.split(",")
            killed_at(event, name, int(times))
            os._exit(main({}))
        _, status = os.waitpid(child, 0)
        ended = os.waitstatus_to_exitcode(status)
        sys.stdout.write(json.dumps({"instant": instant, "ended": ended}) + "\n")


if __name__ == "__main__":
    lives(*sys.argv[1:])
