"""All components there are, in one order: what is trained on, shown and suggested."""

from functools import cache

from mlcore.components.component import CATEGORIES, Category, Component
from mlcore.components.programs.registry import PROGRAMS, spread

COUNTS: dict[Category, int] = {
    "effect": 888,
    "animation": 176,
    "transition": 204,
    "filter": 228,
    "sticker": 1000,
    "text": 598,
}
"""As many as the source has (US 12,394,445 B2, FIG. 3, read with the paper's table 1)."""


@cache
def catalogue() -> tuple[Component, ...]:
    """Return every component, category by category."""
    return tuple(each for category in CATEGORIES for each in components_of(category))


@cache
def components_of(category: Category) -> tuple[Component, ...]:
    """Return the components of one category, whether or not the others are whole."""
    bases = [each for each in PROGRAMS.values() if each.category == category]
    return tuple(spread(bases, COUNTS[category]))


def component(key: str) -> Component:
    """Return the component of a key. Raises KeyError for one that is not there."""
    return _by_key()[key]


@cache
def _by_key() -> dict[str, Component]:
    return {each.key: each for each in catalogue()}
