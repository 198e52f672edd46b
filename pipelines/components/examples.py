"""What finished titles and people chose, cut by cut: what a recommender learns from."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from catalog.models import (
    Acceptance,
    ComponentEmbedding,
    ComponentFinding,
    EditingComponent,
    Shot,
    Title,
)
from mlcore.components.suggesting.context import Contexts, contexts_of
from mlcore.components.suggesting.learning import PLAIN
from mlcore.components.suggesting.manner import with_manner
from mlcore.components.suggesting.measures import (
    MEASURES,
    SHOT_MEASURES,
    measured,
    measured_shot,
)
from pipelines.components.sides import Sides

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from catalog.models import EncoderVersion

SURE = 0.5
"""Confidence below which a finding is more likely wrong than right, and is left out."""

Category = EditingComponent.Category
CUTS, SHOTS = "cut", "shot"
CATEGORIES = {CUTS: (Category.TRANSITION,), SHOTS: EditingComponent.ON_A_SHOT}
"""What is suggested for either: a sticker's or a text's place and words are the editor's."""

Where = tuple[int, int, int, int]
"""Leaving shot and frame, entering shot and frame"""


@dataclass(frozen=True)
class Known:
    """Components that come into question, with where they stand and how often each was used."""

    keys: tuple[str, ...]
    embeddings: NDArray[np.float64]
    """(K, D)"""


@dataclass(frozen=True)
class Examples:
    """Cuts and what each has."""

    contexts: Contexts
    used: NDArray[np.int64]
    """(n,) places in Known, PLAIN for a plain cut"""
    titles: NDArray[np.int64]
    """(n,) the leaving title's key: a hold-out keeps titles whole"""


def known_components(version: EncoderVersion, categories: Sequence[str]) -> Known:
    """Return the offered components of some categories by a version's embeddings.

    Those of transitions are followed by how each goes, which is not the encoder's to tell.
    """
    rows = (
        ComponentEmbedding.objects.filter(
            version=version, component__category__in=categories, component__offered=True
        )
        .select_related("component")
        .order_by("component__key")
    )
    kept = [(row.component.key, row.vector) for row in rows]
    vectors = np.array([vector for _, vector in kept], np.float64)
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True) if kept else 1.0
    keys, embeddings = tuple(key for key, _ in kept), vectors / lengths
    if tuple(categories) == CATEGORIES[CUTS] and kept:
        embeddings = with_manner(keys, embeddings)
    return Known(keys, embeddings)


def cut_examples(version: EncoderVersion, known: Known) -> Examples:
    """Return every cut of which something is known: by detection, or since people chose.

    Only titles whose production lets its footage train. What people chose counts before
    what was found. Cuts with a component that is not known are left out.
    """
    place = {key: at for at, key in enumerate(known.keys)}
    used = _found(version, place) | _chosen(place)
    return _measured(used)


def shot_examples(version: EncoderVersion, known: Known) -> Examples:
    """Return every shot of which something is known, in the same way.

    A shot with two components, of two categories, is an example of each.
    """
    place = {key: at for at, key in enumerate(known.keys)}
    found = [*_found_on_shots(version, place), *_chosen_for_shots(place)]
    shots = {shot.pk: shot for shot, _ in found}
    contexts = shot_contexts([shot for shot, _ in found], list(shots.values()))
    return Examples(
        contexts,
        np.array([used for _, used in found], np.int64),
        np.array([shot.title_id for shot, _ in found], np.int64),
    )


def _found_on_shots(
    version: EncoderVersion, place: dict[str, int]
) -> list[tuple[Shot, int]]:
    rows = ComponentFinding.objects.filter(
        version=version,
        shot__isnull=False,
        confidence__gte=SURE,
        title__kind=Title.Kind.CUT,
        title__production__may_train=True,
    ).select_related("component", "shot__title")
    found = []
    for row in rows.order_by("pk"):
        if row.shot is None:
            continue
        if row.answer == ComponentFinding.Answer.NOTHING:
            found.append((row.shot, PLAIN))
        elif row.component is not None and row.component.key in place:
            found.append((row.shot, place[row.component.key]))
    return found


def _chosen_for_shots(place: dict[str, int]) -> list[tuple[Shot, int]]:
    rows = Acceptance.objects.standing().filter(
        entering_title__isnull=True, leaving_title__production__may_train=True
    )
    found = []
    for row in rows.select_related("component"):
        shot = _shot_around(row.leaving_title_id, row.leaving_frame)
        key = row.component.key if row.component else None
        if shot is not None and (key is None or key in place):
            found.append((shot, PLAIN if key is None else place[key]))
    return found


def _found(version: EncoderVersion, place: dict[str, int]) -> dict[Where, int]:
    """Finished titles: what stands between two shots that follow one another."""
    findings = ComponentFinding.objects.filter(
        version=version,
        cut_frame__isnull=False,
        confidence__gte=SURE,
        title__kind=Title.Kind.CUT,
        title__production__may_train=True,
    ).select_related("component")
    by_cut = {(row.title_id, row.cut_frame): row for row in findings}
    used: dict[Where, int] = {}
    shots = Shot.objects.filter(title__in={title for title, _ in by_cut})
    for a, b in pairwise(shots.order_by("title_id", "first_frame")):
        row = by_cut.get((b.title_id, b.first_frame))
        if row is None or a.title_id != b.title_id:
            continue
        if row.answer == ComponentFinding.Answer.NOTHING:
            used[_where(a, b)] = PLAIN
        elif row.component is not None and row.component.key in place:
            used[_where(a, b)] = place[row.component.key]
    return used


def _chosen(place: dict[str, int]) -> dict[Where, int]:
    """The newest standing choice for each cut; its shots are those around its frames now."""
    rows = Acceptance.objects.standing().filter(
        entering_title__isnull=False,
        leaving_title__production__may_train=True,
        entering_title__production__may_train=True,
    )
    used: dict[Where, int] = {}
    for row in rows.select_related("component"):
        a = _shot_around(row.leaving_title_id, row.leaving_frame)
        b = _shot_around(row.entering_title_id, row.entering_frame)
        if a is None or b is None:
            continue
        key = row.component.key if row.component else None
        if key is None or key in place:
            where = (a.pk, row.leaving_frame, b.pk, row.entering_frame or 0)
            used.setdefault(where, PLAIN if key is None else place[key])
    return used


def _shot_around(title: int | None, frame: int | None) -> Shot | None:
    around = Shot.objects.filter(
        title=title, first_frame__lte=frame, end_frame__gt=frame
    )
    return around.select_related("title").first()


def _where(a: Shot, b: Shot) -> Where:
    return a.pk, a.end_frame - 1, b.pk, b.first_frame


def _measured(used: dict[Where, int]) -> Examples:
    keys = {shot for where in used for shot in (where[0], where[2])}
    shots = Shot.objects.select_related("title").in_bulk(keys)
    contexts = contexts_at(list(used), list(shots.values()))
    titles = [shots[where[0]].title_id for where in used]
    return Examples(
        contexts,
        np.array(list(used.values()), np.int64),
        np.array(titles, np.int64),
    )


def contexts_at(cuts: Sequence[Where], shots: Sequence[Shot]) -> Contexts:
    """Return the contexts of cuts among these shots, titles read."""
    sides = Sides(shots)
    rows = [measured(sides.at(a, out), sides.at(b, into)) for a, out, b, into in cuts]
    return contexts_of(MEASURES, rows)


def shot_contexts(wanted: Sequence[Shot], shots: Sequence[Shot]) -> Contexts:
    """Return the contexts of these shots, read with all of `shots`, titles read."""
    sides = Sides(shots)
    rows = [
        measured_shot(sides.at(shot.pk, shot.first_frame + shot.frames // 2))
        for shot in wanted
    ]
    return contexts_of(SHOT_MEASURES, rows)


def usage(known: Known, used: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return (K,) how often each component was used."""
    something = used[used != PLAIN]
    return np.bincount(something, minlength=len(known.keys)).astype(np.float64)
