"""All tests by several programs at once, each on a database, queues and folders of its own.

They take module after module from one list, so that none waits while another has much left.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import unittest
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

CLAIMS = "KULESHOV_TEST_CLAIMS"
"""Names the folder in which programs say what they took."""

CLAIM = ".module"
TOLD = 15
"""Modules whose time is said: where to look when tests take too long"""

MOST = 4
"""Each program holds some gigabytes of networks, and its worker as many."""


def programs(labels: Sequence[str]) -> int:
    """Return how many programs shall share these tests; one that shares is alone.

    Some tests that are named start no second program, unless KULESHOV_TEST_PROGRAMS says so.
    """
    if os.environ.get(CLAIMS):
        return 1
    if asked := os.environ.get("KULESHOV_TEST_PROGRAMS"):
        return int(asked)
    # One more than cores: a third of the time they wait, for leases, pages and answers.
    return 1 if labels else min(MOST, 1 + (os.cpu_count() or 1))


def run_shared(many: int, labels: Sequence[str]) -> Counter[str]:
    """Run tests by `many` programs and return the counts of all of them together.

    What the first says is seen as it runs, what others said afterwards. A program that
    ends without having counted is an error.
    """
    with tempfile.TemporaryDirectory() as name:
        claims = Path(name)
        outputs = [
            None,
            *((claims / f"output-{n}").open("w+b") for n in range(1, many)),
        ]
        running = [
            subprocess.Popen(
                [sys.executable, "manage.py", "test", *labels],
                env={**os.environ, CLAIMS: str(claims)},
                stdout=output,
                stderr=output,
            )
            for output in outputs
        ]
        try:
            for program, output in zip(running, outputs, strict=True):
                program.wait()
                _show(output)
        finally:
            for program in running:
                program.terminate()
        sys.stderr.write("\n".join(["slowest modules:", *slowest(claims), ""]))
        return sum((counted(claims, each.pid) for each in running), Counter[str]())


def _show(output: Any) -> None:
    if output:
        output.seek(0)
        sys.stderr.write(output.read().decode(errors="replace"))
        sys.stderr.flush()


def counted(claims: Path, pid: int) -> Counter[str]:
    """Return what the program of that pid told; one failure where it told nothing."""
    written = claims / f"counts-{pid}.json"
    if not written.exists():
        return Counter(run=1, failed=1)
    return Counter(json.loads(written.read_text()))


def tell_counts(counts: Counter[str]) -> None:
    """Write down what this program counted, for the one that started it."""
    path = Path(os.environ[CLAIMS]) / f"counts-{os.getpid()}.json"
    path.write_text(json.dumps(counts))


class Share(unittest.TestSuite):
    """Those tests of a suite that no other program took; taken as they are come to.

    The order stays: tests that empty tables come after those that count on them.
    """

    # Else a run forgets test after test by a place that counts what others took, too.
    _cleanup = False

    def __iter__(self) -> Iterator[unittest.TestCase]:
        """Go through module after module, as long as there is one that nobody has taken."""
        cases = _cases(super().__iter__())
        modules = groupby(cases, lambda test: type(test).__module__)
        for place, (module, tests) in enumerate(modules):
            mine = list(tests)
            if (claim := _take(f"{place}-{module}")) is not None:
                began = time.monotonic()
                yield from mine
                claim.write_text(str(time.monotonic() - began))


def _cases(tests: Iterable[Any]) -> Iterator[unittest.TestCase]:
    for test in tests:
        if isinstance(test, unittest.TestSuite):
            yield from _cases(test)
        else:
            yield test


def _take(name: str) -> Path | None:
    claim = Path(os.environ[CLAIMS]) / f"{name}{CLAIM}"
    try:
        claim.touch(exist_ok=False)
    except FileExistsError:
        return None
    return claim


def slowest(claims: Path) -> list[str]:
    """Return lines of the modules that took longest, longest first, with their seconds."""
    took = {each: each.read_text() for each in claims.glob(f"*{CLAIM}")}
    told = [(float(text), each) for each, text in took.items() if text]
    return [
        f"{seconds:6.0f} s  {each.name.partition('-')[2].removesuffix(CLAIM)}"
        for seconds, each in sorted(told, reverse=True)[:TOLD]
    ]
