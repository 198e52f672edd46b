"""Shots to representations: masks, appearance and colours from stills, flow from signals."""

from __future__ import annotations

import time
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from catalog.files import local_path
from catalog.models import EncoderVersion, Shot, ShotMask, ShotVector, Slot, Title
from catalog.stills import still_key
from mlcore.matching.colour import colour_statistics
from mlcore.matching.masks import area, centred, pack, placed, to_bit_string
from mlcore.matching.motion import measure_motion
from pipelines.encoders import Encoders, live_versions, load_encoders
from pipelines.media.reader import read_stills
from pipelines.media.writer import write_jpeg
from pipelines.rows import copy_rows
from pipelines.segment import load_signals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlcore.shots.signals import Signals
    from pipelines.jobs import Claim

BATCH_SHOTS = 16
LONG_SHOT_SECONDS = 10.0
INNER_EVERY_SECONDS = 2.0
STILL_WIDTH = 640
# A movement is read over ten frames of film on its side of the cut.
FLOW_SECONDS = 0.4

Family = EncoderVersion.Family
Picture = NDArray[np.uint8]


class Moment(NamedTuple):
    """One looked-at frame of a shot."""

    shot: Shot
    slot: str
    frame: int


def moments_of(shot: Shot) -> list[Moment]:
    """Head, middle and tail of a shot; every two seconds too when it is long."""
    last = shot.end_frame - 1
    found = [
        Moment(shot, Slot.HEAD, shot.first_frame),
        Moment(shot, Slot.MIDDLE, shot.first_frame + shot.frames // 2),
        Moment(shot, Slot.TAIL, last),
    ]
    if shot.seconds > LONG_SHOT_SECONDS:
        step = INNER_EVERY_SECONDS * float(shot.title.rate)
        inner = np.arange(shot.first_frame + step, last, step).round().astype(int)
        found += [Moment(shot, Slot.INNER, int(frame)) for frame in inner]
    return found


def represent(claim: Claim) -> None:
    """Write the representations of shots that have none; stopped, it goes on by shot."""
    title = claim.title
    encoders, versions = load_encoders(), live_versions()
    signals = load_signals(title)
    waiting = list(title.shots.filter(represented=False).select_related("title"))
    queue, done, keyframes = iter(waiting), 0, 0
    began = time.monotonic()
    while batch := list(islice(queue, BATCH_SHOTS)):
        keyframes += _represent_batch(claim, batch, encoders, versions, signals)
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


def _represent_batch(
    claim: Claim,
    shots: list[Shot],
    encoders: Encoders,
    versions: dict[str, EncoderVersion],
    signals: Signals,
) -> int:
    title = claim.title
    moments = [moment for shot in shots for moment in moments_of(shot)]
    stills = read_stills(local_path(title.proxy_key), [m.frame for m in moments], None)
    publish_stills(title, [m.frame for m in moments], stills)
    pictures = [crop_to_picture(still, title) for still in stills]
    masks = _mask_rows(moments, pictures, encoders, versions[Family.MASK], title)
    vectors = [
        *_appearance_rows(moments, pictures, encoders, versions),
        *_flow_rows(shots, signals, versions[Family.FLOW], title),
    ]
    with claim.writing():
        ShotMask.objects.filter(shot__in=shots).delete()
        ShotVector.objects.filter(shot__in=shots).delete()
        copy_rows("catalog_shotmask", MASK_COLUMNS, masks)
        copy_rows("catalog_shotvector", VECTOR_COLUMNS, vectors)
        Shot.objects.filter(pk__in=[shot.pk for shot in shots]).update(represented=True)
    return len(moments)


def publish_stills(
    title: Title, frames: Sequence[int], stills: Sequence[Picture]
) -> None:
    """Keep whole proxy frames as JPEG for the pages; one that is there stays."""
    for frame, still in zip(frames, stills, strict=True):
        path = local_path(still_key(title, frame))
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_jpeg(path, fitted(still, STILL_WIDTH))


def fitted(picture: Picture, width: int) -> Picture:
    """The picture at most `width` wide, its proportions kept."""
    height, now = picture.shape[:2]
    if now <= width:
        return picture
    size = (width, max(1, round(height * width / now)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def crop_to_picture(still: Picture, title: Title) -> Picture:
    """Cut letterbox and pillarbox bars off a (h, w, 3) frame of the proxy."""
    x, y, w, h = title.probe["active_picture"]
    height, width = still.shape[:2]
    left, top = round(x * width), round(y * height)
    right, bottom = round((x + w) * width), round((y + h) * height)
    return np.ascontiguousarray(still[top:bottom, left:right])


def _mask_rows(
    moments: list[Moment],
    pictures: list[Picture],
    encoders: Encoders,
    version: EncoderVersion,
    title: Title,
) -> list[tuple[object, ...]]:
    rows = []
    for moment, picture in zip(moments, pictures, strict=True):
        if moment.shot.role != Shot.Role.PICTURE:
            continue
        found = encoders.segmenter.segment(picture)
        if found is None:
            continue
        where = placed(found.coverage)
        shape = centred(found.coverage, title.picture_aspect)
        if where is None or shape is None:
            continue
        rows.append(
            (
                moment.shot.pk, version.pk, moment.slot, moment.frame, found.subject,
                found.score, area(found.coverage),
                to_bit_string(pack(where)), to_bit_string(pack(shape)),
            )
        )  # fmt: skip
    return rows


def _appearance_rows(
    moments: list[Moment],
    pictures: list[Picture],
    encoders: Encoders,
    versions: dict[str, EncoderVersion],
) -> list[tuple[object, ...]]:
    looks = encoders.appearance.encode(pictures)
    rows: list[tuple[object, ...]] = []
    for moment, picture, look in zip(moments, pictures, looks, strict=True):
        colours = colour_statistics(picture)
        at = (moment.slot, moment.frame)
        rows.append(
            (moment.shot.pk, versions[Family.APPEARANCE].pk, *at, text(look), None)
        )
        rows.append(
            (moment.shot.pk, versions[Family.COLOUR].pk, *at, text(colours), None)
        )
    return rows


def _flow_rows(
    shots: list[Shot], signals: Signals, version: EncoderVersion, title: Title
) -> list[tuple[object, ...]]:
    window = max(2, round(FLOW_SECONDS * float(title.rate)))
    rows: list[tuple[object, ...]] = []
    for shot in shots:
        if shot.role != Shot.Role.PICTURE:
            continue
        for moment in moments_of(shot):
            first, end = flow_window(moment, window)
            motion = measure_motion(signals.flow[first:end], title.rate)
            if motion is not None:
                rows.append(
                    (shot.pk, version.pk, moment.slot, moment.frame,
                     text(motion.vector), motion.speed)
                )  # fmt: skip
    return rows


def flow_window(moment: Moment, window: int) -> tuple[int, int]:
    """Frames whose flow speaks of a moment: after a head, before a tail, around others.

    The flow of a shot's first frame compares it with another shot: left out.
    """
    shot, frame = moment.shot, moment.frame
    if moment.slot == Slot.HEAD:
        first = shot.first_frame + 1
    elif moment.slot == Slot.TAIL:
        first = shot.end_frame - window
    else:
        first = frame - window // 2
    first = max(first, shot.first_frame + 1)
    return first, max(first, min(first + window, shot.end_frame))


def text(vector: NDArray[np.float32]) -> str:
    """A vector in the text form pgvector reads."""
    return "[" + ",".join(f"{value:.6g}" for value in vector) + "]"


MASK_COLUMNS = [
    "shot_id", "version_id", "slot", "frame", "subject", "confidence", "area",
    "placed", "centred",
]  # fmt: skip
VECTOR_COLUMNS = ["shot_id", "version_id", "slot", "frame", "vector", "magnitude"]
