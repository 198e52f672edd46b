"""What a test that stands still does to a run: it fails, and says where it stood."""

import subprocess
import sys
import unittest

RUN = """
import multiprocessing, signal, threading, unittest
from tests.watch import WatchedResult

WatchedResult.limit, WatchedResult.grace = 0.3, {grace}

class Tests(unittest.TestCase):
    def test_a_stands(self):
        {stands}

    def test_b_goes_on(self):
        print("went on", flush=True)

unittest.main(testRunner=unittest.TextTestRunner(resultclass=WatchedResult))
"""


def run(stands, grace=30):
    """Run two tests, of which the first stands still; return how the program ended."""
    return subprocess.run(
        [sys.executable, "-c", RUN.format(stands=stands, grace=grace)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


class WatchTests(unittest.TestCase):
    def test_a_test_that_stands_still_fails_where_it_stood_and_the_next_runs(self):
        ended = run("threading.Event().wait()")

        self.assertIn("went on", ended.stdout)
        self.assertIn("in test_a_stands", ended.stderr)
        self.assertIn("StoodStillError", ended.stderr)
        self.assertIn("FAILED (failures=1)", ended.stderr)

    def test_what_a_forked_program_stands_in_is_said_too(self):
        ended = run(
            "forked = multiprocessing.get_context('fork').Process("
            "target=threading.Event().wait, daemon=True); forked.start(); forked.join()"
        )

        self.assertIn("went on", ended.stdout)
        # One of the program of the tests, one of the forked one.
        self.assertEqual(ended.stderr.count("Current thread"), 2, ended.stderr)

    def test_a_program_that_cannot_be_told_ends(self):
        ended = run(
            "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM]);"
            " threading.Event().wait()",
            grace=0.3,
        )

        self.assertEqual(ended.returncode, 1)
        self.assertNotIn("went on", ended.stdout)
        self.assertIn("in test_a_stands", ended.stderr)


if __name__ == "__main__":
    unittest.main()
