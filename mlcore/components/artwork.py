"""Pictures for stickers and letters for texts, in one file that set-up makes."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from mlcore.components.index import CHARACTERS, PICTURES, TYPEFACES, index_key

FILE = "artwork.safetensors"
_MAKE = "`python -m pipelines.artwork`"


class ArtworkError(Exception):
    """The artwork is not there or not whole. One sentence that names the file."""


class Letter(NamedTuple):
    """One letter of one typeface; lengths are shares of the line's height."""

    coverage: Tensor
    """(tall, wide) uint8, 255 inside"""
    bearing: float
    """From the pen to the left edge of the coverage"""
    advance: float
    """From this letter's pen to the next one's"""


@dataclass(frozen=True, kw_only=True)
class Artwork:
    """Stickers and letters as pictures, so that drawing them needs torch alone.

    A typeface's letters share one scale and one baseline: the height of the strip goes
    from its highest letter to its lowest one.
    """

    stickers: Tensor
    """(pictures, 4, side, side) uint8 RGBA, straight alpha, in the order of the index"""
    letters: Tensor
    """(tall, columns) uint8 coverage, all letters of all typefaces side by side"""
    spans: Tensor
    """(typefaces, characters, 2) int32, each letter's first column and the one after it"""
    metrics: Tensor
    """(typefaces, characters, 2) float32, bearing and advance, shares of `tall`"""

    def picture(self, name: str) -> Tensor:
        """Return (4, side, side) uint8 RGBA of a sticker.

        Raises ArtworkError, naming it, if it is not there.
        """
        return self.stickers[_place(PICTURES, name, len(self.stickers), "sticker")]

    def letter(self, typeface: str, character: str) -> Letter:
        """Return a letter. Raises ArtworkError, naming what is not there."""
        face = _place(TYPEFACES, typeface, len(self.spans), "typeface")
        count = self.spans.shape[1]
        place = _place(CHARACTERS, character, count, f"character of {typeface}")
        begin, end = self.spans[face, place].tolist()
        bearing, advance = self.metrics[face, place].tolist()
        return Letter(self.letters[:, begin:end], bearing, advance)


def load_artwork(path: Path) -> Artwork:
    """Read the artwork file.

    Raises ArtworkError, naming it, if it is missing, broken or made for another index.
    """
    try:
        with safe_open(path, framework="pt") as file:
            made_for = json.loads((file.metadata() or {})["made"])["index"]
            artwork = Artwork(
                **{name: file.get_tensor(name) for name in Artwork.__annotations__}
            )
    except FileNotFoundError:
        raise ArtworkError(
            f"There is no artwork at {path}: make it with {_MAKE}."
        ) from None
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise ArtworkError(
            f"{path} is not a whole artwork file ({error}): delete it and make it again "
            f"with {_MAKE}."
        ) from error
    if made_for != index_key():
        raise ArtworkError(
            f"{path} was made for other pictures and typefaces than are listed now: make "
            f"it again with {_MAKE}."
        )
    return artwork


def of_stretch(artwork: Artwork | None, wanted: str) -> Artwork:
    """Return the artwork a program was given; raises ArtworkError without any."""
    if artwork is None:
        raise ArtworkError(
            f"Drawing {wanted} needs the artwork file {FILE}, and none was given: load it "
            f"with load_artwork, after {_MAKE} made it."
        )
    return artwork


def _place(names: tuple[str, ...] | str, name: str, held: int, what: str) -> int:
    place = names.index(name) if name in names else held
    if place >= held:
        raise ArtworkError(
            f"The artwork has no {what} {name}: make {FILE} again with {_MAKE}."
        )
    return place


def coverage_of(letter: Letter) -> Tensor:
    """Return a letter's coverage as float32 0..1, (tall, wide)."""
    return letter.coverage.to(torch.float32) / 255
