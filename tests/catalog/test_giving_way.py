"""Of a processor's worker and a GPU's with the same queue one takes jobs."""

import time
import unittest

from catalog.celery import app
from tests.worker import Worker

PATIENCE_SECONDS = 30.0


def takers() -> set[str]:
    """The names of the workers that take long jobs, without their host."""
    told = app.control.inspect(timeout=1.0).active_queues() or {}
    return {
        name.partition("@")[0]
        for name, queues in told.items()
        if name.startswith(("gpu@", "long@"))
        and any(q["name"] == "gpu" for q in queues)
    }


class GivingWayTests(unittest.TestCase):
    def take(self, *wanted: str) -> None:
        """Wait until just these workers take long jobs."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (seen := takers()) != set(wanted):
            if time.monotonic() > deadline:
                self.fail(f"{seen} take long jobs, not {wanted}")
            time.sleep(0.2)

    def test_the_gpu_s_takes_them_whoever_was_there_first(self):
        with Worker(queues="gpu", name="long") as long:
            self.take("long")
            with Worker(queues="gpu", name="gpu"):
                self.take("gpu")
                long.restart()
                self.take("gpu")
            self.take("long")
