"""Clips longer than memory allows, cut into overlapping chunks and put together again.

T: frames
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import torch
from torch import Tensor


@dataclass(frozen=True, kw_only=True)
class Chunking:
    """How many frames go through a network together, and by how many chunks overlap."""

    at_once: int
    """Memory grows with them"""
    overlap: int

    def taking(self, at_once: int) -> Self:
        """Return the same for so many frames together; smaller chunks overlap by less."""
        if at_once == self.at_once:
            return self
        overlap = min(self.overlap, max(1, at_once // 4))
        return replace(self, at_once=at_once, overlap=overlap)


def chunks(frames: int, at_once: int, overlap: int) -> list[range]:
    """Return ranges of at most `at_once` frames, each beginning in the one before.

    As even as may be, so that no chunk is left with a frame or two. Raises ValueError
    when the overlap leaves no way forwards.
    """
    if not 0 <= overlap < at_once or frames < 1:
        raise ValueError(
            f"chunks of {at_once} frames cannot overlap by {overlap} in {frames} frames"
        )
    if frames <= at_once:
        return [range(frames)]
    many = -(-(frames - overlap) // (at_once - overlap))
    long = -(-(frames + (many - 1) * overlap) // many)
    last = frames - long
    starts = [round(place * last / (many - 1)) for place in range(many)]
    return [range(start, start + long) for start in starts]


def joined(parts: Sequence[Tensor], where: Sequence[range]) -> Tensor:
    """Return (T, ...): chunks put together, each fading into the next where both are.

    A frame that one chunk alone holds is exactly that chunk's.
    """
    frames = max(each.stop for each in where)
    whole = torch.zeros(frames, *parts[0].shape[1:], dtype=torch.float32)
    total = torch.zeros(frames)
    for part, place in zip(parts, where, strict=True):
        weight = _weights(place, where)
        whole[place.start : place.stop] += part.float() * _over(weight, part)
        total[place.start : place.stop] += weight
    return whole / _over(total, whole)


def _weights(place: range, where: Sequence[range]) -> Tensor:
    """(T,) of a chunk's frames: 1, but falling towards the ends that others share."""
    weight = torch.ones(len(place))
    for other in where:
        shared = range(max(place.start, other.start), min(place.stop, other.stop))
        if other == place or not shared:
            continue
        ramp = (torch.arange(len(shared)) + 1) / (len(shared) + 1)
        ramp = ramp if other.start < place.start else ramp.flip(0)
        at = shared.start - place.start
        weight[at : at + len(shared)] = torch.minimum(
            weight[at : at + len(shared)], ramp
        )
    return weight


def _over(weight_T: Tensor, like: Tensor) -> Tensor:
    return weight_T.view(-1, *[1] * (like.dim() - 1))
