"""What docs/edits.md states of files and memory:

    python -m bench.masters FILM [--first 207] [--frames 24]

Frames of a film are written as results of edits are, read back and compared; then so many
frames of 960 x 540 are edited by the composite, and the memory that took is printed.
"""

import argparse
import resource
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np
import torch
from numpy.typing import NDArray

from mlcore.editing.backends.composite import Composite
from mlcore.editing.order import EditOrder
from pipelines.media.mastering import SPACES, matrix_of, write_master
from pipelines.media.probe import Probe, probe

Bytes = NDArray[np.uint8]
WIDE, HIGH = 960, 540


def main() -> None:
    """Print both."""
    given = _arguments()
    torch.set_num_threads(1)
    found = probe(given.film)
    frames = _frames(given.film, given.first, given.frames)
    with TemporaryDirectory() as folder:
        _compare(frames, found, Path(folder) / "master.mov")
    _edit(given.frames)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.masters")
    parser.add_argument("film", type=Path, help="one of your own, such as a sample")
    parser.add_argument("--first", type=int, default=207)
    parser.add_argument("--frames", type=int, default=24)
    return parser.parse_args()


def _frames(film: Path, first: int, many: int) -> Bytes:
    """(T, H, W, 3) RGB."""
    kept = []
    with av.open(str(film)) as opened:
        for index, frame in enumerate(opened.decode(video=0)):
            if index >= first:
                kept.append(frame.to_ndarray(format="rgb24"))
            if len(kept) == many:
                break
    return np.asarray(np.stack(kept), np.uint8)


def _compare(frames: Bytes, found: Probe, path: Path) -> None:
    began = time.monotonic()
    write_master(path, frames, found, timecode="01:00:00:00")
    seconds = time.monotonic() - began
    _number, space = SPACES[matrix_of(found)]
    with av.open(str(path)) as opened:
        back = np.stack(
            [
                each.reformat(format="rgb24", src_colorspace=space).to_ndarray()
                for each in opened.decode(video=0)
            ]
        )
    off = np.abs(back.astype(int) - frames)
    many, height, width = frames.shape[:3]
    _say(
        f"{many} frames of {width} x {height}: {path.stat().st_size / many / 1e6:.2f} MB and "
        f"{seconds / many:.3f} s a frame; off by {off.max()} of 255 at most, "
        f"{off.mean():.3f} in the mean, by more than 1 in {(off > 1).mean():.4%} of values"
    )


def _edit(frames: int) -> None:
    ground = np.random.default_rng(0).integers(60, 120, (HIGH, WIDE, 3), np.uint8)
    film = np.stack([ground] * frames)
    for at, frame in enumerate(film):
        frame[180:270, 240 + 4 * at : 360 + 4 * at] = (200, 30, 30)
    region = torch.zeros(frames, HIGH, WIDE, dtype=torch.bool)
    region[0, 180:270, 240:360] = True
    picture = torch.zeros(4, 100, 100, dtype=torch.uint8)
    picture[2:, 20:80, 20:80] = 255
    order = EditOrder(
        frames=torch.from_numpy(film).permute(0, 3, 1, 2),
        picture=picture,
        source_prompt="a red square",
        target_prompt="a blue one",
        region=region,
    )
    before, began = _now(), time.monotonic()
    Composite().edit(order)
    took = (_peak() - before) / (frames * WIDE * HIGH)
    seconds = (time.monotonic() - began) / frames
    _say(
        f"Composite, {frames} frames of {WIDE} x {HIGH}: {took:.0f} bytes a pixel and frame "
        f"above the source's own, {seconds:.2f} s a frame"
    )


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _now() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
