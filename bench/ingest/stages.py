"""What is measured, each in a process of its own: ``python -m bench.ingest.stages NAME FILE``."""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import av

from bench.ingest.analysis import one_pass, represent, shots_and_flow
from pipelines.media.child.shaping import Shape, Shaper
from pipelines.media.finishing import finish_proxy
from pipelines.media.probe import probe
from pipelines.media.proxies import write_proxy


def decode(film: Path) -> None:
    """Every frame, with the same library and one thread, and nothing done with it."""
    with av.open(str(film)) as opened:
        stream = opened.streams.video[0]
        stream.codec_context.thread_count = 1
        for _ in opened.decode(stream):
            pass


def small_pictures(film: Path) -> None:
    """Decoding, and the small picture of every frame by way of the proxy's size."""
    size = (960, 540)
    shaper = Shaper(Shape(size=size, crop=(0, 0, *size), small=(256, 144)))
    with av.open(str(film)) as opened:
        stream = opened.streams.video[0]
        stream.codec_context.thread_count = 1
        for frame in opened.decode(stream):
            for _ in shaper.push(frame):
                pass


def look(film: Path) -> None:
    """The probe, with its sampling of pictures."""
    probe(film)


def proxy(film: Path) -> None:
    """The probe and all of ``write_proxy``: the sandbox, the pipe, small pictures and segments."""
    with tempfile.TemporaryDirectory(dir=film.parent) as folder:
        write_proxy(
            film,
            probe(film),
            Path(folder),
            on_frame=lambda *_: None,
            on_segment=lambda _: None,
        )


def finished_proxy(film: Path) -> None:
    """The same, joined into one file with its table of times."""
    with tempfile.TemporaryDirectory(dir=film.parent) as name:
        folder, found = Path(name), probe(film)
        write_proxy(
            film, found, folder, on_frame=lambda *_: None, on_segment=lambda _: None
        )
        finish_proxy(film, found, folder, folder / "proxy.mp4")


def scenedetect_opencv(film: Path) -> None:
    """The ``scenedetect`` command looking for cuts and nothing else."""
    _scenedetect(film, "opencv")


def scenedetect_pyav(film: Path) -> None:
    """The same command decoding with PyAV."""
    _scenedetect(film, "pyav")


def _scenedetect(film: Path, backend: str) -> None:
    command = Path(sys.executable).with_name("scenedetect")
    arguments = ["--backend", backend, "-q", "-i", str(film), "detect-adaptive"]
    subprocess.run([str(command), *arguments], check=True)


STAGES: dict[str, Callable[[Path], None]] = {
    "decode": decode,
    "small_pictures": small_pictures,
    "shots_and_flow": shots_and_flow,
    "probe": look,
    "proxy": proxy,
    "finished_proxy": finished_proxy,
    "one_pass": one_pass,
    "scenedetect_opencv": scenedetect_opencv,
    "scenedetect_pyav": scenedetect_pyav,
}

# Measured by itself: what it prints is per keyframe, not per frame.
APART: dict[str, Callable[[Path], None]] = {"represent": represent}

if __name__ == "__main__":
    (STAGES | APART)[sys.argv[1]](Path(sys.argv[2]))
