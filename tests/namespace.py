"""What one test run calls its own: database, queues and folders, named by its pid."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from catalog import embedded

PREFIX = "test_kuleshov_"


def database_name() -> str:
    """Return the test database of this run."""
    return f"{PREFIX}{os.getpid()}"


def folder() -> Path:
    """Return the folder of this run; `media`, `uploads` and `import` lie in it."""
    return embedded.var_folder() / "tests" / str(os.getpid())


def take() -> None:
    """Point the environment at this run's own places. To be called before settings load."""
    os.environ["KULESHOV_QUEUE_PREFIX"] = f"{PREFIX}{os.getpid()}."
    os.environ["KULESHOV_MEDIA"] = str(folder() / "media")
    os.environ["KULESHOV_UPLOADS"] = str(folder() / "uploads")
    os.environ["IMPORT_ROOTS"] = str(folder() / "import")
    for name in ("media", "uploads", "import"):
        (folder() / name).mkdir(parents=True, exist_ok=True)


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
