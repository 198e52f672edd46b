"""What can be measured of an edit without knowing the answer.

Whether it is the target and whether neighbours are alike are said together or not at all:
what was not edited is as alike as can be.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from mlcore.editing.flicker import flicker_curves
from pipelines.editing.places import COVER, FRAMES, MADE, edit_of, needed
from pipelines.editing.reading import target_picture
from pipelines.encoders import load_encoders

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pipelines.jobs import Claim

    Bytes = NDArray[np.uint8]

AT_ONCE = 16
ROOM = 0.15
"""Of its sides: what is looked at around what was edited"""


def measure(claim: Claim) -> None:
    """Write measures and the flicker curve on the row."""
    edit = edit_of(claim)
    source, made = (np.asarray(needed(edit, name)) for name in (FRAMES, MADE))
    cover = np.asarray(needed(edit, COVER))
    measures = {
        "covered": float((cover > 0).mean()),
        "untouched_differ": int((made != source).any(axis=3)[cover == 0].sum()),
        **seen_as(source, made, cover, target_picture(edit), claim.progress),
    }
    of_made, of_source = flicker_curves(
        made,
        source,
        cover,
        lambda share: claim.progress(0.5 + 0.5 * share, "flicker"),
    )
    flicker = {"made": _rounded(of_made), "source": _rounded(of_source)}
    with claim.writing():
        edit.outcome = edit.outcome | {"measures": measures, "flicker": flicker}
        edit.save(update_fields=["outcome"])


def seen_as(
    source: Bytes,
    made: Bytes,
    cover: NDArray[np.float32],
    target: Bytes,
    say: Callable[[float, str], None],
) -> dict[str, Any]:
    """Return frame accuracy and consistency, as the appearance encoder sees it.

    Accuracy is the share of edited frames in which what was edited is nearer to the
    target's picture than what stood there before; consistency the mean cosine of
    neighbouring frames, of the source too. Empty where fewer than two frames were edited.
    """
    places = [index for index in range(len(cover)) if (cover[index] > 0).any()]
    if len(places) < 2:
        return {}
    encoder = load_encoders().appearance
    before, after = (
        _seen(frames, cover, places, partial(say, share))
        for share, frames in ((0.1, source), (0.3, made))
    )
    wanted = encoder.encode([_on_grey(target)])[0]
    return {
        "frame_accuracy": float((after @ wanted > before @ wanted).mean()),
        "consistency": _alike(after),
        "consistency_of_source": _alike(before),
        "frames_looked_at": len(places),
    }


def _seen(
    frames: Bytes,
    cover: NDArray[np.float32],
    places: list[int],
    say: Callable[[str], None],
) -> NDArray[np.float32]:
    """(n, D): what is around the edit in each frame; asks now and then whether to go on."""
    rows = []
    for at in range(0, len(places), AT_ONCE):
        say(f"comparing frame {at + 1} of {len(places)}")
        some = places[at : at + AT_ONCE]
        pictures = [_around(frames[index], cover[index]) for index in some]
        rows.append(load_encoders().appearance.encode(pictures))
    return np.concatenate(rows)


def _alike(rows: NDArray[np.float32]) -> float:
    return float((rows[1:] * rows[:-1]).sum(axis=1).mean())


def _around(frame: Bytes, cover: NDArray[np.float32]) -> Bytes:
    y, x = np.nonzero(cover > 0)
    room_y, room_x = (int(ROOM * (np.ptp(each) + 1)) + 1 for each in (y, x))
    top, left = max(0, y.min() - room_y), max(0, x.min() - room_x)
    part = frame[top : y.max() + room_y + 1, left : x.max() + room_x + 1]
    return np.ascontiguousarray(part)


def _on_grey(picture: Bytes) -> Bytes:
    if picture.shape[2] == 3:
        return picture
    cover = picture[..., 3:] / 255.0
    return np.asarray(picture[..., :3] * cover + 128 * (1 - cover), np.uint8)


def _rounded(curve: list[float]) -> list[float]:
    return [round(each, 5) for each in curve]
