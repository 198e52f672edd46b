"""Where the scores of a cut's neighbouring frames lie: one file a cut, by content."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from catalog.models import EncoderVersion

if TYPE_CHECKING:
    from catalog.matchcuts import CutSide, MatchCut

# Raised whenever the same frames would be scored, or written, in another way.
OFFSETS_VERSION = 2
# Frames either side of the matched one that are compared.
REACH = 12


def offsets_key(cut: MatchCut) -> str:
    """File key of the scores around a cut: the same frames are compared once."""
    actives = EncoderVersion.objects.of_shots().order_by("family")
    text = json.dumps(
        [
            *(OFFSETS_VERSION, REACH, cut.kind),
            [_side(cut.leaving), _side(cut.entering)],
            list(actives.values_list("family", "pk")),
        ]
    )
    digest = hashlib.sha256(text.encode()).hexdigest()[:40]
    return f"offsets/{digest[:2]}/{digest}.json"


def _side(side: CutSide) -> list[object]:
    return [side.title.proxy_key, side.first_frame, side.end_frame, side.frame]
