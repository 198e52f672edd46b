"""What the stages of an edit leave, so that one that was killed goes on after the last.

A stage's result hangs on the order and its seed alone, so what is taken from a shelf is
what would be made anew.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mlcore.checkpoint import Tensors, UnusableCheckpoint, load, save

Stage = Callable[[], Tensors]
Bytes = NDArray[np.uint8]


class Shelf(Protocol):
    """Where results of stages lie."""

    def take(self, stage: str) -> Tensors | None:
        """Return what a stage left; None: nothing, or nothing whole."""

    def lay(self, stage: str, left: Tensors) -> None:
        """Keep what a stage leaves."""

    def show(self, pictures: Sequence[Bytes]) -> None:
        """Let frames (H, W, 3) be seen that are made so far, which are not kept."""


class NoShelf:
    """Nothing is kept."""

    def take(self, stage: str) -> Tensors | None:  # noqa: ARG002
        """Return nothing."""
        return None

    def lay(self, stage: str, left: Tensors) -> None:
        """Keep nothing."""

    def show(self, pictures: Sequence[Bytes]) -> None:
        """Show nothing."""


class FolderShelf:
    """A file a stage in a folder, which belongs to one order."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def take(self, stage: str) -> Tensors | None:
        """Return what the stage's file holds."""
        try:
            return load(self._path(stage))[0]
        except UnusableCheckpoint:
            return None

    def lay(self, stage: str, left: Tensors) -> None:
        """Write the stage's file: whole, or not at all."""
        save(self._path(stage), left, {"stage": stage})

    def show(self, pictures: Sequence[Bytes]) -> None:
        """Show nothing."""

    def _path(self, stage: str) -> Path:
        return self.folder / f"{stage}.safetensors"


def left_by(stage: str, shelf: Shelf, make: Stage) -> Tensors:
    """Return what a stage left, from the shelf or made now and laid there."""
    there = shelf.take(stage)
    if there is None:
        there = make()
        shelf.lay(stage, there)
    return there
