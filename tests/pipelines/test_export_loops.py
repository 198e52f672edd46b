"""The export command on a really ingested film, loops by the real worker included."""

import zipfile
from pathlib import Path

import av

from catalog.models import MatchSet
from tests.catalog.test_commands import names_in_docs, run
from tests.factories import add_bin, add_bin_item, add_candidate
from tests.footage import Clip, read_codes, write_clip
from tests.ingesting import IngestCase


class ExportCommandTests(IngestCase):
    def setUp(self):
        super().setUp()
        clip = Clip(frames=75, cuts=(25, 50), timecode="10:00:00:00", reel="A001")
        self.title = self.ingested(write_clip(self.folder / "three.mov", clip))
        found = self.title.match_sets.get(live=True)
        MatchSet.objects.filter(pk=found.pk).update(config={"kinds": ["frame"]})
        shots = list(self.title.shots.all())
        self.assertEqual([shot.first_frame for shot in shots], [0, 25, 50])
        found.candidates.all().delete()
        self.pairs = [
            add_candidate(
                found, shots[0], shots[2], leaving_frame=20, entering_frame=55
            ),
            add_candidate(
                found, shots[1], shots[0], leaving_frame=45, entering_frame=5
            ),
        ]

    def export(self, form, *words):
        return run(
            "export", "--format", form, "-o", str(self.folder / f"out.{form}"), *words
        )

    def matches(self):
        return ["--matches", ",".join(str(pair.pk) for pair in self.pairs)]

    def test_a_film_to_files_and_loops(self):
        document, code = self.export("edl", *self.matches(), "--handles", "3")
        self.assertEqual((code, document["events"], document["warnings"]), (0, 4, []))
        self.assertEqual(set(document), names_in_docs("export"))
        (path,) = document["files"]
        text = Path(path).read_text()
        self.assertIn(
            "A001     V     C        10:00:00:00 10:00:00:21 01:00:00:00", text
        )
        self.assertIn("* HANDLES: 0 BEFORE 3 AFTER", text)

        kept_in = add_bin(self.title.production, "Keepers")
        for pair in self.pairs:
            add_bin_item(pair, kept_in)
        document, code = self.export("mp4", "--bin", "Keepers", "--seconds", "0.4")
        self.assertEqual((code, document["events"]), (0, 4))
        with zipfile.ZipFile(document["files"][0]) as packed:
            names = packed.namelist()
            packed.extractall(self.folder)
        self.assertEqual([name[:9] for name in names], ["001 frame", "002 frame"])
        self.assertEqual(
            [self.codes(name) for name in names],
            [[*range(11, 21), *range(55, 65)], [*range(36, 46), *range(5, 15)]],
        )

    def codes(self, name):
        with av.open(str(self.folder / name)) as opened:
            return read_codes(
                frame.to_ndarray(format="rgb24") for frame in opened.decode(video=0)
            )

    def test_what_cannot_be_exported_is_one_sentence_and_no_file(self):
        empty = add_bin(self.title.production, "Empty")
        for words, sentence in (
            (["--matches", "999999"], "There is no match 999999."),
            (["--matches", "x"], "--matches takes numbers"),
            (["--bin", "Nothing"], "There is no bin Nothing."),
            (["--bin", str(empty.pk)], "The bin Empty holds no cuts."),
            ([], "Name matches or a bin"),
            ([*self.matches(), "--rate", "26"], "'26' is no rate"),
        ):
            with self.subTest(words):
                document, code = self.export("otio", *words)
                self.assertEqual(code, 1)
                self.assertIn(sentence, document["error"])
        self.assertFalse((self.folder / "out.otio").exists())
