"""An accepted edit is exported like any shot: every format names its file and frames."""

import zipfile
from pathlib import Path

import numpy as np

from catalog.matchcuts import MatchCut, side_of
from catalog.models import Bin, EditJob, Job
from catalog.services import (
    Wishes,
    accept_edit,
    cuts_of_bin,
    export_cuts,
    keep_in_bin,
    make_bin,
)
from tests.catalog.test_commands import run
from tests.edits import BLUE, RED, SIDE, add_edit, corner, job_of, write_moving
from tests.ingesting import IngestCase
from tests.pipelines.relinking import Found, places
from tests.pipelines.test_edits import pixels
from tests.pipelines.timeline_readers import READERS

LEAVING, ENTERING = 6, 20
"""The cut: after which frame of the edit, before which of the source. The edit begins at
the source's frame 5."""


class ExportedEditTests(IngestCase):
    def setUp(self):
        super().setUp()
        self.source = self.ingested(
            write_moving(self.folder / "square.mov", reel="A007")
        )
        edit = add_edit(self.source)
        self.done(job_of(edit))
        self.edited = accept_edit(EditJob.objects.get(pk=edit.pk), user=None)
        self.done(self.edited.jobs.get(kind=Job.Kind.INGEST))
        self.edited.refresh_from_db()
        both = (self.source, self.edited)
        self.titles = {Path(title.added_path).name: title for title in both}
        self.films = {title.pk: pixels(title.added_path) for title in both}

    def test_every_format_finds_its_frames_and_the_source_s_beside_them(self):
        for form, read in READERS.items():
            with self.subTest(form):
                ((_name, content),) = self.exported(form).items()
                leaving, entering = read(content.decode())

                # The last three frames before the cut, the first three after it.
                self.assertEqual(self.seen(leaving), ("disc", [9, 10, 11]))
                self.assertEqual(self.seen(entering), ("square", [20, 21, 22]))
                # It is of the source's card, whatever its own file is called.
                self.assertEqual({leaving.reel, entering.reel}, {"A007"})

    def test_a_loop_of_it_shows_its_frames_and_then_the_source_s(self):
        kept_in = self.a_bin("loops")
        packed = self.folder / "loops.zip"

        told, code = run(
            *("export", "--format", "mp4", "--bin", kept_in.name),
            *("--seconds", str(3 / 25), "-o", str(packed)),
        )

        self.assertEqual((code, told["warnings"]), (0, []))
        with zipfile.ZipFile(packed) as opened:
            (name,) = opened.namelist()
            film = pixels(opened.extract(name, self.folder))
        self.assertEqual(
            [self.moving(picture) for picture in film],
            [
                *(("disc", frame) for frame in (9, 10, 11)),
                *(("square", frame) for frame in (20, 21, 22)),
            ],
        )

    def a_bin(self, form: str) -> Bin:
        """A bin with one cut from the edit to the source."""
        (shot,), (other,) = (t.shots.all() for t in (self.edited, self.source))
        cut = MatchCut(
            key="",
            kind="frame",
            leaving=side_of(shot, LEAVING),
            entering=side_of(other, ENTERING),
            score=None,
            parts={},
            transform=None,
        )
        kept_in = make_bin(self.source.production, f"Edits {form}", user=None)
        keep_in_bin(kept_in, cut, user=None)
        return kept_in

    def exported(self, form: str) -> dict[str, bytes]:
        """Such a bin in a format."""
        kept_in = self.a_bin(form)
        exported = export_cuts(
            kept_in.name,
            cuts_of_bin(kept_in, None),
            Wishes(form=form, seconds=3 / 25),
            user=None,
        )
        self.assertEqual((exported.events, exported.warnings), (2, []))
        return exported.files

    def seen(self, event: Found) -> tuple[str, list[int]]:
        """Whether the square or what was put there moves, and which frames show it."""
        title = self.titles[Path(event.path).name]
        count = places(25, drop=False)
        first = event.begins if isinstance(event.begins, int) else count[event.begins]
        at = first - count[title.start_tc]
        found = [self.moving(self.films[title.pk][at + k]) for k in event.seen()]
        (colour,) = {colour for colour, _ in found}
        return colour, [frame for _, frame in found]

    def moving(self, picture: np.ndarray) -> tuple[str, int]:
        """What is seen, and of which frame of the source it is by where it is."""
        for name, rgb in (("disc", BLUE), ("square", RED)):
            there = np.abs(picture.astype(int) - rgb).max(axis=2) < 25
            if there.sum() > SIDE:
                middle = float(np.nonzero(there)[1].mean())
                return name, round((middle - (SIDE - 1) / 2 - corner(0)[0]) / 2)
        raise AssertionError("neither the square nor the disc is seen")
