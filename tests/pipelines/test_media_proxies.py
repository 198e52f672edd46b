import json
import tempfile
from fractions import Fraction
from pathlib import Path
from unittest import TestCase

import av
import numpy as np

from pipelines.media.finishing import finish_proxy
from pipelines.media.packets import Image
from pipelines.media.probe import Probe, probe
from pipelines.media.proxies import segment_length, write_proxy
from pipelines.media.reader import open_proxy
from pipelines.media.segments import Segment
from pipelines.media.times import FrameTimes, times_path
from tests.footage import Clip, edit_listed, ingest_clip, write_clip

MPEG2 = {"b": "6M", "g": "15", "bf": "2"}


class Interrupted(Exception):
    pass


class FilesInAFolder(TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)


class AProxy(FilesInAFolder):
    def test_comes_in_segments_of_whole_groups(self):
        done = ingest_clip(write_clip(self.folder / "a.mp4", Clip(frames=60)))
        spans = [(s.number, s.first_frame, s.end_frame) for s in done.segments]
        self.assertEqual(spans, [(0, 0, 24), (1, 24, 48), (2, 48, 60)])
        self.assertEqual(done.track.segments, tuple(done.segments))
        self.assertEqual(segment_length(Fraction(24000, 1001), 60), 1440)
        self.assertEqual(segment_length(Fraction(1), 1), 12)

    def test_has_a_keyframe_every_twelve_frames(self):
        done = ingest_clip(write_clip(self.folder / "a.mp4", Clip(frames=60)))
        with av.open(str(done.proxy.path)) as opened:
            packets = [p for p in opened.demux(video=0) if p.size]
        keys = [index for index, packet in enumerate(packets) if packet.is_keyframe]
        self.assertEqual(keys, [0, 12, 24, 36, 48])

    def test_can_be_played_while_it_loads(self):
        done = ingest_clip(write_clip(self.folder / "a.mp4", Clip(click=0.5)))
        content = done.proxy.path.read_bytes()
        self.assertLess(content.index(b"moov"), content.index(b"mdat"))

    def test_lies_beside_its_table_of_times(self):
        clip = Clip(rate=Fraction(30000, 1001), frames=30)
        done = ingest_clip(write_clip(self.folder / "a.mp4", clip))
        times = FrameTimes.load(times_path(done.proxy.path))
        self.assertEqual(times, done.proxy.times)
        self.assertEqual(times.seconds(30), Fraction(30 * 1001, 30000))
        self.assertEqual(times.duration(29), Fraction(1001, 30000))
        reader = open_proxy(done.proxy.path)
        for index in range(30):
            shown = reader.get_frame_timestamp(index)[0]
            self.assertAlmostEqual(shown, float(times.seconds(index)), places=4)

    def test_marks_a_segment_only_after_everybody_has_stored_theirs(self):
        source = write_clip(self.folder / "a.mp4", Clip(frames=60))
        made = self.folder / "made"
        seen = []

        def on_segment(segment: Segment) -> None:
            stem = f"{segment.number:05}"
            there = (
                (made / f"{stem}{ending}").exists() for ending in (".mp4", ".json")
            )
            seen.append(tuple(there))

        write_proxy(
            source,
            probe(source),
            made,
            on_frame=lambda *_: None,
            on_segment=on_segment,
            segment_seconds=1,
        )
        self.assertEqual(seen, [(True, False)] * 3)
        self.assertTrue((made / "00002.json").exists())

    def test_is_not_decoded_again_once_it_is_complete(self):
        done = ingest_clip(write_clip(self.folder / "a.mp4", Clip()))

        def never(*_: object) -> None:
            raise AssertionError("decoded again")

        again = write_proxy(
            done.source, done.probe, done.folder, on_frame=never, on_segment=never
        )
        self.assertEqual(again, done.track)

    def test_needs_a_complete_track_to_be_finished(self):
        source = write_clip(self.folder / "a.mp4", Clip(frames=3))
        with self.assertRaisesRegex(RuntimeError, "no complete proxy"):
            finish_proxy(source, probe(source), self.folder, self.folder / "out.mp4")
        self.assertFalse((self.folder / "out.mp4").exists())


class AnInterruptedProxy(FilesInAFolder):
    """Goes on where it stopped and comes out like one that never stopped."""

    def compare(self, source, stop_at):
        whole = ingest_clip(source)
        made = self.folder / "resumed"
        before, after = {}, {}
        with self.assertRaises(Interrupted):
            self.run_until(stop_at, source, whole.probe, made, before)
        finished = len(list(made.glob("0*.json")))
        self.assertEqual(finished, (stop_at - 1) // 24)
        track = self.run_until(None, source, whole.probe, made, after)
        self.assertEqual(track, whole.track)
        # The last finished frame is shown again, for comparing the next one with it.
        self.assertEqual(min(after), max(0, 24 * finished - 1))
        self.assertEqual(sorted(before | after), sorted(whole.smalls))
        for index, small in (before | after).items():
            np.testing.assert_array_equal(small, whole.smalls[index])
        for number in range(len(track.segments)):
            for ending in (".mp4", ".json"):
                name = f"{number:05}{ending}"
                one, other = whole.folder / name, made / name
                self.assertEqual(one.read_bytes(), other.read_bytes(), name)
        finish_proxy(source, whole.probe, made, made / "proxy.mp4")
        self.assertEqual(
            (made / "proxy.mp4").read_bytes(), whole.proxy.path.read_bytes()
        )

    def run_until(self, stop_at, source: Path, found: Probe, made: Path, smalls):
        def on_frame(index: int, small: Image) -> None:
            if index == stop_at:
                raise Interrupted
            smalls[index] = small

        return write_proxy(
            source,
            found,
            made,
            on_frame=on_frame,
            on_segment=lambda _: None,
            segment_seconds=1,
        )

    def test_before_its_first_segment(self):
        self.compare(write_clip(self.folder / "a.mp4", Clip(frames=30)), 20)

    def test_with_long_groups_of_pictures(self):
        self.compare(write_clip(self.folder / "a.mp4", Clip(frames=110)), 80)

    def test_with_open_groups_of_pictures(self):
        x264 = "threads=1:open-gop=1:keyint=20:bframes=3"
        clip = Clip(frames=100, options={"x264-params": x264})
        self.compare(write_clip(self.folder / "a.mkv", clip), 60)

    def test_in_a_transport_stream(self):
        clip = Clip(frames=100, codec="mpeg2video", options=MPEG2)
        self.compare(write_clip(self.folder / "a.ts", clip), 60)

    def test_interlaced(self):
        clip = Clip(frames=100, size=(320, 240), fields="top", options={"g": "10"})
        self.compare(write_clip(self.folder / "a.mp4", clip), 60)

    def test_with_a_variable_rate(self):
        times = tuple(20 * i + 5 * (i % 4) for i in range(100))
        clip = Clip(frames=100, time_base=Fraction(1, 600), times=times)
        self.compare(write_clip(self.folder / "a.mp4", clip), 60)

    def test_with_an_edit_list(self):
        whole = write_clip(self.folder / "a.mp4", Clip(frames=120, options={"g": "30"}))
        cut = edit_listed(whole, self.folder / "b.mp4", Fraction(41, 25))
        self.compare(cut, 60)

    def test_in_avi(self):
        clip = Clip(
            frames=100, codec="mpeg4", options={"b": "4M", "bf": "2", "g": "25"}
        )
        self.compare(write_clip(self.folder / "a.avi", clip), 60)

    def test_exactly_between_the_last_segment_and_the_end(self):
        source = write_clip(self.folder / "a.mp4", Clip(frames=48))
        whole = ingest_clip(source)
        (whole.folder / "track.json").unlink()
        shown = []
        track = write_proxy(
            source,
            whole.probe,
            whole.folder,
            on_frame=lambda index, _: shown.append(index),
            on_segment=lambda _: None,
            segment_seconds=1,
        )
        self.assertEqual(track, whole.track)
        self.assertEqual(shown, [47])

    def test_whose_last_marker_was_not_written(self):
        source = write_clip(self.folder / "a.mp4", Clip(frames=48))
        whole = ingest_clip(source)
        (whole.folder / "track.json").unlink()
        (whole.folder / "00001.json").unlink()
        told = []
        write_proxy(
            source,
            whole.probe,
            whole.folder,
            on_frame=lambda *_: None,
            on_segment=told.append,
            segment_seconds=1,
        )
        self.assertEqual(told, [Segment(1, 24, 48)])
        marker = json.loads((whole.folder / "00001.json").read_bytes())
        self.assertEqual((marker["first"], marker["end"]), (24, 48))


class TheSound(FilesInAFolder):
    """A click drawn at a known time of the picture is heard there, within 5 ms."""

    def heard(self, name, clip):
        done = ingest_clip(write_clip(self.folder / name, clip))
        self.assertTrue(done.proxy.audio)
        self.assertEqual(len(done.probe.audio), 1)
        self.assertAlmostEqual(done.click_heard(), clip.click, delta=0.005)

    def test_is_in_sync(self):
        for name in ("a.mp4", "a.mkv", "a.ts"):
            with self.subTest(name=name):
                self.heard(name, Clip(click=1.2))

    def test_that_begins_late_is_delayed(self):
        for name in ("a.mp4", "a.mkv"):
            with self.subTest(name=name):
                self.heard(name, Clip(click=1.2, sound_starts=0.7))

    def test_that_begins_early_is_cut(self):
        for name in ("a.mp4", "a.mkv", "a.ts"):
            with self.subTest(name=name):
                self.heard(name, Clip(click=1.2, picture_starts=13))

    def test_uncompressed_in_quicktime(self):
        self.heard("a.mov", Clip(click=1.2, sound_codec="pcm_s16le"))

    def test_stays_out_when_there_is_none(self):
        done = ingest_clip(write_clip(self.folder / "a.mp4", Clip(frames=5)))
        self.assertFalse(done.proxy.audio)
        with av.open(str(done.proxy.path)) as opened:
            self.assertEqual(len(opened.streams.audio), 0)

    def test_is_as_long_as_the_picture(self):
        done = ingest_clip(write_clip(self.folder / "a.mp4", Clip(click=0.1)))
        with av.open(str(done.proxy.path)) as opened:
            lengths = [float(s.duration * s.time_base) for s in opened.streams]
        self.assertAlmostEqual(lengths[0], 48 / 25, places=4)
        self.assertAlmostEqual(lengths[1], 48 / 25, delta=0.04)
