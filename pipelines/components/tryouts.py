"""A component on the very shots it is suggested for, read from their proxies."""

from __future__ import annotations

from bisect import bisect_right
from math import ceil
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import torch
from torch import Tensor

from catalog.files import local_path, publish, working_folder
from catalog.matchcuts import CutSide, cut_of_candidate
from catalog.models import EditingComponent, MatchCandidate
from catalog.services import Refused, moved_to
from catalog.tryouts import tryout_on_cut, tryout_on_shot
from mlcore.components.drawing.laying import lay
from pipelines.components.drawing import artwork_for, drawable
from pipelines.components.previews import as_pictures
from pipelines.errors import PipelineError
from pipelines.media.reader import open_proxy
from pipelines.media.silent import write_silent
from pipelines.media.times import FrameTimes, times_path

if TYPE_CHECKING:
    from fractions import Fraction

    from numpy.typing import NDArray

    from catalog.loops import Side
    from catalog.matchcuts import MatchCut
    from catalog.tryouts import Tryout
    from mlcore.components.artwork import Artwork
    from mlcore.components.component import Component
    from pipelines.components.previews import Pictures
    from pipelines.jobs import Claim

    Picture = NDArray[np.uint8]

# Large enough to judge by, small enough to be drawn while somebody waits.
WIDTH = 480
AT_ONCE = 24


def render_tryout(claim: Claim) -> None:
    """Write the clip that a job asks for: a candidate's cut, or one of its two shots.

    Raises PipelineError when the pair, the component or a proxy is no longer there.
    """
    subject = claim.job.subject
    row = EditingComponent.objects.filter(pk=subject.get("component", 0)).first()
    cut = _cut(subject)
    if row is None or cut is None:
        raise PipelineError("This pair or component is no longer there; reload.")
    plan, title = _planned(cut, row, subject), cut.leaving.title
    if subject.get("on") == "entering":
        title = cut.entering.title
    if local_path(plan.key).exists():
        return
    component = drawable(row)
    pictures = _drawn(plan, component, title.rate, artwork_for(component))
    folder = working_folder(f"tryout-{claim.job.pk}")
    write_silent(pictures, title.rate, folder / "tryout.mp4")
    publish(folder / "tryout.mp4", plan.key)
    folder.rmdir()


def _cut(subject: dict[str, Any]) -> MatchCut | None:
    found = MatchCandidate.objects.select_related("leaving__title", "entering__title")
    candidate = found.filter(pk=subject.get("candidate", 0)).first()
    if candidate is None:
        return None
    try:
        return moved_to(
            cut_of_candidate(candidate),
            leaving_frame=subject.get("out"),
            entering_frame=subject.get("in"),
        )
    except Refused as refused:
        raise PipelineError(str(refused)) from None


def _planned(cut: MatchCut, row: EditingComponent, subject: dict[str, Any]) -> Tryout:
    on = subject.get("on", "cut")
    if on == "cut":
        return tryout_on_cut(cut, row, subject["before"], subject["after"])
    side: CutSide = getattr(cut, on)
    return tryout_on_shot(side, row)


def _drawn(
    plan: Tryout, component: Component, rate: Fraction, artwork: Artwork | None
) -> Pictures:
    leaving = _frames(plan.leaving)
    with torch.inference_mode():
        if plan.entering is None:
            whole = lay(component, leaving, float(rate), artwork=artwork)
        else:
            whole = _crossed(plan, plan.entering, component, leaving, rate)
    return as_pictures(whole)


def _crossed(
    plan: Tryout, side: Side, component: Component, leaving: Tensor, rate: Fraction
) -> Tensor:
    """A plain, then A into B, then B plain."""
    length = plan.before + plan.after
    shown = _shown(plan, side, rate)
    entering = _frames(side, like=leaving)[[n - side.first_frame for n in shown]]
    plain = leaving[: len(leaving) - length]
    over = lay(
        component, leaving[len(plain) :], float(rate), entering=entering[:length]
    )
    return torch.cat([plain, over, entering[length:]])


def _shown(plan: Tryout, side: Side, rate: Fraction) -> list[int]:
    """B's frame at each frame of A's rate, from the transition's begin to B's end here.

    At the cut stands its first frame after it; the others are those shown so much
    earlier or later, however long its frames are.
    """
    times = FrameTimes.load(times_path(local_path(side.proxy_key)))
    begin = times.seconds(plan.into) - plan.before / rate
    starts = [times.seconds(n) for n in range(side.first_frame, side.end_frame)]
    count = max(
        plan.before + plan.after, ceil((times.seconds(side.end_frame) - begin) * rate)
    )
    places = (bisect_right(starts, begin + k / rate) - 1 for k in range(count))
    return [side.first_frame + max(0, place) for place in places]


def _frames(side: Side, like: Tensor | None = None) -> Tensor:
    """(t, 3, h, w) 0..1 of a side, small; fitted into the frame of `like` in black."""
    path = local_path(side.proxy_key)
    if not path.is_file():
        raise PipelineError("A proxy is gone; ingest its title again, then reload.")
    reader = open_proxy(path)
    shape = like.shape[-2:] if like is not None else _size(reader[0].shape)
    read: list[Picture] = []
    for begin in range(side.first_frame, side.end_frame, AT_ONCE):
        wanted = range(begin, min(begin + AT_ONCE, side.end_frame))
        batch = reader.get_batch(list(wanted)).asnumpy()
        read += [_fitted(each, *shape) for each in batch]
    stacked = torch.from_numpy(np.stack(read)).permute(0, 3, 1, 2)
    return stacked.float() / 255


def _size(shape: tuple[int, ...]) -> tuple[int, int]:
    """Height and width, both even, of a picture at most WIDTH wide."""
    scale = min(1.0, WIDTH / shape[1])
    return (
        max(8, round(shape[0] * scale / 2) * 2),
        max(8, round(shape[1] * scale / 2) * 2),
    )


def _fitted(picture: Picture, height: int, width: int) -> Picture:
    scale = min(height / picture.shape[0], width / picture.shape[1])
    tall = min(height, max(1, round(picture.shape[0] * scale)))
    wide = min(width, max(1, round(picture.shape[1] * scale)))
    canvas = np.zeros((height, width, 3), np.uint8)
    top, left = (height - tall) // 2, (width - wide) // 2
    canvas[top : top + tall, left : left + wide] = cv2.resize(
        picture, (wide, tall), interpolation=cv2.INTER_AREA
    )
    return canvas
