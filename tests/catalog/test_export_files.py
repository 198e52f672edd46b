"""Every format byte for byte, against files that a person has read.

After a change that is meant, write them again and read the difference:
GOLDEN=write .venv/bin/python manage.py test tests.catalog.test_export_files
"""

import os
from fractions import Fraction
from pathlib import Path

from django.test import SimpleTestCase

from catalog.exports import FORMATS
from catalog.models import StorageRoot
from tests.catalog.timelines import NTSC, made_cut, made_title, planner

GOLDEN = Path(__file__).with_name("golden")
ROOTS = [
    StorageRoot(
        name="Footage",
        server="/mnt/footage",
        macos="/Volumes/Footage",
        windows="X:\\Footage",
    )
]


def mixed_cuts():
    """Rates, reels and words that formats have to get right, in three cuts."""
    film = made_title(
        1, NTSC[24], reel="A001C001_210310_R1AB", name='Tom & "Jerry" <1>',
        probe={"audio": [{"channels": 2}], "active_picture": [0, 0.125, 1, 0.75]},
    )  # fmt: skip
    other = made_title(2, NTSC[24], reel="A001C001_210311_R2CD", start="10:59:58:00")
    news = made_title(
        3,
        NTSC[30],
        reel="=1+1",
        path="/mnt/footage/día #2/50%.mov",
        start="00:59:58;00",
    )
    pal = made_title(4, 25, path="/elsewhere/pal.mov", start="")
    placed = {"scale": 1.083, "dx": 0.0412, "dy": -0.02, "rotation": 1.5}
    return (
        made_cut(film, other, transform=placed, note="@the end\nof the reel"),
        made_cut(other, news, kind="motion", key="item 3", score=None, parts={}),
        made_cut(pal, film, tail=(380, 410, 399), head=(225, 240, 230)),
    )


class GoldenTests(SimpleTestCase):
    def assert_golden(self, name, content):
        path = GOLDEN / name
        if os.environ.get("GOLDEN") == "write":
            path.write_bytes(content)
        self.assertEqual(content.decode(), path.read_bytes().decode())

    def test_every_format_of_many_rates_is_as_it_was(self):
        laid = planner(*mixed_cuts(), roots=ROOTS, system="macos")
        for name, form in FORMATS.items():
            lines = laid.by_rate() if form.one_rate else [laid.in_one()]
            for line in lines:
                file = f"{line.name.lower().replace(' ', '-')}{form.suffix}"
                with self.subTest(file):
                    self.assert_golden(file, form.write(line, "final-cut"))
            self.assertEqual(len(lines), 3 if form.one_rate else 1, name)

    def test_what_one_program_reads_otherwise_is_written_for_it(self):
        line = planner(mixed_cuts()[0], roots=ROOTS, system="windows").in_one()

        written = FORMATS["fcpxml"].write(line, "resolve")

        self.assert_golden("keepers-for-resolve-on-windows.fcpxml", written)
        self.assertNotIn(b"adjust-transform", FORMATS["fcpxml"].write(line, "premiere"))

    def test_a_drop_frame_timeline_starts_at_its_own_hour(self):
        drop = made_title(5, NTSC[60], start="01:00:58;56")
        line = planner(made_cut(drop, drop)).in_one()

        for name in ("edl", "fcpxml", "fcp7xml"):
            file = f"drop{FORMATS[name].suffix}"
            self.assert_golden(file, FORMATS[name].write(line, ""))
        self.assertEqual(line.start, 215784)
        self.assertEqual(line.rate, Fraction(60000, 1001))
