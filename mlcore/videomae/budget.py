"""What pretraining costs: multiply-adds by formula (`speed` has seconds by the clock).

    python -m mlcore.videomae.budget

prints the allocation table of US 12,387,097 B2 (FIG. 5) beside what the formula gives.
One multiply-add is two floating point operations; like the source, G counts the former.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from mlcore.videomae.config import SHAPES, AutoencoderConfig

ALLOCATIONS: tuple[tuple[tuple[float, float, float, float], float], ...] = (
    ((0, 0, 0, 1), 35.5),
    ((0.125, 0.0625, 0.0625, 0.75), 34.0),
    ((0.125, 0.0625, 0.3125, 0.5), 33.0),
    ((0.125, 0.125, 0.5, 0.25), 31.9),
    ((0.125, 0.25, 0.5, 0.125), 31.1),
    ((0.25, 0.3125, 0.3125, 0.125), 30.7),
    ((0.5, 0.25, 0.125, 0.125), 30.3),
    ((0.75, 0.0625, 0.0625, 0.125), 29.4),
    ((1, 0, 0, 0), 28.8),
)
"""FIG. 5: shares of the frames in clips of 2, 4, 8 and 16, and the G a clip it prints."""


@dataclass(frozen=True, kw_only=True)
class Multiplications:
    """Multiply-adds of one clip, forward."""

    embed: int
    encoder: int
    decoder: int
    pixels: int

    @property
    def all(self) -> int:
        """Their sum."""
        return self.embed + self.encoder + self.decoder + self.pixels


def of_clip(
    config: AutoencoderConfig, frames: int, *, embeds_all: bool = False
) -> Multiplications:
    """Return what pretraining on one clip of so many frames multiplies, forward.

    A block over n tokens of width d: 4nd^2 for the attention's four projections, 2n^2d
    for its two products, 8nd^2 for the feed-forward. With `embeds_all`, as the source
    counts (and VideoMAE's code computes), cubes become tokens before they are masked.
    """
    c, slices = config, config.slices(frames)
    seen, restored = slices * c.visible, slices * c.restored
    embedded = slices * c.in_slice if embeds_all else seen
    return Multiplications(
        embed=embedded * c.cube * c.dims,
        encoder=c.depth * _block(seen, c.dims) + seen * c.dims * c.decoder_dims,
        decoder=c.decoder_depth * _block(seen + restored, c.decoder_dims),
        pixels=restored * c.decoder_dims * c.cube,
    )


def of_encoding(config: AutoencoderConfig, frames: int) -> int:
    """Return the multiply-adds of encoding one clip, forward, with nothing masked."""
    tokens = config.slices(frames) * config.in_slice
    return tokens * config.cube * config.dims + config.depth * _block(
        tokens, config.dims
    )


def _block(tokens: int, dims: int) -> int:
    return 12 * tokens * dims**2 + 2 * tokens**2 * dims


def of_shares(
    config: AutoencoderConfig, shares: Mapping[int, float], *, embeds_all: bool = False
) -> float:
    """Return the multiply-adds that stand for one longest clip, when its frames are shared.

    `shares`: of the frames, how much in clips of how many. Sum of p(f) phi(f) F / f.
    """
    return sum(
        share
        * of_clip(config, frames, embeds_all=embeds_all).all
        * config.frames
        / frames
        for frames, share in shares.items()
    )


def source_table() -> list[tuple[tuple[float, ...], float, float]]:
    """Return (shares of 2, 4, 8, 16 frames; the source's G; ours) for each row of FIG. 5."""
    return [
        (shares, printed, _giga(dict(zip((2, 4, 8, 16), shares, strict=True))))
        for shares, printed in ALLOCATIONS
    ]


def _giga(shares: Mapping[int, float]) -> float:
    return of_shares(SHAPES["base"], shares, embeds_all=True) / 1e9


def main() -> int:
    """Print the table, as Markdown."""
    lines = ["| 2 | 4 | 8 | 16 frames | source, G | formula, G |", "| --- " * 6 + "|"]
    for shares, printed, ours in source_table():
        cells = [f"{100 * share:g} %" for share in shares]
        lines.append(f"| {' | '.join(cells)} | {printed} | {ours:.1f} |")
    lines.append("")
    lines.append("| shape | 1 | 2 | 4 | 8 | 12 | 16 frames, G a clip |")
    lines.append("| --- " * 7 + "|")
    for name, config in SHAPES.items():
        costs = [of_clip(config, f).all / 1e9 for f in (1, 2, 4, 8, 12, 16)]
        lines.append(f"| {name} | {' | '.join(f'{each:.3g}' for each in costs)} |")
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
