"""What machines say of components, written down: each says it anew for its own version.

Detection and recommendation hand over plain rows; what they may say is checked here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction

from catalog.handles import room_of
from catalog.matchcuts import side_of
from catalog.models import (
    ComponentEmbedding,
    ComponentFinding,
    ComponentPlace,
    EditingComponent,
    Suggestion,
)
from pipelines.components.mapping import map_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from catalog.handles import Room
    from catalog.models import EncoderVersion, Shot, Title

AT_ONCE = 500


class Embedded(NamedTuple):
    """A component's vector, the mean over so many clips of it."""

    vector: NDArray[np.float32]
    clips: int


@transaction.atomic
def replace_embeddings(
    version: EncoderVersion, embedded: Mapping[str, Embedded], *, seed: int = 0
) -> int:
    """Write a version's embeddings by component key, and the map of them; returns how many.

    Keys without a row are left out: `list_components` comes first. Raises ValueError for
    a vector that has no direction, which is near to nothing.
    """
    rows = EditingComponent.objects.in_bulk(list(embedded), field_name="key")
    keys = sorted(rows)
    for key in keys:
        length = float((embedded[key].vector ** 2).sum())
        if not 0 < length < float("inf"):
            raise ValueError(f"the embedding of {key} has no direction")
    ComponentEmbedding.objects.filter(version=version).delete()
    ComponentPlace.objects.filter(version=version).delete()
    ComponentEmbedding.objects.bulk_create(
        [
            ComponentEmbedding(
                component=rows[key],
                version=version,
                vector=embedded[key].vector.tolist(),
                clips=embedded[key].clips,
            )
            for key in keys
        ],
        batch_size=AT_ONCE,
    )
    places = map_of([embedded[key].vector for key in keys], seed=seed)
    ComponentPlace.objects.bulk_create(
        [
            ComponentPlace(component=rows[key], version=version, x=x, y=y)
            for key, (x, y) in zip(keys, places.tolist(), strict=True)
        ],
        batch_size=AT_ONCE,
    )
    return len(keys)


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What detection says of one shot, or of one cut by its new shot's first frame.

    `component` is its key; None with a `category` is one that is not known, `nearest`
    the key of what that is most like; None without is that nothing lies there.
    """

    first_frame: int
    end_frame: int
    confidence: float
    shot: Shot | None = None
    cut_frame: int | None = None
    category: str = ""
    component: str | None = None
    nearest: str | None = None


@transaction.atomic
def replace_findings(
    title: Title, version: EncoderVersion, found: Sequence[Found]
) -> int:
    """Write what a version finds in a title in place of what it found before."""
    keys = {key for each in found for key in (each.component, each.nearest) if key}
    rows = EditingComponent.objects.in_bulk(keys, field_name="key")
    ComponentFinding.objects.filter(title=title, version=version).delete()
    made = [_finding(title, version, each, rows) for each in found]
    return len(ComponentFinding.objects.bulk_create(made, batch_size=AT_ONCE))


def _finding(
    title: Title,
    version: EncoderVersion,
    found: Found,
    rows: Mapping[str, EditingComponent],
) -> ComponentFinding:
    answer = ComponentFinding.Answer
    row = rows[found.component] if found.component is not None else None
    unknown = answer.UNKNOWN if found.category else answer.NOTHING
    return ComponentFinding(
        title=title,
        version=version,
        shot=found.shot,
        cut_frame=found.cut_frame,
        first_frame=found.first_frame,
        end_frame=found.end_frame,
        answer=answer.KNOWN if row else unknown,
        category=row.category if row else found.category,
        component=row,
        nearest=None if row else rows.get(found.nearest or ""),
        confidence=found.confidence,
    )


@dataclass(frozen=True, slots=True)
class Suggested:
    """One suggestion, in its place in the list; without a component: none at all.

    `before` and `after` are frames of the leaving title that a transition takes.
    """

    component: str | None
    confidence: float
    reason: str
    before: int = 0
    after: int = 0


@transaction.atomic
def replace_suggestions(
    version: EncoderVersion,
    leaving: tuple[Shot, int],
    entering: tuple[Shot, int] | None,
    suggested: Sequence[Suggested],
) -> list[Suggestion]:
    """Write what a version suggests for a cut, or for a shot, the best first.

    Sides are shots, titles read, with the frame that was looked at: of a cut, the last
    before it and the first after. Raises ValueError when using nothing is not among
    them, for a component that cannot be there, and for a transition that the handles do
    not allow.
    """
    keys = [each.component for each in suggested if each.component is not None]
    rows = EditingComponent.objects.offered().in_bulk(keys, field_name="key")
    room = room_of(side_of(*leaving), side_of(*entering)) if entering else None
    _check(suggested, rows, room)
    where = {
        "version": version,
        "leaving": leaving[0],
        "leaving_frame": leaving[1],
        "entering": entering[0] if entering else None,
        "entering_frame": entering[1] if entering else None,
    }
    Suggestion.objects.filter(**_sought(where)).delete()
    made = [
        Suggestion(
            **where,
            rank=rank,
            component=rows[each.component] if each.component is not None else None,
            confidence=each.confidence,
            reason=each.reason,
            before=each.before,
            after=each.after,
        )
        for rank, each in enumerate(suggested, start=1)
    ]
    return Suggestion.objects.bulk_create(made)


def _sought(where: Mapping[str, object]) -> dict[str, object]:
    return {
        name if value is not None else f"{name}__isnull": value
        if value is not None
        else True
        for name, value in where.items()
    }


def _check(
    suggested: Sequence[Suggested],
    rows: Mapping[str, EditingComponent],
    room: Room | None,
) -> None:
    if all(each.component is not None for each in suggested):
        raise ValueError("using nothing is always among the suggestions")
    for each in suggested:
        if each.component is None:
            continue
        if each.component not in rows:
            raise ValueError(f"{each.component} is not offered")
        crosses = rows[each.component].category == EditingComponent.Category.TRANSITION
        if crosses != (room is not None):
            raise ValueError(f"{each.component} cannot be there")
        if room is not None and not (
            each.before + each.after > 0 and room.allows(each.before, each.after)
        ):
            raise ValueError(
                f"{each.component} over {each.before} + {each.after} frames is more "
                f"than the handles allow, {room.before} + {room.after}"
            )
