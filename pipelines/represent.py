"""Shots to representations: masks, appearance and colours from stills, flow from signals."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from catalog.files import local_path
from catalog.models import EncoderVersion, Shot, ShotMask, ShotVector, Title
from catalog.stills import still_key
from mlcore.matching.colour import look_colours
from mlcore.matching.masks import area, centred, pack, placed, to_bit_string
from mlcore.matching.motion import measure_motion
from pipelines.encoders import Encoders, live_versions, load_encoders
from pipelines.media.reader import open_proxy, read_stills
from pipelines.moments import Moment, flow_window, moments_of
from pipelines.rows import copy_rows, text
from pipelines.segment import load_signals
from pipelines.stills import crop_to_picture, publish_stills

if TYPE_CHECKING:
    import numpy as np
    from decord import VideoReader
    from numpy.typing import NDArray

    from mlcore.matching.segmenters import Silhouette
    from mlcore.shots.signals import Signals
    from pipelines.jobs import Claim

    Picture = NDArray[np.uint8]

BATCH_SHOTS = 16
MASK_COLUMNS = [
    "shot_id", "version_id", "slot", "frame", "subject", "confidence", "area",
    "placed", "centred",
]  # fmt: skip
VECTOR_COLUMNS = ["shot_id", "version_id", "slot", "frame", "vector", "magnitude"]

Family = EncoderVersion.Family
Row = tuple[Any, ...]


@dataclass(frozen=True)
class _Look:
    """What looking at one title needs."""

    title: Title
    proxy: VideoReader
    signals: Signals
    encoders: Encoders
    versions: dict[str, EncoderVersion]


def represent(claim: Claim) -> None:
    """Write the representations of shots that have none; stopped, it goes on by shot."""
    title = claim.title
    look = _Look(
        title=title,
        proxy=open_proxy(local_path(title.proxy_key)),
        signals=load_signals(title),
        encoders=load_encoders(),
        versions=live_versions(),
    )
    waiting = list(title.shots.filter(represented=False).select_related("title"))
    queue, done, keyframes = iter(waiting), 0, 0
    began = time.monotonic()
    while batch := list(islice(queue, BATCH_SHOTS)):
        keyframes += _represent_batch(claim, look, batch)
        done += len(batch)
        pace = (
            f"{1000 * (time.monotonic() - began) / max(keyframes, 1):.0f} ms a keyframe"
        )
        claim.progress(done / len(waiting), pace)
    with claim.writing():
        title.poster_key = still_key(title, poster_frame(title))
        title.save(update_fields=["poster_key"])


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
    subjects = _subjects(look, moments, pictures)
    masks = _mask_rows(look, moments, subjects)
    vectors = [
        *_appearance_rows(look, moments, pictures, subjects),
        *_flow_rows(look, moments),
    ]
    with claim.writing():
        ShotMask.objects.filter(shot__in=shots).delete()
        ShotVector.objects.filter(shot__in=shots).delete()
        copy_rows("catalog_shotmask", MASK_COLUMNS, masks)
        copy_rows("catalog_shotvector", VECTOR_COLUMNS, vectors)
        Shot.objects.filter(pk__in=[shot.pk for shot in shots]).update(represented=True)
    return len(moments)


def _subjects(
    look: _Look, moments: list[Moment], pictures: list[Picture]
) -> list[Silhouette | None]:
    """What stands in front in each picture; nothing does in black, slates and text."""
    segment = look.encoders.segmenter.segment
    return [
        segment(picture) if moment.shot.role == Shot.Role.PICTURE else None
        for moment, picture in zip(moments, pictures, strict=True)
    ]


def _mask_rows(
    look: _Look, moments: list[Moment], subjects: list[Silhouette | None]
) -> list[Row]:
    rows: list[Row] = []
    version = look.versions[Family.MASK].pk
    for moment, found in zip(moments, subjects, strict=True):
        if found is None:
            continue
        where = placed(found.coverage)
        shape = centred(found.coverage, look.title.picture_aspect)
        if where is None or shape is None:
            continue
        at = (moment.shot.pk, version, moment.slot, moment.frame)
        seen = (found.subject, found.score, area(found.coverage))
        rows.append(
            (*at, *seen, to_bit_string(pack(where)), to_bit_string(pack(shape)))
        )
    return rows


def _appearance_rows(
    look: _Look,
    moments: list[Moment],
    pictures: list[Picture],
    subjects: list[Silhouette | None],
) -> list[Row]:
    rows: list[Row] = []
    looks = look.encoders.appearance.encode(pictures)
    appearance = look.versions[Family.APPEARANCE].pk
    colour = look.versions[Family.COLOUR].pk
    for n, (moment, picture) in enumerate(zip(moments, pictures, strict=True)):
        subject = subjects[n]
        colours = look_colours(picture, subject.coverage if subject else None)
        at = (moment.slot, moment.frame)
        rows.append((moment.shot.pk, appearance, *at, text(looks[n]), None))
        rows.append((moment.shot.pk, colour, *at, text(colours), None))
    return rows


def _flow_rows(look: _Look, moments: list[Moment]) -> list[Row]:
    rows: list[Row] = []
    version = look.versions[Family.FLOW].pk
    for moment in moments:
        if moment.shot.role != Shot.Role.PICTURE:
            continue
        flow = look.signals.flow[flow_window(moment)]
        motion = measure_motion(flow, look.title.rate)
        if motion is not None:
            at = (moment.shot.pk, version, moment.slot, moment.frame)
            rows.append((*at, text(motion.vector), motion.speed))
    return rows
