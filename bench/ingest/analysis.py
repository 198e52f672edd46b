"""The analysis that ingest does with a decoded film: signals, shots and stills."""

import tempfile
import time
from pathlib import Path

import av
import cv2
import torch

from mlcore.matching.appearance import AppearanceEncoder
from mlcore.matching.colour import look_colours
from mlcore.matching.masks import centred, placed
from mlcore.matching.segmenters import choose_segmenter
from mlcore.shots.detect import find_shots
from mlcore.shots.signals import SignalRecorder, Signals, join_saved
from pipelines.media.child.shaping import Shape, Shaper
from pipelines.media.finishing import finish_proxy
from pipelines.media.probe import probe
from pipelines.media.proxies import write_proxy
from pipelines.media.reader import open_proxy, read_stills
from pipelines.media.segments import Segment
from pipelines.weights import default_folder

KEYFRAMES = 60


def shots_and_flow(film: Path) -> None:
    """One decode with what shots and motion are found from, and the shots; no proxy."""
    size, recorder = (960, 540), SignalRecorder()
    shaper = Shaper(Shape(size=size, crop=(0, 0, *size), small=(256, 144)))
    with av.open(str(film)) as opened:
        stream = opened.streams.video[0]
        stream.codec_context.thread_count = 1
        for frame in opened.decode(stream):
            for _, small in shaper.push(frame):
                if small is not None:
                    recorder.push(small)
        find_shots(recorder.take(), stream.average_rate)


def one_pass(film: Path) -> None:
    """All that ingest does with the source: probe, proxy with sound, signals, shots."""
    with tempfile.TemporaryDirectory(dir=film.parent) as name:
        _proxy_and_signals(film, Path(name))


def _proxy_and_signals(film: Path, folder: Path) -> None:
    found, recorder = probe(film), SignalRecorder()
    pieces: list[Path] = []

    def keep(segment: Segment) -> None:
        pieces.append(folder / f"signals-{segment.number:05d}.npy")
        recorder.take().save(pieces[-1])

    write_proxy(
        film,
        found,
        folder,
        on_frame=lambda _, small: recorder.push(small),
        on_segment=keep,
    )
    finish_proxy(film, found, folder, folder / "proxy.mp4")
    join_saved(pieces, folder / "signals.npy")
    find_shots(Signals.load(folder / "signals.npy"), found.rate)


def represent(film: Path) -> None:
    """Print what a keyframe costs: read from the proxy, mask, appearance, colours."""
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory(dir=film.parent) as name:
        _proxy_and_signals(film, Path(name))
        segmenter = choose_segmenter(default_folder())
        encoder = AppearanceEncoder(default_folder() / "efficientnet-lite0.safetensors")
        proxy = open_proxy(Path(name) / "proxy.mp4")
        frames = range(0, len(proxy), max(1, len(proxy) // KEYFRAMES))
        began = time.process_time()
        stills = read_stills(proxy, list(frames))
        for still in stills:
            subject = segmenter.segment(still)
            look_colours(still, subject.coverage if subject else None)
            if subject is not None:
                placed(subject.coverage)
                centred(subject.coverage, 16 / 9)
        encoder.encode(stills)
        each = (time.process_time() - began) / len(stills)
        print(f"represent: {1000 * each:.0f} ms CPU a keyframe ({len(stills)} of them)")
