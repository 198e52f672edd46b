"""The artwork on disk, beside the weights: which files, which are missing, their making."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from mlcore.components import artwork
from mlcore.components.drawing import materials
from pipelines.artwork import atlas, reels, store


class Made(NamedTuple):
    """How one file is made, and the key of what it is made from."""

    make: Callable[[Path], Path]
    recipe: Callable[[], str]


FILES: dict[str, Made] = {
    artwork.FILE: Made(atlas.make, atlas.recipe),
    materials.FILE: Made(reels.make, reels.recipe),
}


def missing(folder: Path) -> list[str]:
    """The files that a folder lacks, or holds broken or made from something else."""
    return [
        file
        for file, made in FILES.items()
        if not store.is_whole(folder / file, made.recipe())
    ]


def install(folder: Path) -> list[str]:
    """Make every file that is missing in a folder; return those it made.

    A second call does no network. Raises PackageError with one sentence.
    """
    lacking = missing(folder)
    for file in lacking:
        FILES[file].make(folder)
    return lacking
