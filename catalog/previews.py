"""A component's own moving picture and still, as the library shows them: file keys."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.models import EditingComponent

# Raised whenever the same component would be rendered to another picture.
RENDER_VERSION = 1


def preview_key(component: EditingComponent) -> str:
    """File key of the clip: a component with other settings is another picture."""
    return f"{_stem(component)}.mp4"


def preview_still_key(component: EditingComponent) -> str:
    """File key of the frame that stands for it."""
    return f"{_stem(component)}.jpg"


def _stem(component: EditingComponent) -> str:
    said = [RENDER_VERSION, component.key, component.settings]
    text = json.dumps(said, sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()[:40]
    return f"components/{digest[:2]}/{digest}"
