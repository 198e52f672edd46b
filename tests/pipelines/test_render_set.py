"""A set of clips is of one form, and a kill in its midst costs nothing but time."""

import json
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av

from mlcore.components import artwork
from mlcore.components.component import CATEGORIES
from mlcore.components.drawing import materials
from pipelines.components.manifest import MANIFEST, Manifest, SetError
from pipelines.components.render_set import Plan, chosen, render_set
from pipelines.packages import digest
from tests.mlcore.components.placed import artwork as placed_artwork
from tests.mlcore.components.placed import materials as placed_materials
from tests.mlcore.photographs import weights_folder

ROOT = Path(__file__).resolve().parents[2]
SMALL = Plan(
    categories=("sticker", "text"),
    components=3,
    pairs=1,
    height=48,
    width=64,
    rate=Fraction(5),
)


def form_of(path):
    """What a file is, but for its pictures: streams, codec, size, rate, length, times."""
    with av.open(str(path)) as clip:
        (stream,) = clip.streams
        codec = stream.codec_context
        times = [frame.time for frame in clip.decode(stream)]
        return (
            *(clip.format.name, codec.name, codec.profile, stream.time_base),
            *(stream.width, stream.height, stream.pix_fmt, stream.average_rate),
            *(stream.duration, tuple(times)),
        )


def lines(folder):
    text = (folder / MANIFEST).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def hashes(folder):
    return {line["file"]: line["sha256"] for line in lines(folder)}


class Folder(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name) / "set"

    def rendered(self, plan=SMALL, folder=None):
        out = folder or self.folder
        return render_set(plan, out, placed_artwork(), placed_materials(), quiet=True)

    def command(self, *words):
        return [
            *(sys.executable, "-m", "pipelines.components.render_set"),
            *("--out", str(self.folder), "--artwork", str(weights_folder())),
            *("--category", "sticker", "--size", "64x48", "--rate", "5", "--json"),
            *words,
        ]


class RenderSetTests(Folder):
    def test_clips_of_every_class_have_one_form_and_their_lines_in_the_manifest(self):
        plan = replace(SMALL, categories=CATEGORIES, components=2)
        self.rendered(plan)

        written = lines(self.folder)
        classes = Counter(line["category"] for line in written)
        self.assertEqual(classes, dict.fromkeys(CATEGORIES, 2 * 2))
        self.assertEqual(len(list(self.folder.rglob("*.mp4"))), len(written))
        forms = {form_of(self.folder / line["file"]): line["file"] for line in written}
        self.assertEqual(len(forms), 1, forms)
        (form,) = forms
        self.assertEqual(form[1], "h264")
        self.assertEqual(form[4:8], (64, 48, "yuv420p", 5))
        self.assertEqual(form[-1], tuple(n / 5 for n in range(20)))
        for line in written:
            self.assertEqual(line["sha256"], digest(self.folder / line["file"]))
            self.assertEqual(
                line["component"], f"{line['category']}/{line['base']}/{line['preset']}"
            )

    def test_a_finished_set_is_left_as_it_is(self):
        self.rendered()
        before = {path: path.stat().st_mtime_ns for path in self.folder.rglob("*.mp4")}

        self.rendered()

        after = {path: path.stat().st_mtime_ns for path in self.folder.rglob("*.mp4")}
        self.assertEqual(before, after)

    def test_half_files_and_torn_lines_do_not_count(self):
        self.rendered()
        whole = set(hashes(self.folder))
        halved, gone, *_ = sorted(self.folder.rglob("*.mp4"))
        halved.write_bytes(halved.read_bytes()[:100])
        gone.unlink()
        manifest = self.folder / MANIFEST
        manifest.write_text(manifest.read_text()[:-40])

        self.rendered()

        self.assertEqual(
            sorted(line["file"] for line in lines(self.folder)), sorted(whole)
        )
        for line in lines(self.folder):
            self.assertEqual(line["sha256"], digest(self.folder / line["file"]))

    def test_a_folder_of_another_form_is_refused(self):
        self.rendered()
        larger = Plan(components=3, pairs=1, height=96, width=96)

        with self.assertRaisesRegex(SetError, "another height, width, rate, frames"):
            Manifest(self.folder, larger.form)

    def test_more_may_be_asked_for_later(self):
        self.rendered()
        first = hashes(self.folder)
        more = Plan(**{**SMALL.__dict__, "pairs": 2})

        self.rendered(more)

        self.assertEqual(len(lines(self.folder)), 2 * 3 * 4)
        self.assertLessEqual(first.items(), hashes(self.folder).items())

    def test_the_manifest_says_which_bases_are_unseen(self):
        parts = {part for _, part in chosen(Plan(categories=("text",)))}

        self.assertEqual(parts, {"train", "unseen"})


class CommandLineTests(Folder):
    def test_a_kill_in_the_middle_is_made_good_by_the_same_line(self):
        words = self.command("--components", "12", "--pairs", "1")
        killed = subprocess.Popen(words, cwd=ROOT, stdout=-3, stderr=-3)
        self.wait_for_clips(5, killed)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        before = hashes(self.folder)
        self.assertTrue(0 < len(before) < 24)

        done = subprocess.run(words, cwd=ROOT, capture_output=True, check=False)

        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["clips"], 24)
        after = hashes(self.folder)
        self.assertEqual({file: after[file] for file in before}, before)
        on_disk = {path.relative_to(self.folder) for path in self.folder.rglob("*.mp4")}
        self.assertEqual(
            {str(path) for path in on_disk if path.name[0] != "."}, set(after)
        )
        for file, sha256 in after.items():
            self.assertEqual(digest(self.folder / file), sha256)

    def wait_for_clips(self, count, running):
        limit = time.monotonic() + 60
        while running.poll() is None and time.monotonic() < limit:
            if len(list(self.folder.rglob("[!.]*.mp4"))) >= count:
                return
            time.sleep(0.01)
        self.fail("the command ended, or wrote too little in a minute")

    def test_missing_artwork_is_one_sentence_with_the_file(self):
        for file in (artwork.FILE, materials.FILE):
            words = self.command()
            empty = self.folder.with_name(f"without-{file}")
            empty.mkdir()
            for held in {artwork.FILE, materials.FILE} - {file}:
                (empty / held).symlink_to(weights_folder() / held)
            words[words.index("--artwork") + 1] = str(empty)

            ran = subprocess.run(
                words, cwd=ROOT, capture_output=True, text=True, check=False
            )

            self.assertEqual(ran.returncode, 1)
            self.assertIn(str(empty / file), json.loads(ran.stdout)["error"])

    def test_what_cannot_be_asked_for_is_said(self):
        for words, said in (
            (("--pairs", "0"), "--pairs must be 1 to 200"),
            (("--components", "0"), "--components must be at least 1"),
            (("--size", "63x48"), "--size must be even"),
        ):
            ran = subprocess.run(
                self.command(*words),
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
            )
            self.assertEqual(ran.returncode, 1)
            self.assertIn(said, json.loads(ran.stdout)["error"])
