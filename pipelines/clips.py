"""The clips at both ends of a shot, read from the proxy, and their vectors."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from django.conf import settings
from django.db import transaction

from catalog.files import local_path
from catalog.models import Slot, Title
from mlcore.fit import place
from mlcore.videomae.sampling import stride_at
from mlcore.videomae.velocities import mean_speed
from pipelines.kinds import VECTOR_COLUMNS
from pipelines.media.reader import open_proxy
from pipelines.rows import copy_rows, text
from pipelines.stills import middle_square, read_small
from pipelines.trained import clips_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from decord import VideoReader
    from numpy.typing import NDArray

    from catalog.models import EncoderVersion, Shot
    from mlcore.videomae.config import AutoencoderConfig
    from mlcore.videomae.trained import TrainedClips

STRIDE = stride_at(24)
"""Frames of film from one frame of a clip to the next, as in training: a clip of 16 is a
second and a third. Titles of other rates have as many to the same time."""

STILL = 0.005
"""Heights of the picture from one frame of a clip to the next: what moves less as a whole
is as near to all that stands still, which is no match of motion. All but a hundredth of
what the encoder that ships was taught moves faster than .0078."""

BATCH_SHOTS = 16
"""Shots read and encoded at once: 32 clips, some megabytes at 64 pixels."""


class Ending(NamedTuple):
    """The first or the last clip of frames first..end - 1 of a title."""

    slot: str
    first: int
    end: int

    @property
    def frame(self) -> int:
        """The frame next to the cut."""
        return self.first if self.slot == Slot.HEAD else self.end - 1

    def frames(self, many: int, stride: int = STRIDE) -> list[int]:
        """Return which frames make the clip; a shorter shot is shown whole, and slower.

        Were its other end held instead, that it stops would be what is seen of it: first
        clips of short shots were near to all first clips, and last ones to last ones.
        """
        last, span = self.end - 1, stride * (many - 1)
        if last - self.first < span:
            whole = np.linspace(self.first, last, many).round()
            return [int(frame) for frame in whole]
        first = self.first if self.slot == Slot.HEAD else last - span
        return list(range(first, first + span + 1, stride))


def read_endings(
    title: Title,
    proxy: VideoReader,
    endings: Sequence[Ending],
    config: AutoencoderConfig,
) -> torch.Tensor:
    """Return (N, T, 3, size, size) uint8 RGB: the middle square of the active picture."""
    shrink = partial(middle_square, size=config.size)
    named = _named(title, endings, config)
    clips = [read_small(title, proxy, frames, shrink) for frames in named]
    return torch.from_numpy(np.stack(clips)).permute(0, 1, 4, 2, 3)


def vectors_around(
    title: Title,
    proxy: VideoReader,
    endings: Sequence[Ending],
    version: EncoderVersion,
) -> list[NDArray[np.float32] | None]:
    """Return (E,) of each of clips that lie over one another; each frame is read once.

    None of a clip that stands still.
    """
    device = place(None)
    trained = clips_of(version).to(device)
    config = trained.config
    named = _named(title, endings, config)
    every = sorted({frame for frames in named for frame in frames})
    small = read_small(title, proxy, every, partial(middle_square, size=config.size))
    at = {frame: number for number, frame in enumerate(every)}
    clips = np.stack([small[[at[frame] for frame in frames]] for frames in named])
    return _moving(trained, torch.from_numpy(clips).permute(0, 1, 4, 2, 3), device)


def _named(
    title: Title, endings: Sequence[Ending], config: AutoencoderConfig
) -> list[list[int]]:
    stride = stride_at(float(title.rate))
    return [each.frames(config.frames, stride) for each in endings]


def _moving(
    trained: TrainedClips, clips: torch.Tensor, device: torch.device
) -> list[NDArray[np.float32] | None]:
    vectors = np.asarray(trained.vectors(clips, device).numpy(), np.float32)
    moves = (mean_speed(clips) >= STILL).tolist()
    return [
        each if moving else None for each, moving in zip(vectors, moves, strict=True)
    ]


def fill_clips(
    title: Title,
    version: EncoderVersion,
    say: Callable[[float], None] = lambda _share: None,
    device: torch.device | None = None,
) -> int:
    """Write the clip vectors of a title's shots that a version lacks, beside all others.

    A clip that stands still has none. Returns how many shots were looked at; `say` hears
    the share. On what this worker has, if no device is named. Twice at once is as good as
    once. A title whose proxy is gone has none.
    """
    path = local_path(title.proxy_key) if title.proxy_key else None
    lacking = title.shots.pictures().exclude(vectors__version=version)
    shots = list(lacking.order_by("first_frame"))
    if not shots or path is None or not path.is_file():
        return 0
    torch.set_num_threads(settings.TORCH_THREADS)
    device = device or place(None)
    proxy, queue, done = open_proxy(path), iter(shots), 0
    trained = clips_of(version).to(device)
    while batch := list(islice(queue, BATCH_SHOTS)):
        endings = [end for shot in batch for end in endings_of(shot)]
        clips = read_endings(title, proxy, endings, trained.config)
        _write(title, version, batch, endings, _moving(trained, clips, device))
        done += len(batch)
        say(done / len(shots))
    return done


def endings_of(shot: Shot) -> list[Ending]:
    """The first and the last clip of a shot."""
    span = (shot.first_frame, shot.end_frame)
    return [Ending(Slot.HEAD, *span), Ending(Slot.TAIL, *span)]


def _write(
    title: Title,
    version: EncoderVersion,
    shots: Sequence[Shot],
    endings: Sequence[Ending],
    vectors: Sequence[NDArray[np.float32] | None],
) -> None:
    with transaction.atomic():
        # Another program may have filled them meanwhile, or new cuts replaced them.
        Title.objects.select_for_update().get(pk=title.pk)
        lacking = title.shots.filter(pk__in=[shot.pk for shot in shots]).exclude(
            vectors__version=version
        )
        wanted = set(lacking.values_list("pk", flat=True))
        rows = zip(
            (shot for shot in shots for _ in range(2)), endings, vectors, strict=True
        )
        copy_rows(
            "catalog_shotvector",
            VECTOR_COLUMNS,
            (
                (
                    *(shot.pk, title.pk, version.pk, ending.slot, ending.frame),
                    *(text(vector), None),
                )
                for shot, ending, vector in rows
                if vector is not None and shot.pk in wanted
            ),
        )
