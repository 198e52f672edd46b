"""Pictures for stickers and letters for texts, in one file that set-up makes."""

from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor


class ArtworkError(Exception):
    """The artwork is not there or not whole. One sentence that names the file."""


@dataclass(frozen=True, kw_only=True)
class Artwork:
    """Stickers and fonts as pictures, so that drawing them needs torch alone."""

    stickers: Tensor
    """(pictures, 4, side, side) uint8 RGBA, straight alpha, in the order of the index"""
    letters: Tensor
    """(fonts, characters, tall, wide) uint8 coverage, in the order of the index"""
    advances: Tensor
    """(fonts, characters) float32, from one letter to the next, shares of `tall`"""


def load_artwork(path: Path) -> Artwork:
    """Read the artwork file. Raises ArtworkError, naming it, if it is missing or broken."""
    try:
        tensors = load_file(path)
        return Artwork(**{name: tensors[name] for name in Artwork.__annotations__})
    except FileNotFoundError:
        raise ArtworkError(
            f"There is no artwork at {path}: make it with `python -m pipelines.artwork`."
        ) from None
    except (SafetensorError, OSError, KeyError) as error:
        raise ArtworkError(
            f"{path} is not a whole artwork file ({error}): delete it and make it again "
            "with `python -m pipelines.artwork`."
        ) from error
