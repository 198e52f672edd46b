"""The command line of every long-lived program: for `make run`, the tests and docker-compose.yml."""

import sys

QUEUES = ("default", "interactive", "gpu")
# More than one film at a time only where cores are left over for the decoder's threads.
DEFAULT_CONCURRENCY = 2


def web_command(bind: str, *, python: str = sys.executable) -> list[str]:
    """Return gunicorn's command for an address such as 127.0.0.1:8000.

    Threads, because players hold a connection open for each clip they show.
    """
    return [
        *(python, "-m", "gunicorn", "catalog.wsgi", "--bind", bind),
        *("--worker-class", "gthread", "--workers", "2", "--threads", "8"),
        *("--timeout", "120", "--graceful-timeout", "5", "--no-control-socket"),
    ]


def worker_command(
    queues: str, *, concurrency: int, name: str = "", python: str = sys.executable
) -> list[str]:
    """Return the command of a prefork worker for queues such as "default,gpu".

    `name` tells workers of one machine apart; the queues are the name where it is empty.
    """
    return [
        *(python, "-m", "celery", "-A", "catalog", "worker", "--pool", "prefork"),
        *("--queues", queues, "--concurrency", str(concurrency)),
        *("--hostname", f"{name or queues.replace(',', '-')}@%h"),
        # Named here, so that no other program of ours loads torch for them.
        *("--include", "pipelines.tasks"),
        *("--without-gossip", "--without-mingle", "--loglevel", "INFO"),
    ]


def beat_command(*, python: str = sys.executable) -> list[str]:
    """Return the command of the clock that rings the sweep and the schedules."""
    return [python, "-m", "celery", "-A", "catalog", "beat", "--loglevel", "INFO"]


def manage_command(*words: str, python: str = sys.executable) -> list[str]:
    """Return a management command's line, to be run at the top of the tree."""
    return [python, "manage.py", *words]


def module_command(module: str, *words: str, python: str = sys.executable) -> list[str]:
    """Return the line that runs a module of ours, such as pipelines.weights."""
    return [python, "-m", module, *words]
