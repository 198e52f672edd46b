"""Real pictures for the tests: two photographs and frames of the sample titles."""

import json
import os
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[np.uint8]

_ROOT = Path(__file__).resolve().parents[2]


def weights_folder() -> Path:
    """Where set-up places the networks' weights."""
    folder = Path(os.environ.get("KULESHOV_WEIGHTS") or _ROOT / "var" / "weights")
    if not folder.is_dir():
        raise AssertionError(
            f"No weights in {folder}: run `python -m pipelines.weights` first."
        )
    return folder


@cache
def photographs() -> dict[str, Picture]:
    """The two photographs that scikit-learn brings: a palace in China, a dahlia."""
    # Found without importing scikit-learn, which takes every program two seconds.
    found = find_spec("sklearn")
    if not found or not found.origin:
        raise AssertionError("scikit-learn is not installed")
    folder = Path(found.origin).with_name("datasets") / "images"
    return {
        name: np.asarray(Image.open(folder / f"{name}.jpg"), np.uint8)
        for name in ("china", "flower")
    }


@cache
def sample(title: str) -> "SampleTitle":
    """A sample title, with what is known about it."""
    folder = Path(os.environ.get("KULESHOV_SAMPLES") or _ROOT / "var" / "samples")
    truth = folder / f"{title}.truth.json"
    if not truth.is_file():
        raise AssertionError(
            f"No {title} in {folder}: run `python -m pipelines.samples` first."
        )
    film = next(f for f in folder.glob(f"{title}.*") if f.suffix in {".mp4", ".mov"})
    return SampleTitle(film, json.loads(truth.read_text(encoding="utf-8")))


class SampleTitle:
    """Frames and truth of one sample title."""

    def __init__(self, film: Path, truth: dict[str, Any]) -> None:
        self.film, self.truth = film, truth
        self.shots = truth["shots"]

    def all_frames(self) -> Iterator[Picture]:
        """Every frame, RGB, cropped to the active picture."""
        return map(self._cropped, self._decoded())

    def frames(self, wanted: list[int]) -> dict[int, Picture]:
        """Frames by number, RGB, cropped to the active picture."""
        several = islice(enumerate(self._decoded()), max(wanted) + 1)
        return {n: self._cropped(frame) for n, frame in several if n in wanted}

    def middles(self, names: list[str]) -> dict[str, Picture]:
        """The middle frame of each named shot."""
        at = {s["name"]: (s["first"] + s["end"]) // 2 for s in self.shots}
        found = self.frames([at[name] for name in names])
        return {name: found[at[name]] for name in names}

    def _decoded(self) -> Iterator[VideoFrame]:
        with av.open(str(self.film)) as film:
            yield from film.decode(video=0)

    def _cropped(self, frame: VideoFrame) -> Picture:
        picture = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
        (width, height), (wide, tall) = self.truth["size"], self.truth["active"]
        left, top = (width - wide) // 2, (height - tall) // 2
        return np.ascontiguousarray(picture[top : top + tall, left : left + wide])
