"""Claim a job, say still alive, do its stages, write down the end."""

from __future__ import annotations

import logging
import os
import platform
import re
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import torch
from django.conf import settings
from django.db import connection, transaction

from catalog.dispatch import ring_after_commit
from catalog.models import Job, Title
from pipelines.errors import PipelineError
from pipelines.media.errors import SandboxUnavailable, UnreadableMedia

log = logging.getLogger(__name__)

Work = Callable[["Claim"], None]
LONGEST_DEVICE = 40
"""Characters of a device's name on a job's row"""


class LostClaim(Exception):
    """Another attempt has the job now: stop, and write nothing."""


class Finished(Exception):
    """Nothing is left to do, though stages are."""


class Cancelled(Exception):
    """A person asked for an end."""


class Claim:
    """One attempt at one job: its pulse, its progress, its fence."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.lost = threading.Event()
        self._over = threading.Event()
        self._written_at = 0.0

    @property
    def title(self) -> Title:
        """The title this job is about. Raises ValueError when there is none."""
        if self.job.title is None:
            raise ValueError(f"{self.job} names no title")
        return self.job.title

    def do_stages(self, stages: Mapping[str, Work]) -> None:
        """Do each stage in order; one finished by an earlier attempt is not done again."""
        for number, (name, work) in enumerate(stages.items(), start=1):
            if name in self.job.seconds:
                continue
            self._write(
                stage=name,
                stage_number=number,
                stages=len(stages),
                progress=0.0,
                pace="",
            )
            began = time.monotonic()
            work(self)
            self.job.finished.append([name, round(time.monotonic() - began, 3)])
            self._write(finished=self.job.finished, progress=1.0)

    def progress(self, share: float, pace: str = "") -> None:
        """Say how much of the stage is done, 0 to 1; a row write at most twice a second.

        Raises LostClaim or Cancelled when the work should stop here.
        """
        if self.lost.is_set():
            raise LostClaim
        if time.monotonic() - self._written_at >= 0.5:
            self._write(progress=min(1.0, max(0.0, share)), pace=pace[:40])
            if Job.objects.filter(pk=self.job.pk, cancel_asked=True).exists():
                raise Cancelled

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction behind the fence: it commits only while the claim is ours."""
        with transaction.atomic():
            mine = Job.objects.select_for_update().filter(
                pk=self.job.pk, attempt=self.job.attempt, state=Job.State.RUNNING
            )
            if not mine.exists():
                raise LostClaim
            yield

    @contextmanager
    def alive(self) -> Iterator[None]:
        """Renew the lease from a thread with its own connection."""
        thread = threading.Thread(target=self._pulse, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    def _pulse(self) -> None:
        try:
            while not self._over.wait(settings.JOB_BEAT_SECONDS):
                self._beat_once()
        finally:
            connection.close()

    def _beat_once(self) -> None:
        try:
            if not self.job.beat():
                self.lost.set()
        except Exception:  # a database that restarts is no reason to stop beating
            log.warning("no heartbeat for %s", self.job, exc_info=True)
            connection.close()

    def _write(self, **fields: object) -> None:
        self._written_at = time.monotonic()
        if not self.job.write(**fields):
            raise LostClaim


def run_claimed(job_id: int, work: Mapping[str, Work]) -> None:
    """Do one job if it can be claimed; its row records the end, whatever it is."""
    job = Job.objects.claim(job_id, worker=worker_name(), device=device())
    if job is None:
        return
    claim = Claim(job)
    job.note(f"attempt {job.attempt} on {job.worker} ({job.device})")
    try:
        with claim.alive(), suppress(Finished):
            work[job.kind](claim)
        job.end(Job.State.DONE)
    except LostClaim:
        log.warning("%s went to another attempt", job)
    except Cancelled:
        _fail(job, Job.State.CANCELLED, "Cancelled; press Retry to go on.")
    except (PipelineError, UnreadableMedia) as error:
        _end_after(job, str(error), again=not error.permanent)
    except SandboxUnavailable as error:
        _end_after(job, str(error), again=False)
    except Exception as error:
        log.exception("%s failed", job)
        job.note(traceback.format_exc(limit=-4))
        _end_after(job, f"{type(error).__name__}: {error}", again=True)


def _end_after(job: Job, sentence: str, *, again: bool) -> None:
    if not again:
        _fail(job, Job.State.FAILED, sentence)
    elif job.attempt >= settings.JOB_ATTEMPTS:
        _fail(job, Job.State.QUARANTINED, f"{sentence} (tried {job.attempt} times)")
    else:
        _make_ready(job, sentence)


@transaction.atomic
def _make_ready(job: Job, sentence: str) -> None:
    job.note(f"attempt {job.attempt} failed, trying again: {sentence}")
    if job.write(state=Job.State.READY, error=sentence, lease_until=None):
        ring_after_commit(job.pk, job.queue)


@transaction.atomic
def _fail(job: Job, state: str, sentence: str) -> None:
    job.note(sentence)
    if job.end(state, sentence) and job.kind == Job.Kind.INGEST and job.title:
        job.title.fail(sentence)


def worker_name() -> str:
    """Host and process number, as the jobs page shows it."""
    return f"{platform.node()}:{os.getpid()}"


@cache
def device() -> str:
    """The device this worker really computes on."""
    if torch.cuda.is_available():
        return torch.cuda.get_device_name(0)[:LONGEST_DEVICE]
    return processor()


@cache
def processor() -> str:
    """This machine's processor, and what torch makes use of in it: sums hang on both.

    Names are often hidden from virtual machines, families and models are not.
    """
    told = _cpuinfo()
    name = told.get("model name") or platform.processor() or platform.machine()
    name = re.sub(r"\((R|TM)\)|\bCPU\b|\bProcessor\b|@.*", "", name, flags=re.I)
    numbers = [told[each] for each in ("cpu family", "model") if each in told]
    marks = [".".join(numbers), torch.backends.cpu.get_cpu_capability()]
    said = f" ({', '.join(filter(None, marks))})"
    return f"{' '.join(name.split())[: LONGEST_DEVICE - len(said)]}{said}"


def _cpuinfo() -> dict[str, str]:
    """What Linux says of the first processor, by name."""
    try:
        first, *_ = Path("/proc/cpuinfo").read_text(encoding="utf-8").split("\n\n")
    except OSError:
        return {}
    pairs = [line.partition(":") for line in first.splitlines()]
    return {name.strip(): said.strip() for name, _, said in pairs}
