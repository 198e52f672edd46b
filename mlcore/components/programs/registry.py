"""Where programs are named, with the settings that make components of them."""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor

from mlcore.components.component import Category, Component, Settings

Draw = Callable[..., Tensor]
"""(stretch, **settings) -> (t, 3, h, w)"""


@dataclass(frozen=True)
class Program:
    """A base: its name, how it draws, and the settings of its presets."""

    category: Category
    base: str
    draw: Draw
    presets: tuple[Settings, ...]

    def component(self, preset: int) -> Component:
        """Return one of its components. Raises IndexError beyond its presets."""
        return Component(self.category, self.base, preset, self.presets[preset])


PROGRAMS: dict[tuple[Category, str], Program] = {}
"""By category and base, in the order they were named."""


def program(
    category: Category, base: str, presets: Iterable[Settings]
) -> Callable[[Draw], Draw]:
    """Name a function as the program of a base; raises ValueError if the name is taken.

    `base` is lower case words, as an editor would call it. The first preset is the one
    that is shown for the base.
    """

    def name(draw: Draw) -> Draw:
        if (category, base) in PROGRAMS:
            raise ValueError(f"two programs are called {category} {base}")
        PROGRAMS[category, base] = Program(category, base, draw, tuple(presets))
        return draw

    return name


def every(**values: Sequence[float | int | str]) -> list[Settings]:
    """Return every combination of settings, the first of each first."""
    names = list(values)
    return [
        dict(zip(names, each, strict=True))
        for each in itertools.product(*values.values())
    ]


def program_of(component: Component) -> Program:
    """Return the program that draws a component. Raises KeyError for an unknown base."""
    return PROGRAMS[component.category, component.base]


def spread(programs: Sequence[Program], count: int) -> list[Component]:
    """Return `count` components: first presets of all bases, then second ones, ...

    Raises ValueError when the bases have fewer presets altogether.
    """
    deepest = max((len(each.presets) for each in programs), default=0)
    found = [
        each.component(preset)
        for preset in range(deepest)
        for each in programs
        if preset < len(each.presets)
    ]
    if len(found) < count:
        raise ValueError(f"{len(found)} components are there, {count} are wanted")
    return found[:count]


def by_base(components: Iterable[Component]) -> Mapping[str, list[Component]]:
    """Return components by category/base."""
    found: dict[str, list[Component]] = {}
    for each in components:
        found.setdefault(f"{each.category}/{each.base}", []).append(each)
    return found
