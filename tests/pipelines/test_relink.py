"""Blind relink: what an export names is found again, frame by frame, in real files."""

import shutil
import tempfile
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from django.test import SimpleTestCase

from catalog.exports import FORMATS
from catalog.models import StorageRoot, Title
from pipelines.media.probe import probe
from tests.catalog.timelines import made_cut, planner
from tests.footage import Clip, write_clip
from tests.pipelines.relinking import RATES, Shelf
from tests.pipelines.timeline_readers import READERS

# Name, rate, start, reel. Drop-frame starts lie before a minute and before a tenth one;
# the first two reels share their first eight characters.
CLIPS = (
    ("film.mov", "23.976", "01:00:00:00", "A001C001_210310_R1AB"),
    ("film two.mov", "23.976", "00:59:59:12", "A001C001_210311_R2CD"),
    ("cinema.mov", "24", "01:00:00:00", "B1"),
    ("pal #1.mov", "25", "00:09:59:00", "C1"),
    ("ntsc.mov", "29.97", "00:00:58:20", "D1"),
    ("drop.mov", "29.97", "00:00:58;20", "D2"),
    ("tenth & drop.mov", "29.97", "00:09:58;20", "D3"),
    ("fifty.mov", "50", "00:00:10:49", "E1"),
    ("sixty.mov", "59.94", "00:00:59:58", "F1"),
    ("sixty drop.mov", "59.94", "00:00:59;50", "F2"),
)
FRAMES = 130
FIRST, END = 10, 120  # the shot: not the whole file


def first_code(number: int) -> int:
    return 1000 * (number + 1)


class RelinkTests(SimpleTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = Path(tempfile.mkdtemp(prefix="relink"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        footage = cls.folder / "on the server"
        footage.mkdir()
        # What the server calls one thing, the editor's machine calls another.
        (cls.folder / "Völume #2").symlink_to(footage)
        cls.titles = [cls.drawn(footage, n, *words) for n, words in enumerate(CLIPS)]
        cls.shelf = Shelf(footage)
        cls.roots = [
            StorageRoot(
                server=str(footage),
                macos=str(cls.folder / "Völume #2"),
                windows="X:\\F",
            )
        ]
        ring = [*cls.titles, cls.titles[0]]
        cls.cuts = [
            made_cut(a, b, tail=(FIRST, END, 101), head=(FIRST, END, 15 + a.pk))
            for a, b in pairwise(ring)
        ]

    @classmethod
    def drawn(cls, folder, number, name, rate, start, reel):
        clip = Clip(
            frames=FRAMES, rate=RATES[rate], size=(160, 90), timecode=start, reel=reel,
            first_code=first_code(number),
        )  # fmt: skip
        found = probe(write_clip(folder / name, clip))
        return Title(
            pk=number + 1,
            name=name,
            added_path=str(folder / name),
            rate_num=found.rate.numerator,
            rate_den=found.rate.denominator,
            frames=FRAMES,
            start_tc=found.start_timecode,
            drop_frame=found.drop_frame,
            reel=found.reel,
            probe=found.as_json(),
        )

    def check(self, name, counting=None, *, handles=6):
        """Every event of a format, by reel and timecode and then by mapped path."""
        form = FORMATS[name]
        laid = planner(*self.cuts, roots=self.roots, system="macos", handles=handles)
        lines = laid.by_rate() if form.one_rate else [laid.in_one(counting)]
        seen = 0
        for line in lines:
            read = READERS[name](form.write(line, "final-cut").decode())
            self.assertEqual(len(read), len(line.events))
            for event, found in zip(line.events, read, strict=True):
                with self.subTest(format=name, line=line.name, event=event.number):
                    self.check_event(event, found, handles)
                seen += 1
        self.assertEqual(seen, 2 * len(self.cuts))

    def check_event(self, event, found, handles):
        side = event.cut.leaving if event.leaving else event.cut.entering
        code = first_code(side.title.pk - 1)
        offsets = found.seen()
        for look in (self.shelf.by_timecode, self.shelf.by_file):
            codes = [look(found, offset) for offset in offsets]
            # What is seen runs up to the matched frame, or on from it.
            edge = codes[-1] if event.leaving else codes[0]
            self.assertEqual(edge, code + side.frame)
            self.assertEqual(codes, [codes[0] + offset for offset in offsets])
            before = [look(found, -n) for n in range(1, found.before + 1)]
            self.assertEqual(before, [codes[0] - n for n in range(1, found.before + 1)])
            after = [look(found, offsets[-1] + n) for n in range(1, found.after + 1)]
            self.assertEqual(after, [codes[-1] + n for n in range(1, found.after + 1)])
        first, last = codes[0] - code, codes[-1] - code
        self.assertEqual(found.before, min(handles, first - FIRST))
        self.assertEqual(found.after, min(handles, END - 1 - last))
        seconds = found.frames / found.record_rate
        whole = len(
            range(FIRST, side.frame + 1) if event.leaving else range(side.frame, END)
        )
        wanted = min(Fraction(2), whole / found.rate)
        self.assertLess(abs(seconds - wanted), Fraction(11, 20))
        if found.matched is not None:
            found.begins = found.matched
            self.assertEqual(self.shelf.by_timecode(found, 0), code + side.frame)

    def test_edl(self):
        self.check("edl")

    def test_ale(self):
        self.check("ale")

    def test_formats_of_one_timeline_at_every_rate(self):
        for name in ("otio", "fcp7xml", "fcpxml", "csv"):
            for rate in ("23.976", "24", "25", "29.97", "50", "59.94"):
                self.check(name, (RATES[rate], False))
            for rate in ("29.97", "59.94"):
                self.check(name, (RATES[rate], True))

    def test_handles_end_where_the_shot_does(self):
        for name in ("edl", "ale", "otio"):
            self.check(name, handles=1000)

    def test_windows_paths_lead_to_the_same_files(self):
        laid = planner(*self.cuts, roots=self.roots, system="windows")
        for name in ("otio", "fcp7xml", "fcpxml", "csv"):
            for found in READERS[name](FORMATS[name].write(laid.in_one(), "").decode()):
                end = found.path.replace("\\", "/").removeprefix("/")
                self.assertEqual(end.rpartition("/")[0], "X:/F")
                self.assertIn(end.rpartition("/")[2], self.shelf.by_path)
