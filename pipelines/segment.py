"""Signals to Shot rows: found, corrected by hand, given a role."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from django.db import transaction

from catalog.files import local_path
from catalog.models import CutChange, Shot, Title
from mlcore.shots.detect import find_shots
from mlcore.shots.roles import shot_role
from mlcore.shots.signals import Signals
from mlcore.spans import Span
from pipelines.components.crossings import crossings_of
from pipelines.cuts import likely_ends
from pipelines.media.reader import open_proxy, read_stills
from pipelines.stills import crop_to_picture

if TYPE_CHECKING:
    from pipelines.jobs import Claim

ROLE_STILL_WIDTH = 320


def segment(claim: Claim) -> None:
    """Find the title's shots and write what differs from the rows that are there."""
    title = claim.title
    signals = load_signals(title)
    likely = likely_ends(claim, len(signals))
    found = find_shots(signals, title.rate, likely=likely)
    hidden = crossings_of(claim, signals, found)
    found = with_changes(found, dict.fromkeys(hidden, CutChange.Action.SPLIT))
    with claim.writing():
        spans = with_changes(found, changes_of(title))
        replace_shots(title, spans)
    give_roles(claim, signals)


def load_signals(title: Title) -> Signals:
    """Per-frame measurements of the title, as recorded when it was decoded."""
    home = title.proxy_key.rpartition("/")[0]
    return Signals.load(local_path(f"{home}/signals.npy"))


def changes_of(title: Title) -> dict[int, str]:
    """Cuts set or taken away by hand: {frame: "split" or "merge"}."""
    return dict(title.cut_changes.values_list("frame", "action"))


def with_changes(spans: list[Span], changes: dict[int, str]) -> list[Span]:
    """Apply changes made by hand to detected spans; a change outside is left out."""
    if not spans:
        return []
    first, end = spans[0].first, spans[-1].end
    cuts = {span.first for span in spans}
    for frame, action in changes.items():
        if not first < frame < end:
            continue
        if action == CutChange.Action.SPLIT:
            cuts.add(frame)
        else:
            cuts.discard(frame)
    edges = [*sorted(cuts), end]
    return [Span(a, b) for a, b in pairwise(edges)]


@transaction.atomic
def replace_shots(title: Title, spans: list[Span]) -> None:
    """Make the rows say these spans. A row whose span is unchanged is kept whole."""
    rows = {Span(s.first_frame, s.end_frame): s for s in title.shots.all()}
    gone = [row.pk for span, row in rows.items() if span not in set(spans)]
    title.shots.filter(pk__in=gone).delete()
    fresh = []
    for index, span in enumerate(spans):
        row = rows.get(span)
        if row is None:
            fresh.append(
                Shot(
                    title=title, index=index, first_frame=span.first, end_frame=span.end
                )
            )
        elif row.index != index:
            title.shots.filter(pk=row.pk).update(index=index)
    Shot.objects.bulk_create(fresh, batch_size=1000)


def give_roles(claim: Claim, signals: Signals) -> None:
    """Tell picture from black, bars, slates and text, for shots not yet looked at."""
    title = claim.title
    proxy = open_proxy(local_path(title.proxy_key))
    waiting = list(title.shots.filter(represented=False))
    for number, shot in enumerate(waiting):
        frames = [shot.first_frame + shot.frames * k // 4 for k in (1, 2, 3)]
        stills = [
            crop_to_picture(still, title)
            for still in read_stills(proxy, frames, ROLE_STILL_WIDTH)
        ]
        shot.role = shot_role(signals[shot.first_frame : shot.end_frame], stills)
        claim.progress(number / len(waiting))
    with claim.writing():
        Shot.objects.bulk_update(waiting, ["role"], batch_size=500)
