from __future__ import annotations

import os
import re
import shutil
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from catalog.models import Job, Production, Title
from catalog.services.jobs import add_job

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.core.files.uploadedfile import UploadedFile as Uploaded

    from catalog.models import Look

    UploadedFile = Uploaded[bytes]

MEDIA_SUFFIXES = frozenset(
    (
        ".mp4",
        ".mov",
        ".m4v",
        ".mkv",
        ".webm",
        ".avi",
        ".mxf",
        ".mts",
        ".m2ts",
        ".ts",
        ".mpg",
        ".mpeg",
        ".m2v",
        ".vob",
        ".3gp",
    )
)
DEFAULT_PRODUCTION = "Unsorted"


class Refused(ValueError):
    """What was asked cannot be done; the message is one sentence for the person."""


def default_production() -> Production:
    """Return the production for titles added without one."""
    return Production.objects.get_or_create(name=DEFAULT_PRODUCTION)[0]


def media_files(path: Path) -> list[Path]:
    """Return the file itself, or the media files under a folder, sorted.

    Raises Refused when there is nothing there, or the system does not let us look.
    """
    try:
        return _media_files(path)
    except OSError as error:
        raise Refused(f"{path}: it cannot be read ({error.strerror}).") from None


def _media_files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise Refused(f"{path}: there is no such file or folder.")
    found = (
        Path(folder) / name for folder, _, names in os.walk(path) for name in names
    )
    files = sorted(
        file
        for file in found
        if file.suffix.lower() in MEDIA_SUFFIXES
        # A link could lead out of the import roots.
        and file.is_file()
        and not file.is_symlink()
        and not any(part.startswith(".") for part in file.relative_to(path).parts)
    )
    if not files:
        raise Refused(f"{path}: this folder holds no video files.")
    return files


@transaction.atomic
def add_from(
    path: Path,
    production: Production,
    *,
    user: User,
    kind: str = Title.Kind.CUT,
    supersedes: Title | None = None,
    look: Look | None = None,
) -> list[Title]:
    """Add a file, or every media file under a folder, that a person has named.

    Raises Refused; what lies outside the import roots is not even looked for.
    """
    if not _importable(path.resolve()):
        raise Refused("This path is not under a folder that titles may be taken from.")
    files = media_files(path)
    if supersedes is not None and len(files) > 1:
        raise Refused("A folder cannot be the new version of one title; name one file.")
    return [
        add_path(
            file, production, user=user, kind=kind, supersedes=supersedes, look=look
        )[0]
        for file in files
    ]


@transaction.atomic
def add_path(  # noqa: PLR0913  what a person says of a file
    path: Path,
    production: Production,
    *,
    user: User | None = None,
    kind: str = Title.Kind.CUT,
    supersedes: Title | None = None,
    look: Look | None = None,
    name: str = "",
) -> tuple[Title, Job]:
    """Add one file of this server as a title and ask for its ingest.

    A title that supersedes another has the next version number; with a look it is
    shown and compared in the look's colours.
    `user` None is the operator at the command line, who may name any path.
    Raises Refused when the user may not name this path or the disk is full.
    """
    resolved = path.resolve()
    if user is not None and not _importable(resolved):
        raise Refused("This path is not under a folder that titles may be taken from.")
    if not resolved.is_file():
        raise Refused(f"{path.name}: there is no such file.")
    _require_space()
    title = Title.objects.create(
        production=production,
        name=_name_of(name or resolved.stem),
        kind=kind,
        version=supersedes.version + 1 if supersedes else 1,
        supersedes=supersedes,
        look=look,
        added_path=str(resolved),
        added_by=user,
    )
    return title, _ask_ingest(title, user)


def add_upload(
    upload: UploadedFile,
    production: Production,
    *,
    user: User,
    kind: str = Title.Kind.CUT,
    supersedes: Title | None = None,
    look: Look | None = None,
) -> tuple[Title, Job]:
    """Keep an uploaded file under a name of our own and ask for its ingest.

    Raises Refused when it is too large for the limit or the disk.
    """
    size = upload.size or 0
    if size > settings.UPLOAD_LIMIT_BYTES:
        raise Refused(
            f"{upload.name}: larger than the {settings.UPLOAD_LIMIT_BYTES >> 30} GiB limit."
        )
    _require_space(size)
    suffix = Path(upload.name or "").suffix.lower()
    if suffix not in MEDIA_SUFFIXES:
        raise Refused(f"{upload.name}: this is not a video file name.")
    target = Path(settings.UPLOAD_ROOT) / f"{uuid.uuid4().hex}{suffix}"
    _store(upload, target)
    with transaction.atomic():
        title = Title.objects.create(
            production=production,
            name=_name_of(Path(upload.name or "upload").stem),
            kind=kind,
            version=supersedes.version + 1 if supersedes else 1,
            supersedes=supersedes,
            look=look,
            added_path=str(target),
            uploaded=True,
            added_by=user,
        )
        return title, _ask_ingest(title, user)


def _ask_ingest(title: Title, user: User | None) -> Job:
    return add_job(Job.Kind.INGEST, title, asked_by=user)


def _importable(path: Path) -> bool:
    return any(path.is_relative_to(root) for root in settings.IMPORT_ROOTS)


def _name_of(words: str) -> str:
    # Control characters in a name would reach pages, logs and timelines.
    plain = re.sub(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]", "", words)
    return plain.strip()[:300] or "Untitled"


def _store(upload: UploadedFile, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".part")
    with partial.open("wb") as out:
        for piece in upload.chunks():
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())
    partial.replace(target)


def _require_space(size: int = 0) -> None:
    root = Path(settings.VAR)
    free = shutil.disk_usage(root if root.exists() else root.parent).free
    if free < max(settings.FREE_DISK_BYTES, 2 * size):
        raise Refused(
            f"Only {free >> 20} MiB of disk are left: free some space, then add it again."
        )
