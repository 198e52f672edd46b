"""From an editor's timeline to events of known titles, all of them or nothing."""

from __future__ import annotations

import hashlib
from itertools import pairwise
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from catalog.exports.rates import Counting, Unwritable
from catalog.exports.text import one_line
from catalog.imports import ReadCut, Unreadable, read_timeline
from catalog.imports.finding import (
    Placed,
    names_of,
    placed_events,
    record_counting,
)
from catalog.models import CutEvent, ImportedCut, Production, Title
from catalog.services.titles import Refused
from catalog.timecode import frame_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LONGEST = 24 * 3600 * 120  # frames


def import_cut(
    content: bytes,
    production: Production,
    *,
    user: User | None,
    title: Title | None = None,
    rate: str = "",
) -> ImportedCut:
    """Read an EDL or OTIO into a cut of this production.

    `title` is the rendered cut, where there is one; `rate` the record's where neither it
    nor the file says. Raises Refused, with one sentence that names every unknown reel,
    and then nothing has changed. `user` None may use every title of the production.
    """
    if title is not None and title.production_id != production.pk:
        raise Refused(f"{title} does not belong to {production}.")
    try:
        read = read_timeline(content)
        names = names_of(production, user, title)
        counting = record_counting(read, names, title, rate)
        placed = placed_events(read, names, counting)
        record = [each.event.record(counting) for each in placed]
    except (Unreadable, Unwritable) as error:
        raise Refused(str(error)) from None
    base = _base(record, title)
    _check_overlap(placed, record)
    return _written(read, content, production, (title, user), counting, [
        _row(each, (first - base, end - base)) for each, (first, end) in zip(placed, record, strict=True)
    ])  # fmt: skip


def _row(placed: Placed, record: tuple[int, int]) -> CutEvent:
    event = placed.event
    return CutEvent(
        source=placed.source,
        source_first=placed.frames[0],
        source_end=placed.frames[1],
        record_first=record[0],
        record_end=record[1],
        transition=event.transition,
        reel=one_line(event.reel, 255),
        clip_name=one_line(event.clip_name, 300),
    )


def _written(
    read: ReadCut,
    content: bytes,
    production: Production,
    whose: tuple[Title | None, User | None],
    counting: Counting,
    rows: list[CutEvent],
) -> ImportedCut:
    title, user = whose
    digest = hashlib.sha256(content).hexdigest()
    try:
        with transaction.atomic():
            cut = ImportedCut.objects.create(
                production=production,
                name=one_line(read.name, 300) or "Untitled",
                title=title,
                form=read.form,
                rate_num=counting[0].numerator,
                rate_den=counting[0].denominator,
                sha256=digest,
                made_by=user,
            )
            rows.sort(key=lambda row: row.record_first)
            for place, row in enumerate(rows, start=1):
                row.cut, row.place = cut, place
            CutEvent.objects.bulk_create(rows)
    except IntegrityError:
        there = production.cuts.get(sha256=digest)
        raise Refused(f"This timeline is already there, as {there}.") from None
    return cut


def _base(record: list[tuple[int, int]], title: Title | None) -> int:
    """The record frame that is frame 0 of the cut."""
    earliest, latest = min(first for first, _ in record), max(end for _, end in record)
    if latest - earliest > LONGEST:
        raise Refused("This timeline is longer than a day: its times are wrong.")
    if title is None:
        return earliest
    start = title.start_tc
    begins = frame_of(start, title.rate, drop=title.drop_frame) if start else 0
    for base in (begins, earliest):
        if base <= earliest and latest - base <= title.frames:
            return base
    raise Refused(
        f"The timeline does not fit {title}: it is longer than its {title.frames} frames."
    )


def _check_overlap(placed: list[Placed], record: list[tuple[int, int]]) -> None:
    order = sorted(zip(record, placed, strict=True), key=lambda each: each[0])
    for ((_, end), one), ((first, _), other) in pairwise(order):
        if first < end:
            raise Refused(
                f"Events {one.event.label} and {other.event.label} overlap on the "
                "record; flatten the cut."
            )
