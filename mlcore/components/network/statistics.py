"""What a frame is like as a whole: its colours, its frequencies, and where it changes.

F: frames of all clips, T: frames of a clip, H, W: picture, D: width
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d

LEVELS = 8
"""Of each colour: 512 bins, coarse enough that a clip's pixels fill many."""
COLOURS = LEVELS**3
BANDS = 12
"""Of upright frequencies, of either sign; half as many of level ones."""
FREQUENCIES = BANDS * BANDS // 2
GRID = 6
"""Places across and down that changes are told of."""
CHANGES = 4 * GRID**2
LEAST = 0.01
"""Added to changes, 0..1, before their logarithm: less than this is grain and coding."""
SILENCE = 1e-6
"""Added to powers, so that flat pictures have a logarithm; noise of one level in 255 has
fifteen times as much."""


class Statistics(nn.Module):
    """Frames (F, 3, H, W) in 0..1 of clips of T frames each, in order, to (F, D).

    A filter is hardly more than another histogram, grain and blur another spectrum, a
    transition a map of what has become the other shot, whatever the shots are. A few
    patches tell none of it before long training.
    """

    def __init__(self, dims: int, frames: int) -> None:
        super().__init__()
        self.frames = frames
        self.colours = nn.LayerNorm(COLOURS)
        self.frequencies = nn.LayerNorm(FREQUENCIES)
        self.changes = nn.LayerNorm(CHANGES)
        self.told = nn.Linear(COLOURS + FREQUENCIES + CHANGES, dims)

    def forward(self, frames_FCHW: Tensor) -> Tensor:
        """Return (F, D)."""
        colours = self.colours(colour_shares(frames_FCHW))
        frequencies = self.frequencies(band_powers(frames_FCHW))
        changes = self.changes(change_maps(frames_FCHW, self.frames))
        told: Tensor = self.told(torch.cat([colours, frequencies, changes], dim=1))
        return told


@torch.no_grad()
def colour_shares(frames_FCHW: Tensor) -> Tensor:
    """Return (F, COLOURS) roots of the shares of colours in each frame (0..1), 0..1.

    The cosine of two such rows is the Bhattacharyya coefficient of the histograms.
    """
    levels = (frames_FCHW.float() * 255).round().long() * LEVELS // 256
    red, green, blue = levels.flatten(2).unbind(1)
    bins = (red * LEVELS + green) * LEVELS + blue
    counts = torch.zeros(len(bins), COLOURS, device=bins.device)
    counts.scatter_add_(1, bins, torch.ones_like(bins, dtype=torch.float32))
    return (counts / bins.shape[1]).sqrt()


@torch.no_grad()
def band_powers(frames_FCHW: Tensor) -> Tensor:
    """Return (F, FREQUENCIES) mean log powers of each frame's lightness in bands."""
    grey = frames_FCHW.float().mean(dim=1)
    waves = torch.fft.rfft2(grey - grey.mean(dim=(1, 2), keepdim=True), norm="ortho")
    powers = torch.fft.fftshift((waves.abs() ** 2 + SILENCE).log(), dim=1)
    return adaptive_avg_pool2d(powers[:, None], (BANDS, BANDS // 2)).flatten(1)


@torch.no_grad()
def change_maps(frames_FCHW: Tensor, frames: int) -> Tensor:
    """Return (F, CHANGES) logarithms of how far each place of a grid is from itself.

    In the frame before, in the one after, in the clip's first and in its last, row by row
    each; `frames` is T.
    """
    small = adaptive_avg_pool2d(frames_FCHW.float(), 2 * GRID)
    x_BTCHW = small.view(-1, frames, *small.shape[1:])
    step = x_BTCHW.diff(dim=1).abs()
    still = torch.zeros_like(x_BTCHW[:, :1])
    apart = [
        torch.cat([still, step], dim=1),
        torch.cat([step, still], dim=1),
        (x_BTCHW - x_BTCHW[:, :1]).abs(),
        (x_BTCHW - x_BTCHW[:, -1:]).abs(),
    ]
    maps = torch.stack(apart, dim=2).mean(dim=3).flatten(0, 1)
    return (adaptive_avg_pool2d(maps, GRID) + LEAST).log().flatten(1)
