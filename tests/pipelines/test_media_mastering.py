"""The file of a made picture: rates of NTSC, drop frame, several sounds of every depth."""

import unittest
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

from catalog.timecode import timecode
from pipelines.media.mastering import FOUND_BY, write_master
from pipelines.media.probe import probe
from pipelines.media.samples import Samples, read_samples

SOUND_RATE = 48_000
FRAMES, FIRST, END = 60, 5, 45
"""Of the source, and which of them are in the file"""


@dataclass(frozen=True)
class Track:
    """One sound of the source; no two samples of it are alike."""

    codec: str
    layout: str
    channels: int
    language: str
    bits: int

    def samples(self, seconds: Fraction) -> npt.NDArray[np.int32]:
        """(N, channels) of full scale, with as many bits as it has."""
        chance = np.random.default_rng(self.bits)
        many = round(seconds * SOUND_RATE), self.channels
        drawn = chance.integers(-(2**31), 2**31, many)
        empty = 32 - self.bits
        return (drawn >> empty << empty).astype(np.int32)


TRACKS = (
    Track("pcm_s24le", "stereo", 2, "eng", 24),
    Track("pcm_s16le", "mono", 1, "ita", 16),
)


def write_film(path: Path, rate: Fraction, start: str) -> Path:
    """Write grey frames that grow lighter, with both sounds."""
    with av.open(str(path), "w") as target:
        target.metadata["timecode"] = start
        picture: Any = target.add_stream("libx264", rate=rate)
        picture.width, picture.height, picture.pix_fmt = 64, 48, "yuv420p"
        heard: list[Any] = []
        for track in TRACKS:
            kind: Any = track.codec
            stream = target.add_stream(kind, rate=SOUND_RATE, layout=track.layout)
            stream.metadata["language"] = track.language
            heard.append(stream)
        for index in range(FRAMES):
            grey = np.full((48, 64, 3), 20 + 3 * index, np.uint8)
            target.mux(picture.encode(VideoFrame.from_ndarray(grey)))
        target.mux(picture.encode(None))
        for stream, track in zip(heard, TRACKS, strict=True):
            samples: Any = track.samples(FRAMES / rate)
            form = "s32"
            if track.bits == 16:
                samples, form = (samples >> 16).astype(np.int16), "s16"
            frame = AudioFrame.from_ndarray(
                samples.reshape(1, -1), format=form, layout=track.layout
            )
            frame.sample_rate, frame.pts = SOUND_RATE, 0
            target.mux([*stream.encode(frame), *stream.encode(None)])
    return path


class MasterTests(unittest.TestCase):
    def setUp(self):
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_rate_timecode_and_sounds_of_a_source_are_kept(self):
        for rate, start, wanted in (
            (Fraction(24000, 1001), "01:00:00:00", "01:00:00:05"),
            # Two counts are left out as the minute begins, within these frames.
            (Fraction(30000, 1001), "00:00:59;24", "00:00:59;29"),
            (Fraction(30000, 1001), "00:00:59;28", "00:01:00;05"),
        ):
            with self.subTest(start=start):
                source = write_film(self.folder / "source.mov", rate, start)
                self.kept(source, rate, wanted)

    def kept(self, source: Path, rate: Fraction, wanted: str) -> None:
        """Write a range of the source's frames and sounds, and look at the file."""
        told = probe(source)
        self.assertEqual((told.rate, told.drop_frame), (rate, ";" in wanted))
        begins, long = FIRST / rate, (END - FIRST) / rate
        out = self.folder / "master.mov"
        start = told.start_timecode or ""
        first = timecode(FIRST, rate, start, drop=told.drop_frame)
        write_master(
            out,
            (np.full((48, 64, 3), 20 + 3 * k, np.uint8) for k in range(FIRST, END)),
            told,
            timecode=first,
            sounds=read_samples(source, told, begins, long),
        )

        made = probe(out)
        self.assertEqual((made.rate, made.variable_rate), (rate, False))
        self.assertEqual(made.frames, END - FIRST)
        self.assertEqual((made.start_timecode, made.drop_frame), (wanted, ";" in first))
        self.assertEqual(
            [(each.codec, each.language) for each in made.audio],
            [(each.codec, each.language) for each in TRACKS],
        )
        sounds = read_samples(out, made, Fraction(0), long)
        for sound, track in zip(sounds, TRACKS, strict=True):
            self.same(sound, track, rate)
        with av.open(str(out)) as opened:
            shown = [each.time for each in opened.decode(video=0)]
        self.assertEqual(shown, [float(k / rate) for k in range(END - FIRST)])

    def test_a_language_is_kept_by_the_code_that_the_file_can_have(self):
        source = write_film(self.folder / "source.mov", Fraction(25), "")
        out = self.folder / "master.mov"
        silence = np.zeros((1920, 1), np.int32)

        write_master(
            out,
            [np.zeros((48, 64, 3), np.uint8)],
            probe(source),
            timecode="",
            sounds=[
                Samples(silence, SOUND_RATE, "mono", 16, code)
                for code in (*FOUND_BY, *FOUND_BY.values())
            ],
        )

        kept = [each.language for each in probe(out).audio]
        self.assertEqual(kept, [*FOUND_BY.values()] * 2)

    def same(self, sound: Samples, track: Track, rate: Fraction) -> None:
        """The samples are those of the source, from the range's first frame on."""
        self.assertEqual((sound.layout, sound.bits), (track.layout, track.bits))
        begins = round(FIRST / rate * SOUND_RATE)
        whole = track.samples(FRAMES / rate)
        np.testing.assert_array_equal(
            sound.samples, whole[begins : begins + len(sound.samples)]
        )
