"""EfficientNet-lite0, whole: ReLU6 throughout, no squeeze-and-excitation.

The lite family of Tan and Le, "EfficientNet" (arXiv 1905.11946), as published in
tensorflow/tpu. Parameter names are those of the PyTorch conversion whose weights are
loaded here, hence the leading underscores.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

FEATURES = 1280
CLASSES = 1000
SIDE = 224

_BN_EPSILON = 1e-3


@dataclass(frozen=True, slots=True)
class Stage:
    """Some blocks in a row; only the first of them strides and widens."""

    repeats: int
    kernel: int
    stride: int
    expand: int
    channels: int


STAGES = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)


class EfficientNetLite0(nn.Module):
    """(n, 3, 224, 224) pixels in about -1..1 to 1280 features or 1000 ImageNet classes."""

    def __init__(self) -> None:
        super().__init__()
        self._conv_stem = SameConv(3, 32, kernel=3, stride=2)
        self._bn0 = nn.BatchNorm2d(32, eps=_BN_EPSILON)
        self._blocks = nn.ModuleList(_blocks(32))
        self._conv_head = SameConv(STAGES[-1].channels, FEATURES)
        self._bn1 = nn.BatchNorm2d(FEATURES, eps=_BN_EPSILON)
        self._fc = nn.Linear(FEATURES, CLASSES)

    def features(self, pixels: Tensor) -> Tensor:
        """(n, 3, h, w) to (n, 1280): the last feature map, averaged over the picture."""
        x = functional.relu6(self._bn0(self._conv_stem(pixels)))
        for block in self._blocks:
            x = block(x)
        x = functional.relu6(self._bn1(self._conv_head(x)))
        pooled: Tensor = x.mean(dim=(2, 3))
        return pooled

    def forward(self, pixels: Tensor) -> Tensor:
        """(n, 3, h, w) to (n, 1000) logits of the ImageNet classes."""
        logits: Tensor = self._fc(self.features(pixels))
        return logits


class MBConv(nn.Module):
    """Widen, filter each channel by itself, narrow; added to its input where it fits."""

    def __init__(self, channels_in: int, stage: Stage, stride: int) -> None:
        super().__init__()
        wide = channels_in * stage.expand
        self.expands = stage.expand > 1
        if self.expands:
            self._expand_conv = SameConv(channels_in, wide)
            self._bn0 = nn.BatchNorm2d(wide, eps=_BN_EPSILON)
        self._depthwise_conv = SameConv(
            wide, wide, kernel=stage.kernel, stride=stride, groups=wide
        )
        self._bn1 = nn.BatchNorm2d(wide, eps=_BN_EPSILON)
        self._project_conv = SameConv(wide, stage.channels)
        self._bn2 = nn.BatchNorm2d(stage.channels, eps=_BN_EPSILON)
        self.adds = stride == 1 and channels_in == stage.channels

    def forward(self, x: Tensor) -> Tensor:
        """(n, c, h, w) to (n, channels, h / stride, w / stride), rounded up."""
        y = functional.relu6(self._bn0(self._expand_conv(x))) if self.expands else x
        y = functional.relu6(self._bn1(self._depthwise_conv(y)))
        y = self._bn2(self._project_conv(y))
        narrowed: Tensor = x + y if self.adds else y
        return narrowed


class SameConv(nn.Conv2d):
    """Convolution with TensorFlow's SAME padding: the odd pixel goes right and below."""

    def __init__(
        self,
        channels_in: int,
        channels_out: int,
        kernel: int = 1,
        stride: int = 1,
        groups: int = 1,
    ) -> None:
        super().__init__(
            channels_in, channels_out, kernel, stride, groups=groups, bias=False
        )

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002  torch's own name
        """(n, c, h, w) to (n, c', ceil(h / stride), ceil(w / stride))."""
        top, bottom = _same_padding(input.shape[2], self.kernel_size[0], self.stride[0])
        left, right = _same_padding(input.shape[3], self.kernel_size[1], self.stride[1])
        return super().forward(functional.pad(input, (left, right, top, bottom)))


def _same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def _blocks(channels: int) -> Iterator[MBConv]:
    for stage in STAGES:
        for repeat in range(stage.repeats):
            yield MBConv(channels, stage, stage.stride if repeat == 0 else 1)
            channels = stage.channels


def to_pixels(rgb: Tensor) -> Tensor:
    """(n, 224, 224, 3) uint8 RGB to (n, 3, 224, 224) float32, as the lite family was trained."""
    return (rgb.permute(0, 3, 1, 2).to(torch.float32) - 127.0) / 128.0


def load_efficientnet(weights_file: Path) -> EfficientNetLite0:
    """Return the network with every weight taken from the file, in evaluation mode.

    Raises ValueError if it does not hold them.
    """
    network = EfficientNetLite0()
    try:
        network.load_state_dict(load_file(weights_file), strict=True)
    except RuntimeError as error:
        raise ValueError(
            f"{weights_file.name} does not hold EfficientNet-lite0's weights: {error}"
        ) from error
    return network.eval()
