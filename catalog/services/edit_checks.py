"""What can be asked of an edit: each refusal is one sentence that says what to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from catalog.back_ends import BACK_ENDS
from catalog.models import EditJob
from catalog.models.edits import PROMPT_CHARACTERS, USUAL_STEPS
from catalog.services.searches import MASK_DIGITS
from catalog.services.titles import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from catalog.models import Title

MOST_FRAMES = 240
"""Ten seconds of film: longer ranges fit no worker's memory at full size."""
LEAST_SIDE, MOST_SIDE = 8, 8192
"""Pixels of a side, as `mlcore.editing.order` has them; a test holds both."""
MOST_STEPS = 500
MOST_SEED = 2**31 - 1
SUBJECTS = ("any", "person", "foreground")
"""64 x 64 bits, as a silhouette is drawn"""
Region = EditJob.Region


@dataclass(frozen=True, kw_only=True)
class EditWish:
    """All that a person says of an edit."""

    title: Title
    first_frame: int
    end_frame: int
    source_prompt: str
    target_prompt: str
    picture_sha256: str = ""
    """Of one that is kept; "": it is given with the wish"""
    back_end: str
    region: str = Region.NONE
    region_given: Mapping[str, Any] = field(default_factory=dict)
    strength: float = 1.0
    steps: int = USUAL_STEPS
    seed: int = 0
    parent: EditJob | None = None
    reproduces: EditJob | None = None


def check_edit(wish: EditWish) -> None:
    """Raise Refused, one sentence, for what no worker could carry out with any picture."""
    _check_range(wish)
    _check_words(wish)
    _check_numbers(wish)
    back_end = BACK_ENDS.get(wish.back_end)
    if back_end is None:
        known = ", ".join(BACK_ENDS)
        raise Refused(f"There is no back-end {wish.back_end!r}; there are {known}.")
    if back_end.needs_region and wish.region == Region.NONE:
        raise Refused(
            f"The back-end {back_end.name} needs a region: say what is to be replaced."
        )
    _check_region(wish)


def picture_path(sha256: str) -> Path:
    """Where a target picture with this digest lies, if anybody gave it."""
    known = len(sha256) == 64 and not set(sha256) - set("0123456789abcdef")
    return Path(settings.UPLOAD_ROOT) / "targets" / (sha256 if known else "unknown")


def _check_range(wish: EditWish) -> None:
    title, first, end = wish.title, wish.first_frame, wish.end_frame
    if not title.proxy_key or not title.frames:
        raise Refused(f"{title} is not ready yet; edit it when it is.")
    if not 0 <= first < end <= title.frames:
        raise Refused(
            f"{title} has frames 0 to {title.frames - 1}; {first} to {end - 1} is no range of it."
        )
    if end - first < 2:
        raise Refused(
            "A range of one frame has no motion to follow: choose two or more."
        )
    if end - first > MOST_FRAMES:
        raise Refused(
            f"The range has {end - first} frames; an edit takes {MOST_FRAMES} at most."
        )
    # What is made again was of one shot when it was asked for: cuts may be others by now.
    if wish.reproduces is None:
        _check_cuts(wish)
    _check_size(title)


def _check_cuts(wish: EditWish) -> None:
    inside = wish.title.shots.filter(
        first_frame__gt=wish.first_frame, first_frame__lt=wish.end_frame
    )
    cut = inside.order_by("first_frame").first()
    if cut is not None:
        raise Refused(
            f"The range crosses the cut at {cut.start_tc} (frame {cut.first_frame}): "
            "choose frames of one shot."
        )


def _check_size(title: Title) -> None:
    sides = [title.probe.get(f"display_{side}", 0) for side in ("width", "height")]
    if all(sides) and not LEAST_SIDE <= min(sides) <= max(sides) <= MOST_SIDE:
        wide, high = sides
        raise Refused(
            f"The picture is {wide} x {high}: sides of {LEAST_SIDE} to {MOST_SIDE} pixels can be edited."
        )


def _check_words(wish: EditWish) -> None:
    for prompt in (wish.source_prompt, wish.target_prompt):
        if not prompt.strip():
            raise Refused(
                "Both prompts are needed: what is seen now, and what is wanted."
            )
        if len(prompt) > PROMPT_CHARACTERS or "\x00" in prompt:
            raise Refused(
                f"A prompt is text of at most {PROMPT_CHARACTERS} characters."
            )


def _check_numbers(wish: EditWish) -> None:
    if not 0 < wish.strength <= 1:
        raise Refused("The strength lies above 0 and is at most 1.")
    if not 1 <= wish.steps <= MOST_STEPS:
        raise Refused(f"An edit takes 1 to {MOST_STEPS} steps.")
    if not 0 <= wish.seed <= MOST_SEED:
        raise Refused(f"A seed is a whole number from 0 to {MOST_SEED}.")


def _check_region(wish: EditWish) -> None:
    given = wish.region_given
    if wish.region not in Region.values:
        known = ", ".join(Region.values)
        raise Refused(f"There is no region {wish.region!r}; there are {known}.")
    if wish.region == Region.SUBJECT and given.get("subject", "any") not in SUBJECTS:
        raise Refused(f"A region's subject is one of {', '.join(SUBJECTS)}.")
    if wish.region not in {Region.BOX, Region.CLICK, Region.DRAWN}:
        return
    frame = given.get("frame")
    if not isinstance(frame, int) or not wish.first_frame <= frame < wish.end_frame:
        raise Refused("Mark the region on a frame inside the range.")
    if wish.region == Region.BOX and not _is_box(given.get("box")):
        raise Refused("Draw a box inside the picture around what is to be replaced.")
    if wish.region == Region.CLICK and not _is_place(given.get("at")):
        raise Refused("Click inside the picture on what is to be replaced.")
    if wish.region == Region.DRAWN and not _is_mask(given.get("mask")):
        raise Refused(
            "Draw a shape: 64 x 64 bits, 1,024 hexadecimal digits, not empty."
        )


def _is_place(given: object, length: int = 2) -> bool:
    return (
        isinstance(given, (list, tuple))
        and len(given) == length
        and all(isinstance(part, (int, float)) and 0 <= part <= 1 for part in given)
    )


def _is_box(given: Any) -> bool:
    if not _is_place(given, 4):
        return False
    left, top, wide, high = given
    # A hundredth of a side: less is a slip of the hand.
    inside = left + wide <= 1.001 and top + high <= 1.001
    return bool(inside and wide >= 0.01 and high >= 0.01)


def _is_mask(given: object) -> bool:
    if not isinstance(given, str) or len(given) != MASK_DIGITS:
        return False
    digits = set(given.lower())
    return not digits - set("0123456789abcdef") and digits != {"0"}
