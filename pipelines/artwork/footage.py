"""Photographs and clips that components are laid on, out of pinned packages.

docs/artwork.md says what is known about the rights in each.
"""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from mlcore.components.drawing.materials import Pool
from pipelines.packages import Package, PackageError
from pipelines.samples import setups
from pipelines.samples.setups import Setup

SCIKIT_LEARN = Package(
    "scikit-learn",
    "1.9.1",
    "scikit_learn-1.9.1-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl",
    "52a0703bbc07ad27f560fa63fa68e4c54dd735bfbbf65b4dd3c225dc7547b6df",
    "BSD-3-Clause",
)
SCIKIT_IMAGE = Package(
    "scikit-image",
    "0.26.0",
    "scikit_image-0.26.0-cp311-cp311-manylinux_2_24_x86_64.manylinux_2_28_x86_64.whl",
    "74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af",
    "BSD-3-Clause",
)

STILL = (216, 288)
CLIP = (128, 176)
"""Heights and widths: small enough for 60 MB, large enough to be cropped for 112 lines."""
CLIP_RATE = 10
"""Frames a second: what moves in four seconds is seen, and a clip is 2.7 MB."""
CLIP_FRAMES = 40


@dataclass(frozen=True)
class Photograph:
    """A picture file in a package, and the pool it is in."""

    package: Package
    member: str
    pool: Pool
    licence: str

    @property
    def name(self) -> str:
        """The file's name without its folders and ending."""
        return Path(self.member).stem


@dataclass(frozen=True)
class Clip:
    """A camera set-up of a sample clip, the frame it begins at, and the pool it is in."""

    setup: Setup
    pool: Pool
    first: int = 0

    @property
    def name(self) -> str:
        """The set-up's name and where it begins."""
        return f"{self.setup.name} {self.setup.first + self.first}"


def _skimage(file: str, pool: Pool, licence: str) -> Photograph:
    return Photograph(SCIKIT_IMAGE, f"skimage/data/{file}", pool, licence)


def _sklearn(file: str, pool: Pool) -> Photograph:
    member = f"sklearn/datasets/images/{file}"
    return Photograph(SCIKIT_LEARN, member, pool, "CC BY 2.0")


PHOTOGRAPHS = (
    _sklearn("china.jpg", "train"),
    _skimage("astronaut.png", "train", "public domain (NASA)"),
    _skimage("brick.png", "train", "CC0"),
    _skimage("camera.png", "train", "CC0"),
    _skimage("coffee.png", "train", "CC0"),
    _skimage("grass.png", "train", "CC0"),
    _skimage("hubble_deep_field.jpg", "train", "public domain (NASA)"),
    _sklearn("flower.jpg", "test"),
    _skimage("chelsea.png", "test", "CC0"),
    _skimage("rocket.jpg", "test", "public domain (SpaceX)"),
    _skimage("coins.png", "test", "no known copyright restrictions"),
    _skimage("gravel.png", "test", "CC0"),
    _skimage("clock_motion.png", "test", "public domain"),
)

# One source file is in one pool only: its set-ups share people, places and grain.
CLIPS = (
    Clip(setups.WOMAN, "train"),
    Clip(setups.WOMAN, "train", 240),
    Clip(setups.BUS, "train"),
    Clip(setups.TRAFFIC, "train"),
    Clip(setups.CYCLIST, "train"),
    Clip(setups.BRIDGE, "train"),
    Clip(setups.PAVEMENT, "train"),
    Clip(setups.SPEECH, "train"),
    Clip(setups.ROBOT, "train"),
    Clip(setups.TOWERS, "test"),
    Clip(setups.TOWER, "test"),
    Clip(setups.CAR, "test"),
    Clip(setups.MAN, "test"),
    Clip(setups.BUNNY, "test"),
    Clip(setups.PARK, "test"),
)

Picture = NDArray[np.uint8]


def read_photograph(path: Path) -> Picture:
    """Return (h, w, 3) RGB of a picture file, filling STILL.

    Raises PackageError for a file that is no picture.
    """
    found = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if found is None:
        raise PackageError(f"{path.name} is no picture that can be read.")
    return filled(np.asarray(found[..., ::-1], np.uint8), STILL)


def read_clip(clip: Clip, folder: Path) -> Picture:
    """Return (t, h, w, 3) RGB, filling CLIP, ten frames a second, four seconds at most."""
    frames: list[Picture] = []
    begin = clip.setup.first + clip.first
    with av.open(folder / clip.setup.clip) as container:
        stream = container.streams.video[0]
        rate = stream.average_rate or Fraction(25)
        step = max(Fraction(1), rate / CLIP_RATE)
        for number, frame in enumerate(container.decode(stream)):
            if number >= clip.setup.end or len(frames) == CLIP_FRAMES:
                break
            if number >= begin + len(frames) * step:
                picture = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
                frames.append(filled(picture, CLIP))
    return np.stack(frames)


def filled(picture: Picture, size: tuple[int, int]) -> Picture:
    """Return a picture made smaller or larger and cropped about its middle to fill size."""
    (height, width), (tall, wide) = picture.shape[:2], size
    scale = max(tall / height, wide / width)
    shape = (max(wide, round(width * scale)), max(tall, round(height * scale)))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    whole = cv2.resize(picture, shape, interpolation=way)
    top, left = (shape[1] - tall) // 2, (shape[0] - wide) // 2
    return np.ascontiguousarray(whole[top : top + tall, left : left + wide])
