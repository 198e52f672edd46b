"""What the clock rings for, besides the sweep."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from django.conf import settings

from catalog.models import Job

LEFTOVER_SECONDS = 24 * 3600.0
# Hours of a GPU are in them, and a person may come back to one that was stopped.
STAGES_SECONDS = 14 * LEFTOVER_SECONDS
# Under the media folder.
LEFT_IN = ("work/*", "searches/*", "exports/*/*.zip")


def clear_leftovers(now: float | None = None) -> int:
    """Remove half-done files nobody has touched for a day; returns how many.

    Those are work folders of titles with nothing to do, uploads that broke off, pictures
    that were searched by, and ZIPs of loops that were there to be taken. Finished stages
    of edits that were stopped or failed are kept for two weeks.
    """
    clock = time.time() if now is None else now
    before = clock - LEFTOVER_SECONDS
    busy = {f"title-{key}" for key in _busy_titles()}
    removed = 0
    for path in _leftovers():
        if path.name not in busy and path.stat().st_mtime < before:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            removed += 1
    return removed + _clear_stages(clock - STAGES_SECONDS)


def _clear_stages(before: float) -> int:
    unfinished = Job.objects.unfinished().filter(kind=Job.Kind.EDIT)
    going = {str(key) for key in unfinished.values_list("edit", flat=True)}
    removed = 0
    for folder in Path(settings.MEDIA_ROOT).glob("edits/*/stages"):
        if folder.parent.name not in going and folder.stat().st_mtime < before:
            shutil.rmtree(folder)
            removed += 1
    return removed


def _busy_titles() -> list[int]:
    found = Job.objects.unfinished().filter(title__isnull=False)
    return list(found.values_list("title", flat=True))


def _leftovers() -> list[Path]:
    derived, uploads = Path(settings.MEDIA_ROOT), Path(settings.UPLOAD_ROOT)
    own = [found for where in LEFT_IN for found in derived.glob(where)]
    return [*own, *uploads.glob("*.part")]
