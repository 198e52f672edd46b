"""Stills that people give to search by: known by their first bytes, never decoded here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.services import Refused, keep_picture

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile as Uploaded

    UploadedFile = Uploaded[bytes]

# JPEG, PNG, WebP (RIFF....WEBP), TIFF of either order.
SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\x00", b"MM\x00*")


def keep_still(upload: UploadedFile) -> str:
    """Keep a picture somebody gives and return its key; the worker's sandbox opens it.

    Raises Refused for what is no picture or too large.
    """
    check_still(upload)
    return keep_picture(upload.chunks())


def check_still(upload: UploadedFile) -> None:
    """Raise Refused for what does not begin as a picture does."""
    upload.seek(0)
    head = upload.read(12)
    upload.seek(0)
    if not (head.startswith(SIGNATURES) or _is_webp(head)):
        raise Refused("This is not a picture: choose a JPEG, PNG, WebP or TIFF file.")


def _is_webp(head: bytes) -> bool:
    return head.startswith(b"RIFF") and head[8:12] == b"WEBP"
