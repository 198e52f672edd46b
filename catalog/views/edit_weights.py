"""Whether the weights of a back-end lie where this server sees them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from catalog.back_ends import BackEnd


def weights_here(back_end: BackEnd) -> str:
    """Say in one sentence what is missing; "" where nothing is.

    The worker looks for itself: it may see another disk.
    """
    if not back_end.weights:
        return ""
    folder = Path(settings.WEIGHTS_ROOT) / back_end.folder
    try:
        json.loads((folder / "model_index.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return f"Not placed. {back_end.wanted}"
    return ""
