"""How the entering picture is laid on the leaving one, in an editor's numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from catalog.matchcuts import MatchCut
    from catalog.models import Title
    from catalog.views.heatmap import Offsets


@dataclass(frozen=True, slots=True)
class Alignment:
    """Scale, position (widths of the active picture) and rotation (degrees) of B.

    `name` says for which frames: here (the matched ones), peak, or match, which is
    what the search itself proposes. `found` holds more where the worker measured it.
    """

    name: str
    scale: float
    dx: float
    dy: float
    rotation: float
    mirror: bool
    title: Title
    found: dict[str, Any]

    @property
    def pixels(self) -> tuple[int, int] | None:
        """Position in pixels of the entering source, right and down."""
        width = self.title.probe.get("display_width")
        if not width:
            return None
        active = self.title.probe.get("active_picture", (0, 0, 1, 1))[2] * width
        return round(self.dx * active), round(self.dy * active)

    @property
    def frame_size(self) -> str:
        """The size those pixels are counted in."""
        probe = self.title.probe
        return f"{probe.get('display_width')}\u00d7{probe.get('display_height')}"

    @property
    def words(self) -> str:
        """All values in a line, to be pasted into a note or an inspector."""
        x, y = self.pixels or (0, 0)
        place = f"{self.dx:+.4f}, {self.dy:+.4f} widths"
        pixels = f" ({x:+d}, {y:+d} px of {self.frame_size})" if self.pixels else ""
        mirror = ", mirrored" if self.mirror else ""
        return (
            f"scale {100 * self.scale:.1f} %, position {place}{pixels}, "
            f"rotation {self.rotation:.2f} deg{mirror}"
        )

    @property
    def transform(self) -> dict[str, float]:
        """What a bin keeps of it."""
        kept = {"scale": self.scale, "dx": self.dx, "dy": self.dy}
        kept["rotation"] = self.rotation
        return kept | ({"mirror": 1.0} if self.mirror else {})


def alignments_of(matched: MatchCut, offsets: Offsets | None) -> dict[str, Alignment]:
    """Every alignment that is known of a cut, by the frames it was found for."""
    known = offsets.alignments() if offsets else {}
    if "here" not in known and matched.transform:
        known = {"match": matched.transform, **known}
    return {name: _alignment(name, matched, of) for name, of in known.items()}


def alignment_at(
    cut: MatchCut, offsets: Offsets | None, known: dict[str, Alignment]
) -> Alignment | None:
    """The alignment that holds at these frames: the peak's there, else the match's."""
    peak = offsets.peak if offsets else None
    at = (cut.leaving.frame, cut.entering.frame)
    if peak and (peak.out, peak.into) == at and "peak" in known:
        return known["peak"]
    return known.get("here") or known.get("match")


def _alignment(name: str, matched: MatchCut, found: dict[str, Any]) -> Alignment:
    return Alignment(
        name=name,
        scale=found["scale"],
        dx=found["dx"],
        dy=found["dy"],
        rotation=found.get("rotation", 0.0),
        mirror=bool(found.get("mirror")),
        title=matched.entering.title,
        found=found if "iou_after" in found else {},
    )
