"""What tests of ingest share: a folder, a real worker, and waiting for a job's end."""

import shutil
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings

from catalog.models import Job, Title
from catalog.services import add_path, default_production, sweep_jobs
from tests.worker import Worker, WorkerTestCase

PATIENCE_SECONDS = 120.0


def ended(job: Job, worker: Worker, patience: float = PATIENCE_SECONDS) -> Job:
    """Return the job when it is over, sweeping as beat would; not longer than `patience`."""
    deadline, swept = time.monotonic() + patience, time.monotonic()
    while True:
        job.refresh_from_db()
        if job.is_over:
            return job
        if time.monotonic() > deadline:
            raise AssertionError(
                f"{job} is still {job.state}:\n{job.log}\n{worker.log()}"
            )
        if time.monotonic() - swept > 1:
            sweep_jobs()
            swept = time.monotonic()
        time.sleep(0.05)


def forget_derived() -> None:
    """Remove proxies, so that the same content is decoded again."""
    shutil.rmtree(settings.MEDIA_ROOT / "proxies", ignore_errors=True)


def board(title: Title, kind: str) -> list[tuple[str, int, int]]:
    """(kind, leaving index, entering index) of the title's board, best first."""
    live = (
        title.match_sets.get(live=True, scope="title")
        .candidates.on_board()
        .filter(kind=kind)
    )
    pairs = live.best_first().values_list("leaving__index", "entering__index")
    return [(kind, leaving, entering) for leaving, entering in pairs]


def digest(title: Title) -> list[tuple[object, ...]]:
    """All that a search of a title found, free of row numbers."""
    live = title.match_sets.get(live=True, scope="title").candidates.order_by("pk")
    return list(
        live.values_list(
            "kind", "rank", "leaving__first_frame", "entering__first_frame",
            "leaving_frame", "entering_frame", "score", "standing", "parts",
        )
    )  # fmt: skip


class IngestCase(WorkerTestCase):
    """A test that has files ingested by the shared worker."""

    def setUp(self) -> None:
        """Have a folder for footage, and nothing derived from footage of other tests."""
        super().setUp()
        forget_derived()
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def done(self, job: Job) -> Job:
        """Wait for a job that has to succeed."""
        ended(job, self.worker)
        if job.state != Job.State.DONE:
            raise AssertionError(f"{job} {job.state}: {job.error}\n{job.log}")
        return job

    def ingested(self, path: Path) -> Title:
        """Add a file and wait until it is ready."""
        title, job = add_path(path, default_production())
        self.done(job)
        title.refresh_from_db()
        return title
