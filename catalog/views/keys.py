"""Every key and what it does: one list for the `?` sheet and its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_safe

from catalog.htmx import PageRequest, render_part

if TYPE_CHECKING:
    from django.http import HttpResponse

KEYS = {
    "Everywhere": [
        ("?", "this list"),
        ("g m", "match board"),
        ("g t", "titles"),
        ("g b", "bins"),
        ("g s", "search"),
        ("g e", "editing components"),
        ("g j", "jobs"),
    ],
    "Match board": [
        ("← → ↑ ↓", "choose a pair; its loop plays"),
        ("A", "accept, go to the next"),
        ("X", "reject, go to the next"),
        ("R", "reject and say why: 1 to 5"),
        ("U", "undo the last verdict"),
        ("C", "keep in the chosen bin"),
        ("Enter", "open the pair"),
        ("Space", "stop and go on playing"),
    ],
    "Pair": [
        ("[ ]", "A's last frame one back, one on"),
        ("{ }", "B's first frame one back, one on"),
        ("B", "go to the best frames"),
        ("0", "back to the matched frames"),
        ("1 … 7", "cut, side by side, onion, difference, wipe, masks, flow"),
        ("T", "lay B on A, or show it as it is"),
        ("M", "sound"),
        ("Space", "stop and go on playing"),
        ("A X R U", "accept, reject, reject and say why, undo"),
        ("C", "keep these frames in the chosen bin"),
        ("N P", "next pair, previous pair of the board"),
        ("Esc", "back to the board"),
    ],
    "Bin": [
        ("↑ ↓", "choose a cut; its loop plays"),
        ("Shift + ↑ ↓", "move it up, move it down"),
        ("Delete", "drop it"),
        ("U", "put back what was dropped last"),
        ("Enter", "open its pair"),
        ("Space", "stop and go on playing"),
    ],
    "Drawn shape": [
        ("← → ↑ ↓", "move the brush; with Move, the shape"),
        ("Space", "paint"),
        ("+ -", "scale"),
    ],
    "Edit": [
        ("Space", "play and stop, before and after"),
        (", .", "one frame back, one on"),
        ("T", "tint what was edited, or not"),
    ],
    "Player": [
        ("J K L", "backwards, stop, forwards; again is faster"),
        (", .", "one frame back, one on"),
        ("Shift + ← →", "ten frames back, ten on"),
        ("↑ ↓", "previous cut, next cut"),
        ("Home End", "first frame, last frame"),
        ("Space", "play and stop"),
        ("M", "mute"),
        ("B", "split the shot at this frame"),
    ],
}


@require_safe
def keys(request: PageRequest) -> HttpResponse:
    """The list of keys, as a page or inside the sheet."""
    return render_part(request, "keys.html", {"keys": KEYS}, part="keys")
