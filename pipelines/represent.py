"""Shots to representations, from stills, stretches of film, sound, and kept flow."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from catalog.files import local_path
from catalog.models import EncoderVersion, Shot, ShotMask, ShotVector, Title
from catalog.stills import still_key
from mlcore.matching.colour import look_colours
from mlcore.matching.kinds import Index, Kind
from mlcore.matching.moments import Slot as MatchingSlot
from mlcore.matching.observation import Observation
from mlcore.matching.stored import VectorRow
from pipelines.clips import fill_clips
from pipelines.encoders import Encoders, live_kinds, live_versions, load_encoders
from pipelines.hearing import hear
from pipelines.kinds import MASK_COLUMNS, VECTOR_COLUMNS, Row, stored_row
from pipelines.media.reader import open_proxy, read_stills
from pipelines.media.sound import ProxySound
from pipelines.media.times import FrameTimes, times_path
from pipelines.moments import Moment, flow_window, moments_of
from pipelines.rows import copy_rows
from pipelines.segment import load_signals
from pipelines.stills import crop_to_picture, publish_stills
from pipelines.stretches import read_stretch

if TYPE_CHECKING:
    import numpy as np
    from decord import VideoReader
    from numpy.typing import NDArray

    from mlcore.matching.segmenters import Silhouette
    from mlcore.shots.signals import Signals
    from pipelines.jobs import Claim

    Picture = NDArray[np.uint8]

BATCH_SHOTS = 16
Family = EncoderVersion.Family


@dataclass(frozen=True)
class _Look:
    """What looking at one title needs."""

    title: Title
    proxy: VideoReader
    signals: Signals
    encoders: Encoders
    versions: dict[str, EncoderVersion]
    kinds: list[tuple[Kind[Any], EncoderVersion]]
    times: FrameTimes
    sound: ProxySound


def represent(claim: Claim) -> None:
    """Write the representations of shots that have none; stopped, it goes on by shot."""
    title = claim.title
    proxy = local_path(title.proxy_key)
    with ProxySound(proxy, "mono") as sound:
        look = _Look(
            title=title,
            proxy=open_proxy(proxy),
            signals=load_signals(title),
            encoders=load_encoders(),
            versions=live_versions(),
            kinds=live_kinds(),
            times=FrameTimes.load(times_path(proxy)),
            sound=sound,
        )
        _represent_waiting(claim, look)
    for version in EncoderVersion.objects.filled(Family.CLIP):
        fill_clips(title, version, claim.progress)
    with claim.writing():
        title.poster_key = still_key(title, poster_frame(title))
        title.save(update_fields=["poster_key"])


def _represent_waiting(claim: Claim, look: _Look) -> None:
    shots = look.title.shots.filter(represented=False).select_related("title")
    waiting = list(shots)
    queue, done, keyframes = iter(waiting), 0, 0
    began = time.monotonic()
    while batch := list(islice(queue, BATCH_SHOTS)):
        keyframes += _represent_batch(claim, look, batch)
        done += len(batch)
        pace = (
            f"{1000 * (time.monotonic() - began) / max(keyframes, 1):.0f} ms a keyframe"
        )
        claim.progress(done / len(waiting), pace)


def poster_frame(title: Title) -> int:
    """The middle of the longest picture shot: what a film looks like for longest."""
    shots = sorted(title.shots.pictures(), key=lambda s: (-s.frames, s.index))
    chosen = shots[0] if shots else title.shots.first()
    return chosen.first_frame + chosen.frames // 2 if chosen else 0


def _represent_batch(claim: Claim, look: _Look, shots: list[Shot]) -> int:
    moments = [moment for shot in shots for moment in moments_of(shot)]
    frames = [moment.frame for moment in moments]
    stills = read_stills(look.proxy, frames)
    publish_stills(look.title, frames, stills)
    pictures = [crop_to_picture(still, look.title) for still in stills]
    seen = _observe(look, moments, pictures)
    vectors = _look_rows(look, moments, seen)
    masks: list[Row] = []
    for moment, one in zip(moments, seen, strict=True):
        for kind, version in _kinds_of(look, moment):
            rows = masks if kind.index is Index.MASKS else vectors
            rows += [stored_row(moment, version, row) for row in kind.represent(one)]
    with claim.writing():
        ShotMask.objects.filter(shot__in=shots).delete()
        ShotVector.objects.filter(shot__in=shots).delete()
        copy_rows("catalog_shotmask", MASK_COLUMNS, masks)
        copy_rows("catalog_shotvector", VECTOR_COLUMNS, vectors)
        Shot.objects.filter(pk__in=[shot.pk for shot in shots]).update(represented=True)
    return len(moments)


def _kinds_of(look: _Look, moment: Moment) -> list[tuple[Kind[Any], EncoderVersion]]:
    """Only pictures match: black, slates and text are looked at, and not compared."""
    return look.kinds if moment.shot.role == Shot.Role.PICTURE else []


def _observe(
    look: _Look, moments: list[Moment], pictures: list[Picture]
) -> list[Observation]:
    looks = look.encoders.appearance.encode(pictures)
    return [
        Observation(
            slot=MatchingSlot[moment.slot.upper()],
            rate=look.title.rate,
            aspect=look.title.picture_aspect,
            picture=pictures[n],
            subjects=_subjects(look, moment, pictures[n]),
            appearance=looks[n],
            flow=look.signals.flow[flow_window(moment)],
            stretch=partial(read_stretch, look.title, look.proxy, moment),
            sound=hear(moment, look.times, look.sound),
        )
        for n, moment in enumerate(moments)
    ]


def _subjects(look: _Look, moment: Moment, picture: Picture) -> tuple[Silhouette, ...]:
    """Who stands in front; nobody does in black, slates and text."""
    if moment.shot.role != Shot.Role.PICTURE:
        return ()
    return look.encoders.segmenter.subjects(picture)


def _look_rows(
    look: _Look, moments: list[Moment], seen: list[Observation]
) -> list[Row]:
    """How each moment looks, whatever it shows: near-duplicates are found by these."""
    rows: list[Row] = []
    for moment, one in zip(moments, seen, strict=True):
        coverage = one.subjects[0].coverage if one.subjects else None
        looks = {
            Family.APPEARANCE: one.appearance,
            Family.COLOUR: look_colours(one.picture, coverage),
        }
        rows += [
            stored_row(moment, look.versions[family], VectorRow(vector=vector))
            for family, vector in looks.items()
        ]
    return rows
