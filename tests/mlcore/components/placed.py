"""The real artwork and materials that set-up places beside the weights."""

from functools import cache

from mlcore.components import artwork as art
from mlcore.components.artwork import Artwork
from mlcore.components.drawing import materials as raw
from mlcore.components.drawing.materials import Materials
from tests.mlcore.photographs import weights_folder


@cache
def artwork() -> Artwork:
    return art.load_artwork(weights_folder() / art.FILE)


@cache
def materials() -> Materials:
    return raw.load_materials(weights_folder() / raw.FILE)
