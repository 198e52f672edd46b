"""Which frames around a cut meet best: every one of one side against every one of the other."""

from __future__ import annotations

import json
import math
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from catalog.files import local_path, publish, working_folder
from catalog.matchcuts import cut_of_candidate, cut_of_item
from catalog.models import BinItem, EncoderVersion, MatchCandidate, Shot, Slot
from catalog.offsets import OFFSETS_VERSION, REACH, offsets_key
from mlcore.matching.following import follow_subjects, one_of
from mlcore.matching.kinds import CLIP, SOUND
from mlcore.matching.masks import pack, placed
from mlcore.matching.moments import Slot as MatchingSlot
from mlcore.matching.observation import Observation
from mlcore.matching.offsets import Grid, matched_subjects, score_offsets
from pipelines.aligning import aligned
from pipelines.clips import Ending, vectors_around
from pipelines.encoders import live_kinds, load_encoders
from pipelines.errors import PipelineError
from pipelines.hearing import hear
from pipelines.media.reader import open_proxy, read_stills
from pipelines.media.sound import ProxySound
from pipelines.media.times import FrameTimes, times_path
from pipelines.moments import Moment, flow_window
from pipelines.segment import load_signals
from pipelines.stills import crop_to_picture, publish_stills
from pipelines.stretches import read_stretch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from decord import VideoReader
    from numpy.typing import NDArray

    from catalog.matchcuts import CutSide, MatchCut
    from mlcore.matching.kinds import Kind
    from mlcore.shots.signals import Signals
    from pipelines.jobs import Claim

    Picture = NDArray[np.uint8]

# Kinds that never ask how a picture looks: encoding fifty would take longer than all else.
LOOK_AT_NOTHING = {"frame", "motion", "action", "light", "sound", "clip"}


def find_offsets(claim: Claim) -> None:
    """Write the scores around one cut, and the stills of its frames; once is enough."""
    cut = _cut_of(claim.job.subject)
    key = offsets_key(cut)
    if local_path(key).exists():
        return
    found = offsets_of(cut)
    folder = working_folder(f"offsets-{claim.job.pk}")
    path = folder / "offsets.json"
    path.write_text(json.dumps(found), encoding="utf-8")
    publish(path, key)
    folder.rmdir()


def _cut_of(subject: dict[str, Any]) -> MatchCut:
    if "item" in subject:
        items = BinItem.objects.select_related("leaving_title", "entering_title")
        item = items.filter(pk=subject["item"]).first()
        if item is None:
            raise PipelineError("This cut is no longer in the bin; reload the page.")
        return cut_of_item(item)
    pairs = MatchCandidate.objects.select_related("leaving__title", "entering__title")
    candidate = pairs.filter(pk=subject.get("candidate", 0)).first()
    if candidate is None:
        raise PipelineError("This pair is no longer on the board; reload the page.")
    return cut_of_candidate(candidate)


@dataclass(frozen=True)
class _Side:
    """The frames around one side of a cut, decoded."""

    side: CutSide
    slot: Slot
    frames: list[int]
    proxy: VideoReader
    signals: Signals
    pictures: list[Picture]
    kept: Future[None]
    """Ends when the frames' stills are published."""

    @property
    def here(self) -> int:
        """The place of the matched frame."""
        return self.frames.index(self.side.frame)


def offsets_of(cut: MatchCut) -> dict[str, Any]:
    """Return what the file holds (docs/alignment.md); also publishes the stills.

    Raises PipelineError for a kind that there is no more.
    """
    kind, version = _live_kind(cut.kind)
    with ThreadPoolExecutor(4) as pool:
        # Stills wait for the disk, not for a processor: fifty would take half a second.
        read = partial(_read, keep=lambda *of: pool.submit(publish_stills, *of))
        both = (cut.leaving, cut.entering), (Slot.TAIL, Slot.HEAD)
        sides = list(pool.map(read, *both))
        observed = partial(_observed, kind=cut.kind, version=version)
        seen = list(pool.map(observed, sides))
    for side in sides:
        side.kept.result()
    grid = score_offsets(kind, *seen)
    here = sides[0].here, sides[1].here
    peak = grid.peak(here)
    masks = _masks(seen, here)
    titles = cut.leaving.title, cut.entering.title
    return {
        "version": OFFSETS_VERSION,
        "kind": cut.kind,
        "leaving_frames": sides[0].frames,
        "entering_frames": sides[1].frames,
        **_scores(grid),
        "peak": None if peak is None else list(peak),
        "here": list(here),
        "masks": {"leaving": _hexes(masks[0]), "entering": _hexes(masks[1])},
        "flow": {"leaving": _flow(sides[0]), "entering": _flow(sides[1])},
        "alignments": {
            name: aligned(titles, masks[0][cell[0]], masks[1][cell[1]])
            for name, cell in (("peak", peak or here), ("here", here))
        },
    }


def _live_kind(name: str) -> tuple[Kind[Any], EncoderVersion]:
    live = {kind.name: (kind, version) for kind, version in live_kinds()}
    if name not in live:
        raise PipelineError(
            f"There is no live kind {name!r}; there are {', '.join(live)}."
        )
    return live[name]


def _read(side: CutSide, slot: Slot, keep: Callable[..., Future[None]]) -> _Side:
    title = side.title
    first = max(side.first_frame, side.frame - REACH)
    frames = list(range(first, min(side.end_frame, side.frame + REACH + 1)))
    proxy = open_proxy(local_path(title.proxy_key))
    stills = read_stills(proxy, frames)
    kept = keep(title, frames, stills)
    pictures = [crop_to_picture(still, title) for still in stills]
    return _Side(side, slot, frames, proxy, load_signals(title), pictures, kept)


def _observed(side: _Side, kind: str, version: EncoderVersion) -> list[Observation]:
    encoders, title = load_encoders(), side.side.title
    subjects = follow_subjects(encoders.segmenter, side.pictures, side.here)
    heard = _heard(side) if kind == SOUND.name else [None] * len(side.frames)
    looks = (
        np.zeros((len(side.frames), 0), np.float32)
        if kind in LOOK_AT_NOTHING
        else encoders.appearance.encode(side.pictures)
    )
    moments = [_trimmed(side, frame) for frame in side.frames]
    clips: Sequence[NDArray[np.float32] | None] = [None] * len(moments)
    if kind == CLIP.name:
        clips = _clips(side, moments, version)
    return [
        Observation(
            slot=MatchingSlot[side.slot.upper()],
            rate=title.rate,
            aspect=title.picture_aspect,
            picture=side.pictures[n],
            subjects=subjects[n],
            appearance=looks[n],
            flow=side.signals.flow[flow_window(moment)],
            stretch=partial(read_stretch, title, side.proxy, moment),
            sound=heard[n],
            clip=clips[n],
        )
        for n, moment in enumerate(moments)
    ]


def _heard(side: _Side) -> list[NDArray[np.float32] | None]:
    proxy = local_path(side.side.title.proxy_key)
    times = FrameTimes.load(times_path(proxy))
    with ProxySound(proxy, "mono") as sound:
        return [hear(_trimmed(side, frame), times, sound) for frame in side.frames]


def _clips(
    side: _Side, moments: Sequence[Moment], version: EncoderVersion
) -> Sequence[NDArray[np.float32] | None]:
    """What the live clip encoder says of the clip that ends, or begins, at each."""
    shots = [moment.shot for moment in moments]
    endings = [Ending(side.slot, s.first_frame, s.end_frame) for s in shots]
    return vectors_around(side.side.title, side.proxy, endings, version)


def _trimmed(side: _Side, frame: int) -> Moment:
    """The moment as it would be if the shot were cut at this frame."""
    first, end = side.side.first_frame, side.side.end_frame
    if side.slot == Slot.TAIL:
        end = frame + 1
    else:
        first = frame
    shot = Shot(title=side.side.title, first_frame=first, end_frame=end)
    return Moment(shot, side.slot, frame)


def _masks(
    seen: list[list[Observation]], here: tuple[int, int]
) -> list[list[NDArray[np.bool_] | None]]:
    """The placed masks of the two subjects that meet at the matched frames."""
    pair = matched_subjects(seen[0][here[0]], seen[1][here[1]])
    found: list[list[NDArray[np.bool_] | None]] = []
    for side, start, number in zip(seen, here, pair, strict=True):
        chosen = one_of([one.subjects for one in side], start, number)
        found.append([None if one is None else placed(one.coverage) for one in chosen])
    return found


def _hexes(masks: list[NDArray[np.bool_] | None]) -> list[str | None]:
    return [None if mask is None else pack(mask).hex() for mask in masks]


def _scores(grid: Grid) -> dict[str, Any]:
    parts = {name: _cells(values) for name, values in grid.parts.items()}
    return {"scores": _cells(grid.scores), "parts": parts}


def _cells(values: NDArray[np.float32]) -> list[list[float | None]]:
    return [[None if math.isnan(v) else v for v in row] for row in values.tolist()]


def _flow(side: _Side) -> list[list[float] | None]:
    """Coarse flow into each frame; that of a shot's first frame compares two shots."""
    return [
        None
        if frame == side.side.first_frame
        else side.signals.flow[frame].astype(np.float32).ravel().round(6).tolist()
        for frame in side.frames
    ]
