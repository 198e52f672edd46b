"""From a file on disk to a title on the board, stage by stage."""

from __future__ import annotations

import hashlib
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection

from catalog.files import local_path, publish, working_folder
from catalog.looks import read_cube
from catalog.models import SourceFile, Title
from catalog.services import ask_across, ask_detection
from catalog.services.locations import record_location
from mlcore.painting import stretched
from mlcore.shots.signals import Frame, SignalRecorder, join_saved
from pipelines.carry import with_older
from pipelines.duplicates import group_duplicates
from pipelines.errors import PipelineError
from pipelines.jobs import Claim, Finished
from pipelines.match import match
from pipelines.media.cubes import hald_text
from pipelines.media.files import whole_file
from pipelines.media.finishing import finish_proxy
from pipelines.media.limits import Limits
from pipelines.media.probe import Probe, probe
from pipelines.media.proxies import write_proxy
from pipelines.media.segments import finished_markers
from pipelines.media.times import FrameTimes, times_path
from pipelines.represent import represent
from pipelines.segment import segment

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.media.segments import Segment

PIECE = 4 << 20


def ingest(claim: Claim) -> None:
    """Turn a new title into shots, representations and match candidates."""
    Title.objects.filter(pk=claim.title.pk).update(state=Title.State.WORKING, error="")
    claim.do_stages(
        {
            "hash": identify,
            "probe": look_at,
            "proxy": make_proxy,
            **with_older(claim.title, segment),
            "represent": represent,
            "duplicates": group_duplicates,
            "match": match,
        }
    )
    with claim.writing():
        Title.objects.filter(pk=claim.title.pk).update(
            state=Title.State.READY, error=""
        )
    ask_across(claim.title)
    ask_detection(claim.title)


def identify(claim: Claim) -> None:
    """Find the content key; a file the person may already see ends here."""
    title = claim.title
    path = source_path(title)
    key, size = content_key(path, claim.progress)
    with claim.writing():
        # Two ingests of one file at once: the second waits here and finds the first.
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key]
            )
        source = record_location(key, size, path)
        twin = twin_of(title, source)
        if twin is None:
            _take_source(title, source)
            return
        title.state, title.same_as = Title.State.DUPLICATE, twin
        title.error = f"Same as title {twin.pk}, {twin}."
        title.save(update_fields=["state", "same_as", "error"])
    claim.job.note(title.error)
    if title.uploaded and str(path) != twin.online_path():
        _forget_upload(path, source)
    raise Finished


def _take_source(title: Title, source: SourceFile) -> None:
    if title.source not in {None, source}:
        # A better copy was put in the place of a failed file: half-done work of the
        # old content must not be gone on with.
        shutil.rmtree(working_folder(f"title-{title.pk}"))
    title.source = source
    title.save(update_fields=["source"])


def _forget_upload(path: Path, source: SourceFile) -> None:
    # Another copy of the same bytes is kept, so nothing a person gave is lost.
    if source.locations.filter(online=True).exclude(path=str(path)).exists():
        source.locations.filter(path=str(path)).delete()
        path.unlink(missing_ok=True)


def twin_of(title: Title, source: SourceFile) -> Title | None:
    """The title that already shows this content to the person who adds it again."""
    others = Title.objects.filter(source=source).exclude(pk=title.pk)
    others = others.exclude(state=Title.State.DUPLICATE).order_by("pk")
    same = others.filter(production=title.production).first()
    if same is None and title.added_by is not None:
        same = others.visible_to(title.added_by).first()
    return same


def source_path(title: Title) -> Path:
    """Where the source can be read. Raises PipelineError when it is offline."""
    for place in (title.online_path(), title.added_path):
        if place and Path(place).is_file():
            return Path(place)
    if title.source is not None:
        title.source.locations.update(online=False)
    raise PipelineError(
        f"{Path(title.added_path).name}: the file is no longer where it was; "
        "bring it back or add it from its new place."
    )


def content_key(path: Path, say: Callable[[float, str], None]) -> tuple[str, int]:
    """Return (SHA-256 of the whole content in hex, size in bytes).

    `say` hears the share done and the pace. Raises PipelineError, one sentence.
    """
    digest, done = hashlib.sha256(), 0
    began = time.monotonic()
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            while piece := stream.read(PIECE):
                digest.update(piece)
                done += len(piece)
                pace = f"{done / 1e6 / (time.monotonic() - began + 1e-9):.0f} MB/s"
                say(done / max(size, 1), pace)
    except PermissionError:
        raise PipelineError(
            f"{path.name}: the service may not read this file; change its permissions."
        ) from None
    except OSError as error:
        raise PipelineError(
            f"{path.name}: reading failed ({error.strerror}); check the disk or share."
        ) from None
    if done == 0:
        raise PipelineError(f"{path.name}: the file is empty; copy it again.")
    return digest.hexdigest(), done


def limits() -> Limits:
    """What one untrusted file may cost here."""
    return Limits(require_bubblewrap=settings.REQUIRE_BUBBLEWRAP)


def look_at(claim: Claim) -> None:
    """Write down what the file says of itself."""
    title = claim.title
    found = probe(source_path(title), limits())
    with claim.writing():
        title.rate_num, title.rate_den = found.rate.as_integer_ratio()
        title.start_tc = found.start_timecode or ""
        title.drop_frame = found.drop_frame
        title.reel = found.reel[:255]
        title.probe = found.as_json()
        title.save(
            update_fields=[
                "rate_num",
                "rate_den",
                "start_tc",
                "drop_frame",
                "reel",
                "probe",
            ]
        )


def derived_folder(title: Title) -> str:
    """Key of the folder that holds what is derived from this title's content."""
    if title.source is None:
        raise ValueError(f"{title} has no content key yet")
    key = title.source.content_key
    # The same film in another look is another picture.
    look = f"-{title.look.sha256[:16]}" if title.look else ""
    return f"proxies/{key[:2]}/{key}{look}"


def make_proxy(claim: Claim) -> None:
    """Decode the source once: proxy, time table and signals, in checkpointed segments."""
    title = claim.title
    home = derived_folder(title)
    if not local_path(f"{home}/signals.npy").exists():
        _decode(claim, home)
    times = local_path(f"{home}/times.json")
    with claim.writing():
        title.frames = len(FrameTimes.load(times))
        title.proxy_key = f"{home}/proxy.mp4"
        title.save(update_fields=["frames", "proxy_key"])
    shutil.rmtree(working_folder(f"title-{title.pk}"), ignore_errors=True)


def _decode(claim: Claim, home: str) -> None:
    title = claim.title
    folder = working_folder(f"title-{title.pk}")
    seen = Probe.from_json(title.probe)
    tape = _Tape(claim, folder, seen)
    path = source_path(title)
    write_proxy(
        path,
        seen,
        folder,
        on_frame=tape.on_frame,
        on_segment=tape.on_segment,
        segment_seconds=settings.PROXY_SEGMENT_SECONDS,
        look=hald_text(read_cube(title.look.cube)) if title.look else "",
        limits=limits(),
    )
    finished = folder / "proxy.mp4"
    finish_proxy(path, seen, folder, finished, limits=limits())
    signals = folder / "signals.npy"
    tape.join(signals)
    publish(finished, f"{home}/proxy.mp4")
    publish(times_path(finished), f"{home}/times.json")
    # Last: its presence says that the others are there.
    publish(signals, f"{home}/signals.npy")


class _Tape:
    """Measures frames as they pass and keeps each segment's signals beside it."""

    def __init__(self, claim: Claim, folder: Path, seen: Probe) -> None:
        self._claim, self._folder = claim, folder
        self._levels = claim.title.levels
        self._expected = seen.frames or max(1, round(seen.seconds * seen.rate))
        self._recorder = SignalRecorder()
        self._next = self._resume()
        self._began, self._done = time.monotonic(), 0

    def _resume(self) -> int:
        # Signals are written before their segment is marked finished: those of a
        # segment that never was are measured again.
        whole = [marker.segment for marker in finished_markers(self._folder)]
        numbers = {piece.number for piece in whole}
        for piece in self._finished():
            if int(piece.stem.rpartition("-")[2]) not in numbers:
                piece.unlink()
        return whole[-1].end_frame if whole else 0

    def _finished(self) -> list[Path]:
        return sorted(self._folder.glob("signals-*.npy"))

    def on_frame(self, index: int, small_bgr: Frame) -> None:
        if self._levels:
            small_bgr = stretched(small_bgr, self._levels)
        if index < self._next:
            self._recorder.prime(small_bgr)
            return
        self._recorder.push(small_bgr)
        self._next += 1
        self._done += 1
        if self._done % 12 == 0:
            pace = f"{self._done / (time.monotonic() - self._began):.0f} frames/s"
            self._claim.progress(self._next / self._expected, pace)

    def on_segment(self, segment: Segment) -> None:
        signals = self._recorder.take()
        if len(signals) != segment.end_frame - segment.first_frame:
            raise RuntimeError(f"{len(signals)} frames were measured in {segment}")
        piece = self._folder / f"signals-{segment.number:05d}.npy"
        with whole_file(piece) as partial:
            signals.save(partial)

    def join(self, path: Path) -> None:
        join_saved(self._finished(), path)
