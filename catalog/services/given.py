"""Pictures that people give, as they come in."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from catalog.services.titles import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PICTURE_LIMIT_BYTES = 32 << 20


@contextmanager
def kept_or_said(what: str) -> Iterator[None]:
    """Raise Refused where a file cannot be written: the disk is full, or not ours."""
    try:
        yield
    except OSError as error:
        raise Refused(
            f"{what} could not be kept ({error.strerror}): see to the server's disk, then ask again."
        ) from error


def within_limit(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Pass a picture's bytes on. Raises Refused as soon as there are too many, or none."""
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > PICTURE_LIMIT_BYTES:
            limit = PICTURE_LIMIT_BYTES >> 20
            raise Refused(f"The picture is larger than {limit} MiB.")
        yield piece
    if not size:
        raise Refused("The picture is empty.")
