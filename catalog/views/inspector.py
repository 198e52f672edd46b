"""One shot, looked into: its moments with masks and flow drawn, and its partners."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from catalog.models import (
    ComponentFinding,
    EncoderVersion,
    MatchCandidate,
    Shot,
    ShotMask,
    Title,
)
from catalog.views.drawing import Arrow, arrows_inside, flow_arrows, mask_path

if TYPE_CHECKING:
    from django.contrib.auth.models import User

PARTNERS = 6
Family = EncoderVersion.Family


@dataclass(frozen=True, slots=True)
class Outline:
    """A mask as an SVG path in a 64x64 square laid over the active picture."""

    mask: ShotMask
    path: str


@dataclass(slots=True)
class Moment:
    """One frame of the shot that was looked at."""

    frame: int
    tc: str
    slot: str
    picture: dict[str, float]
    outlines: list[Outline] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)
    speed: float | None = None


def inspect(shot: Shot, user: User) -> dict[str, Any]:
    """Gather what the inspector shows of a shot the user may see."""
    group = Shot.objects.visible_to(user).filter(group=shot.group_id)
    found = MatchCandidate.objects.live().visible_to(user)
    partners = found.partners_of(shot).one_a_pair()
    return {
        "shot": shot,
        "moments": moments_of(shot),
        "copies": group.exclude(pk=shot.pk).select_related("title")
        if shot.group_id
        else [],
        "partners": partners.with_card()[:PARTNERS],
        "findings": ComponentFinding.objects.live().laid().of_shot(shot),
    }


def moment_at(shot: Shot, frame: int, moves: str = Family.FLOW) -> Moment:
    """What the live encoders saw at one frame; nothing where they did not look."""
    found = {moment.frame: moment for moment in moments_of(shot, moves)}
    return found.get(frame) or _moment(found, shot, frame, "Matched")


def _picture_of(title: Title) -> dict[str, float]:
    # Where the active picture lies in a still, in parts of its sides.
    place = title.probe.get("active_picture", (0, 0, 1, 1))
    return dict(zip(("x", "y", "width", "height"), place, strict=True))


def moments_of(shot: Shot, moves: str = Family.FLOW) -> list[Moment]:
    """The frames of a shot that encoders looked at, with what the live ones saw.

    `moves` is the family whose movement the arrows show. A subject's own, `action`, is
    shown inside its mask: around it, the field only carries on what moves there.
    """
    actives = EncoderVersion.objects.actives()
    found: dict[int, Moment] = {}
    for mask in shot.masks.filter(version__in=actives, variant=0):
        moment = _moment(found, shot, mask.frame, mask.get_slot_display())
        moment.outlines.append(Outline(mask, mask_path(str(mask.placed))))
    moving = actives.filter(family=moves)
    for row in shot.vectors.filter(version__in=moving):
        moment = _moment(found, shot, row.frame, row.get_slot_display())
        moment.arrows, moment.speed = flow_arrows(row.vector), row.magnitude
        if moves != Family.FLOW:
            masks = [str(outline.mask.placed) for outline in moment.outlines]
            moment.arrows = arrows_inside(moment.arrows, masks)
    for slot, frame in _whole(shot):
        _moment(found, shot, frame, slot)
    return [found[frame] for frame in sorted(found)]


def _whole(shot: Shot) -> list[tuple[str, int]]:
    middle = shot.first_frame + shot.frames // 2
    return [
        ("Head", shot.first_frame),
        ("Middle", middle),
        ("Tail", shot.end_frame - 1),
    ]


def _moment(found: dict[int, Moment], shot: Shot, frame: int, slot: str) -> Moment:
    title = shot.title
    return found.setdefault(
        frame, Moment(frame, title.tc(frame), slot, _picture_of(title))
    )
