"""How each component looks: a clip and a still on two fixed photographs."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import torch

from catalog.files import local_path, publish, working_folder
from catalog.models import EditingComponent
from catalog.previews import preview_key, preview_still_key
from mlcore.components.drawing.render import render
from mlcore.components.stretch import Layout
from pipelines.components.drawing import artwork_for, drawable
from pipelines.components.materials import materials
from pipelines.errors import PipelineError
from pipelines.media.silent import write_silent
from pipelines.media.writer import write_jpeg

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from pipelines.jobs import Claim

    Pictures = NDArray[np.uint8]

LAYOUT = Layout(frames=48, height=180, width=320, seconds=4.0)
RATE = Fraction(LAYOUT.frames, 4)


def render_previews(claim: Claim) -> None:
    """Render what is missing of the components named, the still of each with its clip.

    Raises PipelineError when one cannot be drawn; the others are rendered all the same.
    """
    keys = claim.job.subject.get("components", [])
    rows = EditingComponent.objects.filter(pk__in=keys).order_by("key")
    _render_all(claim, list(rows))


def render_every_preview(claim: Claim) -> None:
    """Render what is missing of all that are offered; stopped, it goes on where it was."""
    _render_all(claim, list(EditingComponent.objects.offered()))


def _render_all(claim: Claim, rows: Sequence[EditingComponent]) -> None:
    folder = working_folder(f"preview-{claim.job.pk}")
    failed: list[str] = []
    for number, row in enumerate(rows):
        claim.progress(number / len(rows), f"{number + 1} of {len(rows)}")
        if not local_path(preview_key(row)).is_file():
            try:
                render_preview(row, folder)
            except PipelineError as error:
                failed.append(str(error))
    folder.rmdir()
    if failed:
        raise PipelineError(
            failed[0]
            if len(failed) == 1
            else f"{len(failed)} of {len(rows)} were not drawn; the first: {failed[0]}"
        )


def render_preview(row: EditingComponent, folder: Path) -> None:
    """Render one component by way of a folder for half-done files.

    Raises PipelineError when it cannot be drawn.
    """
    pictures = draw_preview(row)
    write_jpeg(folder / "still.jpg", pictures[still_of(row, pictures)])
    write_silent(pictures, RATE, folder / "clip.mp4")
    # The clip last: where it is, its still is too.
    publish(folder / "still.jpg", preview_still_key(row))
    publish(folder / "clip.mp4", preview_key(row))


def still_of(row: EditingComponent, pictures: Pictures) -> int:
    """Which picture stands for it: a transition's middle, anything else half under way.

    Half under way is where the first photograph is changed half as much as it ever is.
    """
    half = len(pictures) // 2
    if row.category == EditingComponent.Category.TRANSITION:
        return half
    plain = as_pictures(materials(LAYOUT)[0][:half]).astype(np.int16)
    changed = np.abs(pictures[:half] - plain).mean(axis=(1, 2, 3))
    return int(np.abs(changed - changed.max() / 2).argmin())


def draw_preview(row: EditingComponent) -> Pictures:
    """Return (t, h, w, 3) RGB of a component on the two photographs."""
    component = drawable(row)
    a, b = materials(LAYOUT)
    with torch.inference_mode():
        drawn = render(component, a, b, LAYOUT, artwork=artwork_for(component))
    return as_pictures(drawn)


def as_pictures(drawn: torch.Tensor) -> Pictures:
    """(t, 3, h, w) 0..1 as (t, h, w, 3) RGB uint8."""
    whole: Pictures = (
        (drawn * 255).round().to(torch.uint8).permute(0, 2, 3, 1).contiguous().numpy()
    )
    return whole
