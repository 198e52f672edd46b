"""Stills that people give to search by: known by their first bytes, never decoded here."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from catalog.services import Refused, keep_picture

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.files.uploadedfile import UploadedFile as Uploaded

    UploadedFile = Uploaded[bytes]

# JPEG and PNG; WebP is RIFF....WEBP. No more than the sandbox opens.
SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


def keep_still(upload: UploadedFile) -> str:
    """Keep a picture somebody gives and return its key; the worker's sandbox opens it.

    Raises Refused for what is no picture or too large.
    """
    check_still(upload)
    return keep_picture(upload.chunks())


def pieces_of(upload: UploadedFile | None) -> Iterator[bytes] | None:
    """Return a picture somebody gives, in pieces; None where none is given. Raises Refused."""
    if upload is None:
        return None
    check_still(upload)
    return iter(upload.chunks())


def check_still(given: UploadedFile | BinaryIO) -> None:
    """Raise Refused for what does not begin as a picture does."""
    given.seek(0)
    head = given.read(12)
    given.seek(0)
    if not (head.startswith(SIGNATURES) or _is_webp(head)):
        raise Refused("This is not a picture: choose a JPEG, PNG or WebP file.")


def _is_webp(head: bytes) -> bool:
    return head.startswith(b"RIFF") and head[8:12] == b"WEBP"
