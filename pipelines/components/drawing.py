"""What drawing a component needs in this process: its program, and the artwork."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

import torch
from django.conf import settings

from mlcore.components.artwork import Artwork, ArtworkError, load_artwork
from mlcore.components.component import Category, Component
from mlcore.components.programs.registry import PROGRAMS
from pipelines.errors import PipelineError

if TYPE_CHECKING:
    from catalog.models import EditingComponent

# Beside the networks' weights, where set-up places it.
ARTWORK = "artwork.safetensors"
NEEDS_ARTWORK = ("sticker", "text")


def drawable(row: EditingComponent) -> Component:
    """The component of a row, with the settings of the row.

    Raises PipelineError when this release has no program of that name.
    """
    # Pool children share the cores: more threads each would only wait for one another.
    torch.set_num_threads(settings.TORCH_THREADS)
    category = cast("Category", row.category)
    if (category, row.base) not in PROGRAMS:
        raise PipelineError(f"{row.label} is no longer drawn by this release.")
    return Component(category, row.base, row.preset, row.settings)


def artwork_for(component: Component) -> Artwork | None:
    """The pictures and letters it draws with; None for one that draws with none.

    Raises PipelineError that names the file when the artwork is missing or broken.
    """
    if component.category not in NEEDS_ARTWORK:
        return None
    try:
        return _artwork()
    except ArtworkError as error:
        raise PipelineError(str(error)) from None


@cache
def _artwork() -> Artwork:
    return load_artwork(Path(settings.WEIGHTS_ROOT) / ARTWORK)
