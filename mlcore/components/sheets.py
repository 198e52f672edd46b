"""Contact sheets: what the components of each category look like, one JPEG a category.

    python -m mlcore.components.sheets --out FOLDER [--category C ...] [--weights FOLDER]

Laid on photographs under CC BY, CC0 and in the public domain: a sheet is published, so no
frame of a sample clip is on it.
"""

import argparse
import io
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from mlcore.components import artwork
from mlcore.components.artwork import Artwork, load_artwork
from mlcore.components.catalogue import components_of
from mlcore.components.component import CATEGORIES, Category, Component
from mlcore.components.drawing import materials
from mlcore.components.drawing.filming import filmed, random_move
from mlcore.components.drawing.materials import Materials, load_materials
from mlcore.components.drawing.render import render
from mlcore.components.drawing.scenes import Dice
from mlcore.components.stretch import Layout

MOST_BYTES = 300_000
"""Of a sheet: a page of six is then read in a moment."""
TILE = (72, 96)
"""Height and width of one frame"""
ACROSS, DOWN = 3, 16
"""Components on a sheet, and frames of each below"""
SHOWN = (1, 4, 7, 8, 11, 14)
"""Of 16 frames: both slots, and a transition's beginning, middle and end"""
SEED = 4


def sheet(category: Category, art: Artwork, photographs: Sequence[Tensor]) -> Tensor:
    """Return (3, h, w) 0..1: components of a category, six frames each, side by side."""
    every = components_of(category)
    # Evenly over the catalogue, first presets before second ones.
    chosen = [
        every[len(every) * each // (ACROSS * DOWN)] for each in range(ACROSS * DOWN)
    ]
    chance = torch.Generator().manual_seed(SEED)
    strips = [_strip(each, art, photographs, chance) for each in chosen]
    columns = [
        torch.cat(strips[column * DOWN : (column + 1) * DOWN], 1)
        for column in range(ACROSS)
    ]
    return torch.cat(columns, 2)


def _strip(
    component: Component,
    art: Artwork,
    photographs: Sequence[Tensor],
    chance: torch.Generator,
) -> Tensor:
    """(3, h, w): a component's frames, with a light line round them."""
    layout = Layout(frames=16, height=TILE[0], width=TILE[1])
    dice = Dice(chance)
    first = dice.below(len(photographs))
    second = (first + 1 + dice.below(len(photographs) - 1)) % len(photographs)
    a, b = (
        filmed(picture[None], random_move(dice, picture, layout), layout)
        for picture in (photographs[first], photographs[second])
    )
    frames = render(component, a, b, layout, artwork=art)[list(SHOWN)]
    joined = torch.cat(list(frames), 2)
    return torch.nn.functional.pad(joined, (2, 6, 1, 1), value=1.0)


def published_photographs(found: Materials) -> list[Tensor]:
    """Return the photographs, (3, h, w) 0..1, that show a thing rather than a texture."""
    whole = [each.float() / 255 for each in found.stills]
    # Textures, stars, coins and the clock have 0.01 to 0.09, the other seven 0.11 to 0.30.
    return [each for each in whole if _large_contrast(each) > 0.1]


def _large_contrast(picture: Tensor) -> float:
    """How much an eighth of the picture differs from the next, as a standard deviation."""
    return float(torch.nn.functional.adaptive_avg_pool2d(picture, 8).std())


def jpeg(picture: Tensor, most: int = MOST_BYTES) -> bytes:
    """Return a picture (3, h, w) as the best JPEG of at most so many bytes.

    Raises ValueError when even a poor one is larger.
    """
    pixels = (picture.clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0)
    image = Image.fromarray(np.ascontiguousarray(pixels.numpy()))
    for quality in range(88, 20, -4):
        written = io.BytesIO()
        image.save(written, "JPEG", quality=quality, optimize=True)
        if written.tell() <= most:
            return written.getvalue()
    raise ValueError(
        f"a picture of {tuple(picture.shape)} takes more than {most} bytes"
    )


def main() -> int:
    """Write the sheets that are asked for."""
    parser = argparse.ArgumentParser(prog="python -m mlcore.components.sheets")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--category", choices=CATEGORIES, action="append")
    parser.add_argument("--weights", type=Path, default=Path("var/weights"))
    arguments = parser.parse_args()
    try:
        art = load_artwork(arguments.weights / artwork.FILE)
        found = load_materials(arguments.weights / materials.FILE)
    except artwork.ArtworkError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    photographs = published_photographs(found)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for category in arguments.category or CATEGORIES:
        path = arguments.out / f"{category}.jpg"
        path.write_bytes(jpeg(sheet(category, art, photographs)))
        sys.stdout.write(f"{path}  {path.stat().st_size // 1000} kB\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
