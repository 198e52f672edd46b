"""Which components are learned from and which are never seen: decided by base."""

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from mlcore.components.component import Component
from mlcore.components.programs.registry import by_base


class Split(NamedTuple):
    """Two parts of some components, each in the order they came in."""

    train: tuple[Component, ...]
    unseen: tuple[Component, ...]


def split(components: Iterable[Component], share: float = 0.25, seed: int = 0) -> Split:
    """Part components so that `share` of each category's bases are unseen.

    All presets of a base go one way, or its variants would leak. A base's fate hangs on
    its own name, the seed and its category's other names alone, so the order in which
    components come does not matter. Raises ValueError for a share outside 0..1.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"a share is between 0 and 1, got {share}")
    whole = tuple(components)
    bases: dict[str, list[str]] = {}
    for name in by_base(whole):
        bases.setdefault(name.split("/", 1)[0], []).append(name)
    unseen: set[str] = set()
    for names in bases.values():
        names.sort(key=lambda name: hashlib.sha256(f"{seed} {name}".encode()).digest())
        unseen.update(names[: round(share * len(names))])
    parts: tuple[list[Component], list[Component]] = ([], [])
    for each in whole:
        parts[f"{each.category}/{each.base}" in unseen].append(each)
    return Split(*(tuple(part) for part in parts))
