"""Which titles of a production a timeline means: by path, reel or name, and timecode."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING

from catalog.exports.paths import placed
from catalog.exports.rates import Counting, rate_named
from catalog.exports.reels import LENGTH, plain_reel
from catalog.exports.text import one_line
from catalog.imports.cutlist import ReadCut, ReadEvent, Unreadable
from catalog.models import Production, StorageRoot, Title

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Names = dict[str, list[Title]]


@dataclass(frozen=True, slots=True)
class Placed:
    """An event with its source: which frames of which title it shows, half-open."""

    event: ReadEvent
    source: Title
    frames: tuple[int, int]


def names_of(production: Production, user: User | None, title: Title | None) -> Names:
    """Titles by everything that a timeline may call them, in lower case."""
    found = Title.objects.filter(production=production, state=Title.State.READY)
    if user is not None:
        found = found.visible_to(user)
    if title is not None:
        found = found.exclude(pk=title.pk)
    roots = list(StorageRoot.objects.all())
    names: Names = {}
    for each in found.select_related("source").prefetch_related("source__locations"):
        for name in _called(each, roots):
            names.setdefault(name.lower(), []).append(each)
    return names


def _called(title: Title, roots: list[StorageRoot]) -> set[str]:
    paths = [title.added_path]
    if title.source is not None:
        paths += [place.path for place in title.source.locations.all()]
    files = [PurePosixPath(path) for path in paths]
    names = {*paths, *(file.name for file in files), *(file.stem for file in files)}
    elsewhere = {
        placed(path, roots, system) for path in paths for system in ("macos", "windows")
    }
    names |= {path for path in elsewhere if path is not None}
    names |= {title.name, title.reel, plain_reel(title.reel)}
    names |= {plain_reel(title.reel)[:LENGTH]}
    return names - {""}


def record_counting(
    read: ReadCut, names: Names, title: Title | None, rate: str
) -> Counting:
    """The record's rate: as given, the rendered cut's, the file's own, or the sources'."""
    if rate:
        return rate_named(rate)
    if title is not None:
        return title.rate, read.drop
    if read.counting is not None:
        return read.counting
    rates = Counter(
        found[0].rate
        for event in read.events
        for found in [next(_candidates(event, names), [])]
        if found
    )
    if not rates:
        raise Unreadable(_unknown(read.events))
    return rates.most_common(1)[0][0], read.drop


def _candidates(event: ReadEvent, names: Names) -> Iterator[list[Title]]:
    for hint in event.hints:
        whole = hint.lower()
        file = PureWindowsPath(hint).name.lower()
        for name in dict.fromkeys((whole, file, PureWindowsPath(file).stem)):
            if name in names:
                yield names[name]


def placed_events(read: ReadCut, names: Names, counting: Counting) -> list[Placed]:
    """Every event's source. Raises Unreadable with a sentence naming all unknown reels."""
    placed, unknown, outside = [], [], []
    for event in read.events:
        found = list(_candidates(event, names))
        if not found:
            unknown.append(event)
            continue
        where = _where(event, found, counting)
        if where is None:
            outside.append(event)
        else:
            placed.append(where)
    if unknown:
        raise Unreadable(_unknown(unknown))
    if outside:
        events = ", ".join(each.label for each in outside)
        raise Unreadable(
            f"The sources of event {events} are known, but none holds those timecodes."
        )
    return placed


def _where(
    event: ReadEvent, found: list[list[Title]], counting: Counting
) -> Placed | None:
    for titles in found:
        holding = [
            Placed(event, each, frames)
            for each in titles
            if (frames := event.frames_in(each, counting)) is not None
        ]
        rushes = [each for each in holding if each.source.kind == Title.Kind.RUSHES]
        best = rushes or holding
        if len(best) > 1:
            listed = " or ".join(str(each.source) for each in best)
            raise Unreadable(
                f"Event {event.label} could be {listed}: name the reels apart."
            )
        if best:
            return best[0]
    return None


def _unknown(events: Sequence[ReadEvent]) -> str:
    names = dict.fromkeys(_called_by(each) for each in events)
    listed = ", ".join(names)
    word = "reel" if len(names) == 1 else "reels"
    return f"No title of this production is the {word} {listed}; add the rushes first."


def _called_by(event: ReadEvent) -> str:
    return one_line(event.reel or event.clip_name or f"of event {event.label}", 80)
