import tempfile
from fractions import Fraction
from pathlib import Path
from unittest import TestCase

from pipelines.media.reader import read_stills
from tests.footage import (
    CORNERS,
    Clip,
    Ingested,
    corner_colours,
    edit_listed,
    ingest_clip,
    write_clip,
)

MPEG2 = {"b": "6M", "g": "15", "bf": "2"}
X265 = {"x265-params": "log-level=none:pools=none:frame-threads=1"}


class FramesAreTheRightOnes(TestCase):
    """Source, small pictures, proxy through decord: the same codes in the same places."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def ingest(self, name: str, clip: Clip) -> Ingested:
        return self.check(write_clip(self.folder / name, clip), clip)

    def check(self, path: Path, clip: Clip, first: int = 0) -> Ingested:
        done = ingest_clip(path)
        step = 2 if clip.fields else 1
        frames = clip.frames - first
        truth = list(range(step * first, step * clip.frames, step))
        self.assertEqual(done.track.frames, frames)
        self.assertEqual(sorted(done.smalls), list(range(frames)))
        self.assertEqual(done.small_codes(), truth)
        self.assertEqual(done.proxy_codes(), truth)
        some = sorted({0, 1, frames // 3, frames // 2, frames - 2, frames - 1})
        self.assertEqual(done.source_codes(some), [truth[index] for index in some])
        [still] = read_stills(done.proxy.path, [frames // 2])
        self.assertEqual(corner_colours(done.active(still)), list(CORNERS))
        return done

    def test_plain_h264(self):
        self.ingest("a.mp4", Clip())

    def test_ntsc_rate_in_quicktime(self):
        done = self.ingest("a.mov", Clip(rate=Fraction(24000, 1001)))
        self.assertEqual(done.proxy.times.seconds(24), Fraction(1001, 1000))

    def test_open_groups_of_pictures_in_matroska(self):
        x264 = "threads=1:open-gop=1:keyint=20:bframes=3"
        self.ingest("a.mkv", Clip(frames=90, options={"x264-params": x264}))

    def test_variable_rate_keeps_the_times_of_the_source(self):
        times = [20 * i + 2 * (i % 7) + 100 * (i // 20) for i in range(60)]
        clip = Clip(frames=60, time_base=Fraction(1, 600), times=tuple(times))
        done = self.ingest("a.mp4", clip)
        self.assertTrue(done.probe.variable_rate)
        shown = [done.proxy.times.seconds(index) for index in range(60)]
        self.assertEqual(shown, [Fraction(t - times[0], 600) for t in times])

    def test_edit_list_shows_only_what_the_editor_kept(self):
        clip = Clip(frames=100, options={"g": "30"})
        whole = write_clip(self.folder / "whole.mp4", clip)
        path = edit_listed(whole, self.folder / "cut.mp4", Fraction(41, 25))
        done = self.check(path, clip, first=41)
        self.assertEqual(done.probe.frames, 70)

    def test_mpeg2_in_a_transport_stream(self):
        self.ingest("a.ts", Clip(codec="mpeg2video", options=MPEG2))

    def test_h264_in_a_transport_stream(self):
        self.ingest("a.ts", Clip())

    def test_a_broadcast_that_changes_its_size_midway(self):
        parts = [Clip(frames=20), Clip(frames=20, size=(640, 480), first_code=20)]
        path = self.folder / "a.ts"
        for number, clip in enumerate(parts):
            part = write_clip(self.folder / f"{number}.ts", clip)
            with path.open("ab") as whole:
                whole.write(part.read_bytes())
        done = ingest_clip(path)
        self.assertEqual(done.small_codes(), list(range(40)))
        self.assertEqual(done.proxy_codes(), list(range(40)))
        self.assertEqual(done.source_codes([0, 19, 20, 39]), [0, 19, 20, 39])

    def test_a_recording_that_begins_between_keyframes(self):
        clip = Clip(frames=60, codec="mpeg2video", options=MPEG2)
        path = write_clip(self.folder / "a.ts", clip)
        content = path.read_bytes()
        path.write_bytes(content[len(content) // 3 // 188 * 188 :])
        done = ingest_clip(path)
        first = 60 - done.track.frames
        self.assertGreater(first, 0)
        self.assertEqual(done.small_codes(), list(range(first, 60)))

    def test_turned_by_a_quarter(self):
        done = self.ingest("a.mp4", Clip(size=(180, 320), rotation=90))
        self.assertEqual(done.proxy.size, (180, 320))

    def test_upside_down(self):
        self.ingest("a.mov", Clip(rotation=180))

    def test_turned_the_other_way(self):
        self.ingest("a.mp4", Clip(size=(180, 320), rotation=270))

    def test_odd_size(self):
        done = self.ingest("a.mkv", Clip(size=(641, 361), pixel_format="yuv444p"))
        self.assertEqual(done.proxy.size, (640, 360))

    def test_interlaced_top_field_first(self):
        self.ingest("a.mp4", Clip(size=(640, 480), fields="top"))

    def test_interlaced_bottom_field_first(self):
        self.ingest("a.mp4", Clip(size=(640, 480), fields="bottom"))

    def test_interlaced_mpeg2_in_a_transport_stream(self):
        clip = Clip(size=(720, 576), fields="top", codec="mpeg2video", options=MPEG2)
        self.ingest("a.ts", clip)

    def test_anamorphic_pixels_become_square(self):
        clip = Clip(size=(1024, 576), pixel_aspect=Fraction(64, 45), frames=24)
        done = self.ingest("a.mov", clip)
        self.assertEqual(done.probe.width, 720)
        self.assertEqual(done.proxy.size, (960, 540))

    def test_letterbox_bars_are_cut_off_the_small_pictures(self):
        done = self.ingest("a.mp4", Clip(size=(640, 280), bars=(0, 40)))
        self.assertEqual(done.smalls[0].shape, (112, 256, 3))
        for small in done.smalls.values():
            # OpenCV's order of colours.
            self.assertEqual(corner_colours(small[..., ::-1]), list(CORNERS))

    def test_pillarbox_bars_are_cut_off_the_small_pictures(self):
        done = self.ingest("a.mp4", Clip(size=(480, 360), bars=(80, 0)))
        self.assertEqual(done.smalls[0].shape, (192, 256, 3))
        for small in done.smalls.values():
            self.assertEqual(corner_colours(small[..., ::-1]), list(CORNERS))

    def test_ten_bit_hevc(self):
        clip = Clip(codec="libx265", pixel_format="yuv420p10le", options=X265)
        self.ingest("a.mp4", clip)

    def test_prores(self):
        options = {"profile": "3"}
        clip = Clip(codec="prores_ks", pixel_format="yuv422p10le", options=options)
        self.ingest("a.mov", clip)

    def test_dnxhr_in_quicktime(self):
        clip = Clip(
            codec="dnxhd",
            pixel_format="yuv422p",
            size=(1280, 720),
            options={"profile": "dnxhr_sq"},
            frames=6,
        )
        self.ingest("a.mov", clip)

    def test_dnxhd_in_mxf(self):
        clip = Clip(
            codec="dnxhd",
            pixel_format="yuv422p",
            size=(1920, 1080),
            options={"b": "120M"},
            frames=6,
        )
        self.ingest("a.mxf", clip)

    def test_avi_has_no_display_times_of_its_own(self):
        self.ingest("a.avi", Clip(codec="mpeg4", options={"b": "4M", "bf": "2"}))

    def test_vp9_in_webm(self):
        fast = {"deadline": "realtime", "cpu-used": "8"}
        self.ingest("a.webm", Clip(codec="libvpx-vp9", options=fast))

    def test_a_single_frame_is_a_title_of_one_frame(self):
        done = ingest_clip(write_clip(self.folder / "a.mp4", Clip(frames=1)))
        self.assertEqual(done.proxy_codes(), [0])
        self.assertEqual(done.proxy.times.seconds(1), Fraction(1, 25))
