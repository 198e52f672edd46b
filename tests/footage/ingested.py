"""Taking a drawn clip through the proxy, and reading what came out."""

from dataclasses import dataclass, field
from pathlib import Path

import av
import numpy as np
from av.audio.resampler import AudioResampler

from pipelines.media.finishing import ProxyFile, finish_proxy
from pipelines.media.packets import Image
from pipelines.media.probe import Probe, probe
from pipelines.media.proxies import write_proxy
from pipelines.media.reader import read_frames, read_stills
from pipelines.media.segments import ProxyTrack, Segment
from tests.footage.drawing import read_codes


@dataclass
class Ingested:
    """A clip's proxy in ``folder`` and everything that was handed out on the way."""

    source: Path
    folder: Path
    probe: Probe
    track: ProxyTrack
    proxy: ProxyFile
    smalls: dict[int, Image] = field(default_factory=dict)
    segments: list[Segment] = field(default_factory=list)

    def small_codes(self) -> list[int]:
        """Codes in the small pictures, in the order of their indices."""
        return read_codes(self.smalls[index] for index in sorted(self.smalls))

    def proxy_codes(self) -> list[int]:
        """Codes that decord reads in the proxy."""
        stills = read_stills(self.proxy.path, range(self.proxy.frames))
        return read_codes(self.active(still) for still in stills)

    def source_codes(self, indices: list[int]) -> list[int]:
        """Codes in full frames of the source."""
        frames = read_frames(self.source, self.probe, self.proxy.times, indices)
        return read_codes(self.active(frame) for frame in frames)

    def active(self, picture: Image) -> Image:
        """The active part of a whole displayed picture."""
        height, width = picture.shape[:2]
        x, y, w, h = self.probe.active_picture
        rows = slice(round(y * height), round((y + h) * height))
        return picture[rows, round(x * width) : round((x + w) * width)]

    def click_heard(self) -> float:
        """Seconds into the proxy at which its sound becomes loud."""
        return loud_from(self.proxy.path)


def ingest_clip(source: Path, *, segment_seconds: float = 1.0) -> Ingested:
    """Probe ``source`` and make its proxy in a folder beside it."""
    folder = source.with_name(f"{source.name}.proxy")
    found = probe(source)
    smalls: dict[int, Image] = {}
    segments: list[Segment] = []
    track = write_proxy(
        source,
        found,
        folder,
        on_frame=smalls.__setitem__,
        on_segment=segments.append,
        segment_seconds=segment_seconds,
    )
    proxy = finish_proxy(source, found, folder, folder / "proxy.mp4")
    return Ingested(source, folder, found, track, proxy, smalls, segments)


def loud_from(path: Path) -> float:
    """Seconds, on the file's clock, at which its sound first becomes loud."""
    with av.open(str(path)) as opened:
        resampler = AudioResampler("fltp", "mono", 48_000)
        for frame in opened.decode(audio=0):
            for part in resampler.resample(frame):
                loud = np.flatnonzero(np.abs(part.to_ndarray()[0]) > 0.1)
                if loud.size:
                    return float(part.time or 0) + int(loud[0]) / 48_000
    raise AssertionError(f"{path} is silent")
