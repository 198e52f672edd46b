"""Which shots encoders may learn from, and which they are judged by: split by title."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from catalog.labels import first_versions, is_held_out
from catalog.models import EncoderVersion, Shot, Title, TrainingRun

if TYPE_CHECKING:
    from django.db.models import QuerySet

Spans = dict[str, list[list[int]]]
"""Title to the [first frame, end frame] of its shots; text, as keys of JSON are."""

MOVING = ("motion", "action", EncoderVersion.Family.CLIP)
"""Kinds whose verdicts say something about how shots move: a clip encoder's labels."""


@dataclass(frozen=True, kw_only=True)
class FootageSplit:
    """Shots by title, to train on and held out for ever."""

    shots: Spans = field(default_factory=dict)
    held_out: Spans = field(default_factory=dict)

    def count(self) -> int:
        """How many shots there are to train on."""
        return sum(map(len, self.shots.values()))

    def count_held_out(self) -> int:
        """How many shots are held out."""
        return sum(map(len, self.held_out.values()))


def trainable_titles() -> QuerySet[Title]:
    """Titles with a proxy whose production may train; not those that repeat another."""
    found = Title.objects.filter(
        production__may_train=True, state=Title.State.READY, same_as__isnull=True
    )
    return found.exclude(proxy_key="")


def split_footage() -> FootageSplit:
    """Return every picture shot there is to train on now.

    Versions of one film, and copies of one file, stand on one side. Of shots that show one
    thing the first stands, and none is trained on where any of them is held out.
    """
    roots = first_versions()
    files, groups = _held_out(roots)
    own: Spans = defaultdict(list)
    held: Spans = defaultdict(list)
    seen: set[tuple[bool, int]] = set()
    shots = Shot.objects.filter(
        title__in=trainable_titles(), role=Shot.Role.PICTURE
    ).order_by("title", "first_frame")
    rows: QuerySet[Shot, tuple[int, int, int, int | None, int | None]]
    rows = shots.values_list(
        "title", "first_frame", "end_frame", "group", "title__source"
    )
    for title, first, end, group, file in rows.iterator():
        out = is_held_out(roots[title])
        if not out and (group in groups or file in files):
            continue
        if group and (out, group) in seen:
            continue
        seen.add((out, group or 0))
        (held if out else own)[str(title)].append([first, end])
    return FootageSplit(shots=dict(own), held_out=dict(held))


def _held_out(roots: dict[int, int]) -> tuple[set[int], set[int]]:
    """Files, and groups of near-duplicates, that stand in the hold-out.

    Of all its titles, also those that cannot be read now: a later gate asks for them.
    """
    titles = Title.objects.filter(same_as__isnull=True).order_by()
    out = {
        key: file
        for key, file in titles.values_list("pk", "source")
        if is_held_out(roots[key])
    }
    grouped = Shot.objects.filter(group__isnull=False).order_by()
    groups = {
        group
        for title, group in grouped.values_list("title", "group").distinct()
        if title in out
    }
    return {file for file in out.values() if file}, groups


def new_shots(split: FootageSplit, family: str) -> int:
    """How many shots to train on no finished training of the family has seen."""
    runs = TrainingRun.objects.filter(family=family, version__isnull=False)
    known: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for frozen in runs.values_list("frozen__shots", flat=True):
        for title, spans in (frozen or {}).items():
            known[title].update((first, end) for first, end in spans)
    return sum(
        (first, end) not in known[title]
        for title, spans in split.shots.items()
        for first, end in spans
    )
