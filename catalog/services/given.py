"""Pictures that people give, as they come in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.services.titles import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PICTURE_LIMIT_BYTES = 32 << 20


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
