"""What one test run calls its own: database, queues and folders, named by its pid."""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import redis

from catalog import embedded

PREFIX = "test_kuleshov_"


def database_name() -> str:
    """Return the test database of this run."""
    return f"{PREFIX}{os.getpid()}"


def queue_prefix() -> str:
    """Return what this run's keys at the broker begin with."""
    return f"{PREFIX}{os.getpid()}."


def folder() -> Path:
    """Return the folder of this run; `media`, `uploads` and `import` lie in it."""
    return embedded.var_folder() / "tests" / str(os.getpid())


def take() -> None:
    """Point the environment at this run's own places. To be called before settings load."""
    os.environ["KULESHOV_QUEUE_PREFIX"] = queue_prefix()
    os.environ["KULESHOV_MEDIA"] = str(folder() / "media")
    os.environ["KULESHOV_UPLOADS"] = str(folder() / "uploads")
    # A killed worker's job is given back soon: tests wait for that many times.
    os.environ.setdefault("KULESHOV_JOB_LEASE", "3")
    # Clips of tests are short, and still have to have several segments.
    os.environ.setdefault("KULESHOV_SEGMENT_SECONDS", "3")
    os.environ["IMPORT_ROOTS"] = str(folder() / "import")
    for name in ("media", "uploads", "import"):
        (folder() / name).mkdir(parents=True, exist_ok=True)


def queued(queues: Iterable[str]) -> int:
    """Return how many messages wait in this run's queues."""
    with _broker() as client:
        return sum(int(client.llen(f"{queue_prefix()}{queue}")) for queue in queues)


def drop_queues(prefix: str) -> None:
    """Delete every key at the broker that begins with a run's prefix."""
    with _broker() as client:
        for key in client.scan_iter(f"{prefix}*"):
            client.delete(key)


@contextmanager
def _broker() -> Iterator[Any]:
    # A bare client on kombu's connections: kombu's own would add the prefix again.
    from catalog.celery import app  # noqa: PLC0415 (settings may not load before `take`)

    with app.connection_for_write() as broker:
        channel: Any = broker.default_channel
        yield redis.Redis(connection_pool=channel.client.connection_pool)


def leave() -> None:
    """Remove this run's folder."""
    shutil.rmtree(folder(), ignore_errors=True)


def dead_runs(names: Iterable[str]) -> list[str]:
    """Return the names, such as test_kuleshov_123, whose run is no longer alive."""
    return [name for name in names if not _is_alive(name.removeprefix(PREFIX))]


def _is_alive(number: str) -> bool:
    if not number.isdigit():
        return True  # not one of ours to judge
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
