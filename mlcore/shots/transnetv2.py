"""TransNet V2, whole: how likely every frame is one at which a shot ends.

Soucek and Lokoc, "TransNet V2: An effective deep network architecture for fast shot
transition detection" (arXiv 2008.04838), with the authors' weights in their PyTorch
form; parameter names are those of that form. Shapes: B windows of T frames, C
channels, H x W pixels.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

HEIGHT, WIDTH = 27, 48
WINDOW, KEPT, MARGIN = 100, 50, 25
"""Frames the network sees at once; the middle ones, whose answer counts; those on
either side, seen only as surroundings."""

_FILTERS = 16
_LOOKUP = 101
_SIMILAR = 128
_HIDDEN = 1024
_BN_EPSILON = 1e-3
_DILATIONS = (1, 2, 4, 8)

Frames = NDArray[np.uint8]
Floats = NDArray[np.float32]


class CutNetwork:
    """Says of frames where shots end, with weights from one safetensors file.

    Nothing outside is touched: neither random states nor torch's settings. Raises
    FileNotFoundError without the file, ValueError for one that does not fit.
    """

    def __init__(self, weights_file: Path, device: str | torch.device = "cpu") -> None:
        self.device = torch.device(device)
        # Without storage no parameter is drawn at random before the real ones come.
        with torch.device("meta"):
            network = TransNetV2()
        try:
            network.load_state_dict(load_file(weights_file), assign=True)
        except RuntimeError as error:
            raise ValueError(
                f"{weights_file.name} is not TransNet V2: {error}"
            ) from None
        self.network = network.eval().to(self.device)

    def predict(
        self, frames: Iterable[Frames], before: Frames | None = None
    ) -> Iterator[Floats]:
        """Yield, for up to 50 frames at a time, (n, 2) probabilities 0..1.

        Column 0: this is the last frame of a shot, or the middle of a gradual
        transition; column 1: this is any frame of a transition. Frames are uint8
        (27, 48, 3) RGB; `before` are up to 25 that precede the first, where work goes
        on that was begun earlier (at a multiple of 50, the numbers are the same).
        """
        for window, kept in _windows(frames, before):
            yield self._answer(window)[:kept]

    def _answer(self, window: Frames) -> Floats:
        frames = torch.from_numpy(window)[None].to(self.device)
        steady = torch.backends.cudnn.flags(deterministic=True, benchmark=False)
        with torch.inference_mode(), steady:
            likely = torch.sigmoid(self.network(frames))[0, MARGIN : MARGIN + KEPT]
        return np.asarray(likely.cpu().numpy(), np.float32)


def _windows(
    frames: Iterable[Frames], before: Frames | None
) -> Iterator[tuple[Frames, int]]:
    """Yield windows of 100 frames, 50 apart, and how many of the middle 50 are real.

    Beyond the ends of the film its first and last frame stand still.
    """
    coming = iter(frames)
    ahead = list(islice(coming, KEPT + MARGIN))
    if not ahead:
        return
    behind = list(before) if before is not None and len(before) else [ahead[0]]
    behind = [behind[0]] * (MARGIN - len(behind)) + behind[-MARGIN:]
    while ahead:
        still = [ahead[-1]] * (WINDOW - MARGIN - len(ahead))
        window = np.stack([*behind, *ahead, *still])
        if window.shape != (WINDOW, HEIGHT, WIDTH, 3) or window.dtype != np.uint8:
            raise ValueError(
                f"frames must be uint8 (27, 48, 3), got {window.shape[1:]}"
            )
        yield window, min(KEPT, len(ahead))
        behind = ahead[KEPT - MARGIN : KEPT]
        ahead = ahead[KEPT:] + list(islice(coming, KEPT))


class TransNetV2(nn.Module):
    """(B, T, 27, 48, 3) uint8 RGB to (B, T, 2) logits: one frame, every frame of a cut."""

    def __init__(self) -> None:
        super().__init__()
        wide = [4 * _FILTERS * 2**level for level in range(3)]
        self.SDDCNN = nn.ModuleList(
            Stack(channels, filters // 4)
            for channels, filters in zip([3, *wide[:-1]], wide, strict=True)
        )
        self.frame_sim_layer = FrameSimilarity(sum(wide))
        self.color_hist_layer = ColourSimilarity()
        self.fc1 = nn.Linear(wide[-1] * 3 * 6 + 2 * _SIMILAR, _HIDDEN)
        self.cls_layer1 = nn.Linear(_HIDDEN, 1)
        self.cls_layer2 = nn.Linear(_HIDDEN, 1)

    def forward(self, frames: Tensor) -> Tensor:
        """As the figure has it: convolutions, and how alike frames are, to two answers."""
        x_BCTHW = frames.permute(0, 4, 1, 2, 3).float() / 255.0
        levels = []
        for stack in self.SDDCNN:
            x_BCTHW = stack(x_BCTHW)
            levels.append(x_BCTHW)
        seen_BTC = x_BCTHW.permute(0, 2, 3, 4, 1).flatten(2)
        alike_BTC = self.frame_sim_layer(levels)
        coloured_BTC = self.color_hist_layer(frames)
        x_BTC = functional.relu(
            self.fc1(torch.cat([coloured_BTC, alike_BTC, seen_BTC], 2))
        )
        return torch.cat([self.cls_layer1(x_BTC), self.cls_layer2(x_BTC)], 2)


class Stack(nn.Module):
    """Two dilated layers with a way around the second, then half the height and width."""

    def __init__(self, channels: int, filters: int) -> None:
        super().__init__()
        self.DDCNN = nn.ModuleList(
            [Dilated(channels, filters), Dilated(4 * filters, filters)]
        )

    def forward(self, x_BCTHW: Tensor) -> Tensor:
        """(B, C, T, H, W) to (B, 4 filters, T, H / 2, W / 2)."""
        first = functional.relu(self.DDCNN[0](x_BCTHW))
        second = functional.relu(self.DDCNN[1](first))
        return functional.avg_pool3d(first + second, (1, 2, 2))


class Dilated(nn.Module):
    """Four convolutions that look 1, 2, 4 and 8 frames back and ahead, side by side."""

    def __init__(self, channels: int, filters: int) -> None:
        super().__init__()
        for step in _DILATIONS:
            self.add_module(f"Conv3D_{step}", Separable(channels, filters, step))
        self.bn = nn.BatchNorm3d(4 * filters, eps=_BN_EPSILON)

    def forward(self, x_BCTHW: Tensor) -> Tensor:
        """(B, C, T, H, W) to (B, 4 filters, T, H, W)."""
        looks = [getattr(self, f"Conv3D_{step}")(x_BCTHW) for step in _DILATIONS]
        normal: Tensor = self.bn(torch.cat(looks, dim=1))
        return normal


class Separable(nn.Module):
    """A convolution over the picture, then one over time."""

    def __init__(self, channels: int, filters: int, step: int) -> None:
        super().__init__()
        picture = nn.Conv3d(
            channels, 2 * filters, (1, 3, 3), padding=(0, 1, 1), bias=False
        )
        time = nn.Conv3d(
            2 * filters,
            filters,
            (3, 1, 1),
            dilation=(step, 1, 1),
            padding=(step, 0, 0),
            bias=False,
        )
        self.layers = nn.ModuleList([picture, time])

    def forward(self, x_BCTHW: Tensor) -> Tensor:
        """(B, C, T, H, W) to (B, filters, T, H, W)."""
        over_time: Tensor = self.layers[1](self.layers[0](x_BCTHW))
        return over_time


class FrameSimilarity(nn.Module):
    """How alike each frame's features are to those of the 50 before and after it."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.projection = nn.Linear(channels, _SIMILAR)
        self.fc = nn.Linear(_LOOKUP, _SIMILAR)

    def forward(self, levels: list[Tensor]) -> Tensor:
        """Feature maps of every level to (B, T, 128)."""
        means_BCT = torch.cat([level.mean(dim=(3, 4)) for level in levels], dim=1)
        x_BTC = self.projection(means_BCT.transpose(1, 2))
        return functional.relu(self.fc(_likeness(x_BTC)))


class ColourSimilarity(nn.Module):
    """How alike each frame's colours are to those of the 50 before and after it."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(_LOOKUP, _SIMILAR)

    def forward(self, frames: Tensor) -> Tensor:
        """(B, T, H, W, 3) uint8 to (B, T, 128), by histograms of 8 x 8 x 8 colours."""
        eighths = frames.flatten(2, 3).long() >> 5
        colour_BTP = (eighths[..., 0] << 6) + (eighths[..., 1] << 3) + eighths[..., 2]
        counts_BTC = torch.zeros(*colour_BTP.shape[:2], 512, device=frames.device)
        counts_BTC.scatter_add_(
            2, colour_BTP, torch.ones_like(colour_BTP, dtype=torch.float32)
        )
        return functional.relu(self.fc(_likeness(counts_BTC)))


def _likeness(x_BTC: Tensor) -> Tensor:
    """Cosines of every frame with those 50 before to 50 after it, (B, T, 101); 0 outside."""
    unit_BTC = functional.normalize(x_BTC, dim=2)
    every_BTT = unit_BTC @ unit_BTC.transpose(1, 2)
    B, T, _ = every_BTT.shape
    reach = _LOOKUP // 2
    padded = functional.pad(every_BTT, (reach, reach))
    time = torch.arange(T, device=x_BTC.device)
    around_TL = time[:, None] + torch.arange(_LOOKUP, device=x_BTC.device)[None, :]
    return padded.gather(2, around_TL.expand(B, T, _LOOKUP))
