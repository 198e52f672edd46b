"""Whether all components of a category look different: every pair, on real photographs.

    python -m mlcore.components.apart CATEGORY [--artwork FOLDER]

prints how far apart the nearest pairs are and ends with 1 if any is nearer than NEAREST.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from sklearn.datasets import load_sample_images
from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate

from mlcore.components.artwork import FILE as ARTWORK
from mlcore.components.artwork import Artwork, load_artwork
from mlcore.components.catalogue import components_of
from mlcore.components.component import CATEGORIES, Component
from mlcore.components.programs.registry import program_of
from mlcore.components.stretch import Layout, Stretch

NEAREST = 2 / 255
"""Mean difference of two components' pictures that a viewer can still tell apart."""

_POOL = 4  # pixels a side of what is compared first
_BLOCK = 64  # components compared at a time, for memory


def materials(layout: Layout) -> list[Tensor]:
    """Return eight (t, 3, h, w): four crops of each of two photographs, every other moving.

    The photographs are the palace and the dahlia that scikit-learn brings.
    """
    found = []
    for picture in load_sample_images().images:
        photo = torch.tensor(picture).permute(2, 0, 1)[None] / 255
        for number, (top, left) in enumerate(((0, 0), (60, 200), (120, 80), (30, 320))):
            drift = 60 / layout.frames if number % 2 else 0
            crops = [
                photo[:, :, top : top + 300, at : at + 256]
                for at in (left + round(drift * each) for each in range(layout.frames))
            ]
            size = (layout.height, layout.width)
            found.append(interpolate(torch.cat(crops), size, mode="area"))
    return found


def drawn(
    component: Component,
    material: Tensor,
    layout: Layout,
    artwork: Artwork | None = None,
) -> Tensor:
    """Return (t, 3, h, w) 0..1 of a component over a whole clip of one material.

    The chance is the same for every component, so that only settings tell them apart.
    Raises ArtworkError for a sticker or text without artwork.
    """
    seconds = layout.times()
    over = Stretch(
        frames=material,
        entering=material.flip(-1),
        seconds=seconds,
        progress=seconds / layout.seconds,
        chance=torch.Generator().manual_seed(1),
        artwork=artwork,
    )
    return program_of(component).draw(over, **component.settings).clamp(0, 1)


def nearest(
    components: Sequence[Component],
    layout: Layout,
    below: float = NEAREST,
    artwork: Artwork | None = None,
) -> list[tuple[float, str, str]]:
    """Return (mean difference 0..1, key, key) of every pair nearer than `below`, sorted.

    Means of blocks of pixels are compared first: they are never further apart than the
    pixels are, so a pair whose blocks differ enough needs no second look.
    """
    seen = materials(layout)
    clips = [
        torch.stack([drawn(each, one, layout, artwork) for one in seen])
        .mul(255)
        .to(torch.uint8)
        for each in components
    ]
    coarse = torch.stack([_coarse(clip) for clip in clips])
    found = []
    for first in range(0, len(clips), _BLOCK):
        rows = coarse[first : first + _BLOCK]
        least = torch.cdist(rows, coarse, p=1) / coarse.shape[1]
        for row, other in (least < below).nonzero().tolist():
            one = first + row
            if one < other:
                apart = _difference(clips[one], clips[other])
                if apart < below:
                    found.append((apart, components[one].key, components[other].key))
    return sorted(found)


def _coarse(clip: Tensor) -> Tensor:
    pooled = avg_pool2d(clip.flatten(0, 1).float() / 255, _POOL)
    # Pairs of frames too: another mean that can only be nearer.
    return pooled.view(-1, 2, *pooled.shape[1:]).mean(1).flatten()


def _difference(one: Tensor, other: Tensor) -> float:
    return float((one.float() - other.float()).abs().mean()) / 255


def main(words: Sequence[str] | None = None) -> int:
    """Print the nearest pairs of a category; 1 if any is too near."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("category", choices=CATEGORIES)
    parser.add_argument("--show", type=int, default=10, help="pairs to print")
    parser.add_argument("--artwork", type=Path, help="where stickers and letters lie")
    chosen = parser.parse_args(words)
    components = components_of(chosen.category)
    layout = Layout(frames=8, height=32, width=32)
    artwork = load_artwork(chosen.artwork / ARTWORK) if chosen.artwork else None
    pairs = nearest(components, layout, 2 * NEAREST, artwork)
    near = [pair for pair in pairs if pair[0] < NEAREST]
    for apart, one, other in pairs[: chosen.show]:
        sys.stdout.write(f"{apart * 255:6.2f}/255  {one}  {other}\n")
    count = len(components) * (len(components) - 1) // 2
    sys.stdout.write(
        f"{len(near)} of {count} pairs of {len(components)} components differ by less "
        f"than {NEAREST * 255:.0f}/255 on average over 8 materials.\n"
    )
    return 1 if near else 0


if __name__ == "__main__":
    sys.exit(main())
