"""A database, folders and queues of one measurement alone, and films ingested into them."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

from tests import namespace


@contextmanager
def scratch() -> Iterator[Path]:
    """Give the block Django on a fresh database, and a folder; both are gone afterwards.

    To be entered before anything that needs settings is imported.
    """
    # A measurement decodes nothing twice: one segment a film is enough.
    os.environ["KULESHOV_SEGMENT_SECONDS"] = "60"
    os.environ["KULESHOV_LOG"] = "WARNING"
    namespace.take()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "catalog.settings")
    django.setup()
    from catalog import embedded  # noqa: PLC0415
    from tests.runner import KuleshovRunner  # noqa: PLC0415

    with embedded.services(embedded.var_folder()):
        runner = KuleshovRunner(verbosity=0)
        runner.setup_test_environment()
        made = runner.setup_databases()
        folder = namespace.folder() / "films"
        folder.mkdir(parents=True, exist_ok=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            runner.teardown_databases(made)
            runner.teardown_test_environment()
            namespace.leave()


def ingested(path: Path, *, cube: str = "") -> object:
    """Ingest a film in this very program, seen in a look, and return its title, ready.

    Raises RuntimeError with the job's sentence when it fails.
    """
    from catalog.models import Job  # noqa: PLC0415
    from catalog.services import add_path, default_production, keep_look  # noqa: PLC0415
    from pipelines.jobs import run_claimed  # noqa: PLC0415
    from pipelines.work import WORK  # noqa: PLC0415

    production = default_production()
    look = keep_look(cube.encode(), "look", production, user=None) if cube else None
    title, job = add_path(path, production, look=look)
    run_claimed(job.pk, WORK)
    job.refresh_from_db()
    if job.state != Job.State.DONE:
        raise RuntimeError(f"{path.name}: {job.error}\n{job.log}")
    title.refresh_from_db()
    return title
