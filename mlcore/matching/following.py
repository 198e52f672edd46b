"""Subjects followed from one frame of a shot to its neighbours."""

from collections.abc import Sequence

from mlcore.matching.segmenters import Picture, Segmenter, Silhouette
from mlcore.matching.segmenters.base import shared_share

Seen = tuple[Silhouette, ...]


def follow_subjects(
    segmenter: Segmenter, pictures: Sequence[Picture], start: int
) -> list[Seen]:
    """Return the subjects of each of n consecutive pictures of one shot.

    What they are is settled once, at `start`, where the costly detectors run; where
    nobody is there, at the first and the last picture. From there each frame begins
    from its neighbour's silhouettes. A subject that is lost comes back where it is
    found again from where it was last seen.
    """
    found: list[Seen] = [()] * len(pictures)
    for at in dict.fromkeys((start, 0, len(pictures) - 1)):
        found[at] = segmenter.subjects(pictures[at])
        if found[at]:
            for way in (range(at + 1, len(pictures)), range(at - 1, -1, -1)):
                _follow(segmenter, pictures, found, at, way)
            break
    return found


def _follow(
    segmenter: Segmenter,
    pictures: Sequence[Picture],
    found: list[Seen],
    start: int,
    way: Sequence[int],
) -> None:
    last = found[start]
    for at in way:
        found[at] = segmenter.follow(pictures[at], last)
        if len(found[at]) == len(last):
            last = found[at]


def one_of(found: Sequence[Seen], start: int, number: int) -> list[Silhouette | None]:
    """Return, in each frame, the subject that is number `number` at `start`."""
    chosen: list[Silhouette | None] = [None] * len(found)
    if number >= len(found[start]):
        return chosen
    for way in (range(start, len(found)), range(start - 1, -1, -1)):
        last = found[start][number]
        for at in way:
            nearest = max(
                found[at], key=lambda one: shared_share(last, one), default=None
            )
            if nearest is not None:
                chosen[at] = last = nearest
    return chosen
