"""One editing component: a program that draws, with its settings."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Category = Literal["effect", "animation", "transition", "filter", "sticker", "text"]
CATEGORIES: tuple[Category, ...] = get_args(Category)
"""In the order of the source's tables (US 12,394,445 B2, FIG. 3)."""

Settings = Mapping[str, float | int | str]


@dataclass(frozen=True)
class Component:
    """What is laid on material: `base` is the program, `settings` what it is given.

    Variants of one base differ in their settings alone: a split of training from unseen
    components goes by `base`, or variants leak.
    """

    category: Category
    base: str
    preset: int
    """Which of its base's settings, from 0; what a preset is never changes."""
    settings: Settings

    @property
    def key(self) -> str:
        """Its name for ever: category/base/preset."""
        return f"{self.category}/{self.base}/{self.preset}"

    def seed(self, clip: int = 0) -> int:
        """Return what seeds the chance in one clip of it, 0..2**63 - 1."""
        digest = hashlib.sha256(f"{self.key}#{clip}".encode()).digest()
        return int.from_bytes(digest[:8], "big") >> 1
