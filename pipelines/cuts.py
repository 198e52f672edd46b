"""What a network says of every frame of a title, asked once and kept beside the signals."""

from __future__ import annotations

import shutil
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import torch
from django.conf import settings

from catalog.files import local_path, publish, working_folder
from mlcore.shots.transnetv2 import HEIGHT, KEPT, MARGIN, WIDTH, CutNetwork
from pipelines.errors import PipelineError
from pipelines.media.files import whole_file
from pipelines.media.reader import open_proxy
from pipelines.stills import crop_to_picture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from decord import VideoReader
    from numpy.typing import NDArray

    from catalog.models import Title
    from pipelines.jobs import Claim

    Picture = NDArray[np.uint8]
    Likely = NDArray[np.float32]

CUT_WEIGHTS = "transnetv2.safetensors"
# A killed worker asks again about so many frames at most: half a minute's work.
PIECE_FRAMES = 30 * KEPT
BATCH_FRAMES = 16


def chosen_detector() -> str:
    """adaptive or transnetv2: the setting, or for auto what suits this worker's device."""
    if settings.SHOT_DETECTOR != "auto":
        return str(settings.SHOT_DETECTOR)
    return "transnetv2" if torch.cuda.is_available() else "adaptive"


def likely_ends(claim: Claim, frames: int) -> Likely | None:
    """(frames, 2) answers of the network; None where the adaptive detector decides.

    Frames come from the proxy. Answers are kept, so cuts found again need no look at
    the film; stopped on the way, the work goes on after the last finished piece.
    """
    if chosen_detector() != "transnetv2":
        return None
    key = f"{claim.title.proxy_key.rpartition('/')[0]}/transnetv2.npy"
    kept = _load(local_path(key))
    if kept is None or len(kept) != frames:
        _ask(claim, frames, key)
        kept = _load(local_path(key))
    return kept


def _load(path: Path) -> Likely | None:
    return np.load(path, allow_pickle=False) if path.exists() else None


def _ask(claim: Claim, frames: int, key: str) -> None:
    title = claim.title
    folder = working_folder(f"title-{title.pk}/cuts")
    network = _load_network(torch.cuda.is_available())
    proxy = open_proxy(local_path(title.proxy_key))
    done = sum(len(np.load(piece)) for piece in _pieces(folder))
    began, first = time.monotonic(), done
    before = _seen(proxy, title, range(max(0, done - MARGIN), done))
    coming = (
        frame
        for at in range(done, frames, BATCH_FRAMES)
        for frame in _seen(proxy, title, range(at, min(at + BATCH_FRAMES, frames)))
    )
    answers: list[Likely] = []
    for answer in network.predict(coming, before):
        answers.append(answer)
        done += len(answer)
        pace = (done - first) / (time.monotonic() - began)
        claim.progress(done / frames, f"{pace:.0f} frames/s")
        if len(answers) * KEPT >= PIECE_FRAMES or done == frames:
            _keep(folder / f"{done:09d}.npy", answers)
            answers = []
    _keep(folder / "whole", [np.load(piece) for piece in _pieces(folder)])
    publish(folder / "whole", key)
    shutil.rmtree(folder)
    claim.job.note(f"cuts by TransNet V2 on {network.device}")


def _pieces(folder: Path) -> list[Path]:
    return sorted(folder.glob("[0-9]*.npy"))


def _keep(path: Path, answers: Sequence[Likely]) -> None:
    with whole_file(path) as partial, partial.open("wb") as file:
        np.save(file, np.concatenate(answers))


@cache
def _load_network(on_gpu: bool) -> CutNetwork:  # noqa: FBT001  a key of the cache
    torch.set_num_threads(settings.TORCH_THREADS)
    try:
        weights = Path(settings.WEIGHTS_ROOT) / CUT_WEIGHTS
        return CutNetwork(weights, "cuda" if on_gpu else "cpu")
    except FileNotFoundError:
        raise PipelineError(
            f"Weights are missing ({CUT_WEIGHTS}); run `python -m pipelines.weights` "
            "or set KULESHOV_SHOT_DETECTOR=adaptive, then press Retry."
        ) from None


def _seen(proxy: VideoReader, title: Title, frames: range) -> Picture:
    """The active picture of some frames as the network wants it: (n, 27, 48, 3) RGB."""
    if not len(frames):
        return np.zeros((0, HEIGHT, WIDTH, 3), np.uint8)
    pictures = proxy.get_batch(list(frames)).asnumpy()
    return np.stack([_small(crop_to_picture(picture, title)) for picture in pictures])


def _small(picture: Picture) -> Picture:
    small = cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)
