"""A test that stands still fails, says where its threads stood, and the rest goes on."""

import faulthandler
import multiprocessing
import os
import signal
import time
import unittest
from types import FrameType
from typing import Any

SAYING = 0.5
"""Seconds that forked programs have to say where they stand, before they are ended"""


class StoodStillError(AssertionError):
    """The test took longer than any should; its traceback says where it stood."""


class WatchedResult(unittest.TextTestResult):
    """What Django's runner prints, with a time limit on every test."""

    limit = 3000.0 if os.environ.get("KULESHOV_FAULTS") else 600.0
    """Seconds for a test and what is set up before it: several times the slowest"""

    grace = 60.0
    """Seconds to come out of what it stands in; then the whole program ends"""

    def startTestRun(self) -> None:  # noqa: N802 (unittest's name)
        """Begin with the time in which the first class sets up."""
        super().startTestRun()
        # Loaders' processes are forked from this one, and inherit that they answer.
        faulthandler.register(signal.SIGUSR1, all_threads=True)
        signal.signal(signal.SIGALRM, _stand)
        self._wind()

    def stopTest(self, test: Any) -> None:  # noqa: N802 (unittest's name)
        """Begin again: the next test has the whole time."""
        super().stopTest(test)
        self._wind()

    def stopTestRun(self) -> None:  # noqa: N802 (unittest's name)
        """Watch no longer."""
        super().stopTestRun()
        signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()

    def _wind(self) -> None:
        signal.setitimer(signal.ITIMER_REAL, self.limit)
        faulthandler.dump_traceback_later(self.limit + self.grace, exit=True)


def _stand(_number: int, _frame: FrameType | None) -> None:
    faulthandler.dump_traceback(all_threads=True)
    for child in multiprocessing.active_children():
        if child.pid:
            os.kill(child.pid, signal.SIGUSR1)
    time.sleep(SAYING)
    raise StoodStillError("the test stood still: its traceback says where")
