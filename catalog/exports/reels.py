"""Reel names of at most eight characters, one for each source that they must tell apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.exports.sources import Source

LENGTH = 8
# An EDL's words for black and for a source without a reel.
RESERVED = {"BL", "AX"}


def plain_reel(reel: str) -> str:
    """The reel in the characters that every EDL reader takes, of any length."""
    return re.sub(r"\W+", "", reel, flags=re.ASCII)


def edl_reels(sources: Sequence[Source]) -> dict[int, str]:
    """A reel name for each source, by the source's key.

    A reel that fits keeps its name; sources of one reel share it unless their timecodes
    overlap. Two reels never share a name, whatever their first eight characters are.
    """
    taken: dict[str, list[Source]] = {}
    names: dict[int, str] = {}
    for source in sorted(sources, key=lambda each: not _fits(plain_reel(each.reel))):
        base = plain_reel(source.reel) or "REEL"
        for name in _tries(base):
            users = taken.setdefault(name.upper(), [])
            if name.upper() not in RESERVED and _may_join(source, users):
                users.append(source)
                names[source.key] = name
                break
    return names


def _fits(name: str) -> bool:
    return 0 < len(name) <= LENGTH


def _tries(base: str) -> Iterable[str]:
    yield base[:LENGTH]
    for number in count(2):
        end = f"_{number}"
        yield base[: LENGTH - len(end)] + end


def _may_join(source: Source, users: list[Source]) -> bool:
    return all(source.reel == user.reel and _apart(source, user) for user in users)


def _apart(one: Source, other: Source) -> bool:
    # Timecodes of two ways of counting cannot be told apart by number.
    same = (one.rate, one.drop) == (other.rate, other.drop)
    before, after = sorted((one, other), key=lambda each: each.start)
    return same and before.start + before.frames <= after.start
