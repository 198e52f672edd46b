"""A real Celery worker, bound to this run's database, queues and folders."""

import itertools
import os
import time
from types import TracebackType
from typing import Self

from django.test import TransactionTestCase

from catalog import embedded
from catalog.celery import app
from catalog.supervisor.children import Child, Leash
from catalog.supervisor.commands import QUEUES, worker_command
from tests import namespace

READY_SECONDS = 90.0
DRAIN_SECONDS = 120.0
_numbers = itertools.count(1)


class WorkerNotReadyError(AssertionError):
    """The worker did not do what a test waits for; the end of its log is the message."""


class Worker:
    """A prefork worker in a process group of its own. Use as a context, or start and stop.

    It dies with the test runner, also when that is killed. Its name is its own unless given.
    """

    def __init__(
        self, *, queues: str = ",".join(QUEUES), concurrency: int = 1, name: str = ""
    ) -> None:
        self.name = name or f"test{next(_numbers)}-{os.getpid()}"
        self.leash = Leash()
        self.child = Child(
            name=self.name,
            argv=worker_command(queues, concurrency=concurrency, name=self.name),
            log_path=embedded.var_folder() / "log" / "test-worker.log",
            leash=self.leash,
        )
        self.queues = queues.split(",")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start the worker and return when it answers."""
        self.child.environ = {
            **os.environ,
            "KULESHOV_DATABASE_NAME": namespace.database_name(),
        }
        self.child.start()
        deadline = time.monotonic() + READY_SECONDS
        while not self._answers():
            if not self.child.is_alive or time.monotonic() > deadline:
                raise WorkerNotReadyError(f"the worker does not answer:\n{self.log()}")

    def stop(self) -> None:
        """Stop the worker: it may finish what it does for ten seconds."""
        self.child.stop(grace_seconds=10.0)
        self.leash.close()

    def kill9(self) -> None:
        """Kill the worker and its pool children at once, as a power cut would."""
        self.child.kill()

    def restart(self) -> None:
        """Kill what is left of the worker and start it again."""
        self.child.kill()
        self.start()

    def drain(self) -> None:
        """Return when the queues are empty and the worker has nothing in hand."""
        deadline = time.monotonic() + DRAIN_SECONDS
        idle = 0
        # Twice: a message may be between the queue and the worker at the first look.
        while idle < 2:
            idle = idle + 1 if self._is_idle() else 0
            if time.monotonic() > deadline:
                raise WorkerNotReadyError(f"the worker is still busy:\n{self.log()}")
            time.sleep(0.05)

    def log(self) -> str:
        """Return the end of the worker's log."""
        return self.child.log_path.read_text(errors="replace")[-4000:]

    def _answers(self) -> bool:
        inspect = app.control.inspect([f"{self.name}@{_host()}"], timeout=0.5, limit=1)
        return bool(inspect.ping())

    def _is_idle(self) -> bool:
        if not self.child.is_alive:
            raise WorkerNotReadyError("the worker is not running: start it first")
        if namespace.queued(self.queues):
            return False
        inspect = app.control.inspect([f"{self.name}@{_host()}"], timeout=2.0, limit=1)
        in_hand = [inspect.active(), inspect.reserved()]
        return all(
            answer is not None and not any(answer.values()) for answer in in_hand
        )


def _host() -> str:
    from celery.utils.nodenames import gethostname  # noqa: PLC0415

    return str(gethostname())


_shared: list[Worker] = []


def shared_worker() -> Worker:
    """Return the run's one worker for all queues, started at the first call.

    Loading torch takes seconds, so tests share it; one that kills it has to restart it.
    """
    if not _shared:
        _shared.append(Worker())
    if not _shared[0].child.is_alive:
        _shared[0].start()
    return _shared[0]


def stop_shared() -> None:
    """Stop the shared worker, if there is one."""
    while _shared:
        _shared.pop().stop()


class WorkerTestCase(TransactionTestCase):
    """A test with the shared worker: it is drained before the database is flushed."""

    worker: Worker

    def setUp(self) -> None:
        """Have the worker ready."""
        super().setUp()
        self.worker = shared_worker()

    def _fixture_teardown(self) -> None:
        if _shared and _shared[0].child.is_alive:
            _shared[0].drain()
        super()._fixture_teardown()  # type: ignore[misc]
