"""What people said of a title's older version, said of the newer one too."""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max, Q

from catalog.models import Acceptance, Bin, BinItem, CutChange, Title, Verdict
from catalog.recuts import FrameMap, read_map
from catalog.services.titles import Refused

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import QuerySet

SIDES = ("leaving", "entering")
CHOSEN = (
    *("component_id", "before", "after", "version_id"),
    *("rank", "confidence", "made_by_id"),
)
Columns = dict[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Carried:
    """What a title has of its older version."""

    older: Title
    verdicts: int
    of: int
    """Verdicts that stand on the older version."""
    cuts: int
    """Cuts that people have set or taken away, here."""
    share: float
    """Of the older version's frames, 0 to 1."""


def carried_to(title: Title) -> Carried | None:
    """What was carried to a title; None where no older version was looked at."""
    older, found = title.supersedes, read_map(title)
    if older is None or found is None:
        return None
    here = Q(leaving_title=title) | Q(entering_title=title)
    return Carried(
        older=older,
        verdicts=Verdict.objects.filter(here, carried_from__isnull=False).count(),
        of=_standing(older).count(),
        cuts=title.cut_changes.count(),
        share=found.frames / older.frames if older.frames else 0.0,
    )


def carry_changes(title: Title, older: Title, found: FrameMap) -> int:
    """Set the older version's cuts made by hand here too; returns how many.

    One is carried where the frames on both its sides still follow one another, and
    where no change of the newer version stands.
    """
    fresh = [
        CutChange(
            title=title,
            frame=here,
            action=change.action,
            made_by_id=change.made_by_id,
        )
        for change in older.cut_changes.all()
        if found.goes_on(change.frame)
        and (here := found.frame(change.frame)) is not None
    ]
    before = title.cut_changes.count()
    CutChange.objects.bulk_create(fresh, ignore_conflicts=True)
    return title.cut_changes.count() - before


@transaction.atomic
def carry_verdicts(title: Title, older: Title, found: FrameMap) -> int:
    """Repeat every standing verdict whose frames survive; returns how many are new.

    Who gave it and when stay the same. What was carried once is not carried again,
    also when it was undone here since.
    """
    there = Verdict.objects.filter(
        Q(leaving_title=title) | Q(entering_title=title), carried_from__isnull=False
    )
    done = set(there.values_list("carried_from", flat=True))
    move = _Move(title, older, found)
    fresh = []
    for verdict in _standing(older).order_by("made_at", "pk"):
        columns = move.columns(verdict)
        if verdict.pk in done or columns is None:
            continue
        fresh.append(
            Verdict(
                kind=verdict.kind,
                value=verdict.value,
                reason=verdict.reason,
                made_by_id=verdict.made_by_id,
                carried_from=verdict,
                **columns,
            )
        )
    Verdict.objects.bulk_create(fresh)
    for copy in fresh:
        # Its own time, so that the newest word on a pair is still the newest.
        copy.made_at = copy.carried_from.made_at  # type: ignore[union-attr]
    Verdict.objects.bulk_update(fresh, ["made_at"])
    return len(fresh)


@transaction.atomic
def carry_choices(title: Title, older: Title, found: FrameMap) -> int:
    """Repeat every standing choice of a component whose frames survive, as verdicts are.

    Returns how many are new.
    """
    here = Q(leaving_title=title) | Q(entering_title=title)
    there = Acceptance.objects.filter(here, carried_from__isnull=False)
    done = set(there.values_list("carried_from", flat=True))
    either = Q(leaving_title=older) | Q(entering_title=older)
    move = _Move(title, older, found)
    fresh = []
    for row in Acceptance.objects.standing().filter(either).order_by("made_at", "pk"):
        columns = move.columns(row)
        if row.pk in done or columns is None:
            continue
        kept = {name: getattr(row, name) for name in CHOSEN}
        fresh.append(Acceptance(**kept, carried_from=row, **columns))
    Acceptance.objects.bulk_create(fresh)
    for copy in fresh:
        copy.made_at = copy.carried_from.made_at  # type: ignore[union-attr]
    Acceptance.objects.bulk_update(fresh, ["made_at"])
    return len(fresh)


@transaction.atomic
def carry_bin(
    kept_in: Bin, title: Title, *, user: User | None
) -> tuple[list[BinItem], list[BinItem]]:
    """Repeat the bin's cuts of a title's older version for the title, at the bin's end.

    Returns (the new items, the items whose frames are gone). The old ones stay; one
    that was carried before is not carried again. Raises Refused when the title has no
    older version whose frames are known.
    """
    older, found = title.supersedes, read_map(title)
    if older is None or found is None:
        raise Refused(f"{title} has no older version whose frames are known here.")
    Bin.objects.select_for_update().get(pk=kept_in.pk)
    items = kept_in.items.filter(Q(leaving_title=older) | Q(entering_title=older))
    waiting = items.exclude(carried_to__in=_items_of(title)).select_related(
        "leaving_title", "entering_title"
    )
    place = kept_in.items.aggregate(last=Max("place"))["last"] or 0
    move = _Move(title, older, found)
    fresh: list[BinItem] = []
    gone = []
    for item in waiting:
        columns = move.columns(item)
        if columns is None:
            gone.append(item)
            continue
        place += 1
        fresh.append(_copy_of(item, columns, place=place, user=user))
    return BinItem.objects.bulk_create(fresh), gone


def _items_of(title: Title) -> QuerySet[BinItem]:
    return BinItem.objects.filter(Q(leaving_title=title) | Q(entering_title=title))


def _copy_of(
    item: BinItem, columns: Columns, *, place: int, user: User | None
) -> BinItem:
    return BinItem(
        bin_id=item.bin_id,
        place=place,
        kind=item.kind,
        score=item.score,
        parts=item.parts,
        transform=item.transform,
        note=item.note,
        made_by=user,
        carried_from=item,
        **columns,
    )


def _standing(title: Title) -> QuerySet[Verdict]:
    either = Q(leaving_title=title) | Q(entering_title=title)
    return Verdict.objects.filter(either, undone_at__isnull=True)


class _Move:
    """Frames of a verdict, a choice or an item, from the older version of a title to the newer."""

    def __init__(self, title: Title, older: Title, found: FrameMap) -> None:
        self._title, self._older, self._found = title, older, found
        self._shots = list(
            title.shots.order_by("first_frame").values_list("first_frame", "end_frame")
        )

    def columns(self, row: Verdict | BinItem | Acceptance) -> Columns | None:
        """The sides it has as columns of a new row; None when a frame is gone."""
        columns: Columns = {}
        for side in SIDES:
            if getattr(row, f"{side}_title_id") is None:
                continue
            moved = self._side(row, side)
            if moved is None:
                return None
            title, first, end, frame = moved
            columns |= {
                f"{side}_title_id": title,
                f"{side}_first": first,
                f"{side}_end": end,
                f"{side}_frame": frame,
            }
        return columns

    def _side(
        self, row: Verdict | BinItem | Acceptance, side: str
    ) -> tuple[int, int, int, int] | None:
        title, first, end, frame = (
            getattr(row, f"{side}_{name}")
            for name in ("title_id", "first", "end", "frame")
        )
        if title != self._older.pk:
            return title, first, end, frame
        here = self._found.frame(frame)
        shot = self._shot_of(here) if here is not None else None
        if here is None or shot is None:
            return None
        return (self._title.pk, *self._found.own_range(here, shot, (first, end)), here)

    def _shot_of(self, frame: int) -> tuple[int, int] | None:
        at = bisect(self._shots, frame, key=lambda shot: shot[0]) - 1
        shot = self._shots[at] if at >= 0 else None
        return shot if shot is not None and frame < shot[1] else None
