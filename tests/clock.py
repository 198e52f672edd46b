"""The clock's own process, celery beat, on this run's database and queues."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from catalog import embedded
from catalog.supervisor.children import Child, Leash
from catalog.supervisor.commands import beat_command
from tests import namespace


@contextmanager
def running_clock() -> Iterator[Child]:
    """Have celery beat run; it dies with the test runner, also when that is killed."""
    leash = Leash()
    clock = Child(
        name=f"clock-{os.getpid()}",
        argv=beat_command(),
        log_path=embedded.var_folder() / "log" / "test-clock.log",
        leash=leash,
        environ={**os.environ, "KULESHOV_DATABASE_NAME": namespace.database_name()},
    )
    clock.start()
    try:
        yield clock
    finally:
        clock.stop(grace_seconds=5.0)
        leash.close()
