"""The Celery app. The web side and the clock know task names only.

Workers are started with `--include pipelines.tasks`; nobody else loads torch. Of the
workers named `long` and `gpu`, which have the same queue, one takes jobs: the GPU's.
"""

import logging
import os
from typing import Any

from celery import Celery
from celery.signals import worker_ready, worker_shutting_down

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "catalog.settings")

app = Celery("kuleshov")
app.config_from_object("django.conf:settings", namespace="CELERY")
log = logging.getLogger(__name__)

QUEUE = "gpu"
GPU, LONG = "gpu@", "long@"
"""How the names of these workers begin, in docker-compose.yml"""
ANSWER_SECONDS = 2.0
SAY_AGAIN_SECONDS = 60.0


@worker_ready.connect
def leave_queue_to_gpu(sender: Any, **_: Any) -> None:
    """Have the processor's worker leave the queue where there is a GPU's."""
    name = str(sender.hostname)
    if name.startswith(GPU):
        _take_alone()
        # Neither hears the other while both are about to listen: so it is said again.
        sender.timer.call_repeatedly(SAY_AGAIN_SECONDS, _take_alone)
    elif name.startswith(LONG) and _is_there(GPU):
        log.warning("%s leaves the queue %s to the GPU's worker", name, QUEUE)
        sender.cancel_task_queue(QUEUE)


@worker_shutting_down.connect
def return_queue(sender: Any, **_: Any) -> None:
    """Have the processor's worker take jobs again where the GPU's is stopped."""
    if str(sender).startswith(GPU):
        app.control.add_consumer(QUEUE, **_named(LONG))


def _take_alone() -> None:
    app.control.cancel_consumer(QUEUE, **_named(LONG))


def _is_there(name: str) -> bool:
    """Ask on a connection of its own.

    One of the app's pool would stay about to read, and children that this worker forks
    later would read there, for ever, as kombu closes it in them.
    """
    with app.connection_for_write() as own:
        asked = _named(name)
        return bool(app.control.ping(timeout=ANSWER_SECONDS, connection=own, **asked))


def _named(name: str) -> dict[str, Any]:
    return {"pattern": f"{name}*", "matcher": "glob"}
