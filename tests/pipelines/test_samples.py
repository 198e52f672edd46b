"""Sample titles are what their truth says: shots, cuts, sound, planted pairs."""

import itertools
import json
import os
import subprocess
import sys
import tempfile
import unittest
from fractions import Fraction
from pathlib import Path
from unittest import mock

import cv2
import numpy as np

from pipelines.samples.pieces import Taken
from pipelines.samples.titles import (
    REELS,
    default_folder,
    install,
    missing,
    truth_path,
)
from tests.pipelines.test_assembly import SOUND_RATE, decoded, heard


class TitleTests(unittest.TestCase):
    """The three titles as they lie in the samples folder, made first if need be."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = default_folder()
        install(cls.folder)
        cls.truths = {
            reel.file: json.loads(truth_path(cls.folder, reel).read_text())
            for reel in REELS
        }
        cls.changes = {name: cls.changes_of(cls.folder / name) for name in cls.truths}

    @staticmethod
    def changes_of(path):
        """Mean absolute difference of each frame to the one before it; 0 for the first."""
        small = [
            cv2.resize(picture, (64, 36), interpolation=cv2.INTER_AREA).astype(np.int16)
            for picture in decoded(path)
        ]
        return [0.0] + [
            float(np.abs(b - a).mean()) for a, b in itertools.pairwise(small)
        ]

    def test_the_truth_knows_how_many_frames_there_are(self):
        for name, truth in self.truths.items():
            with self.subTest(name):
                self.assertEqual(len(self.changes[name]), truth["frames"])

    def test_shots_fill_the_title_and_cuts_are_their_first_frames(self):
        for name, truth in self.truths.items():
            with self.subTest(name):
                borders = [shot["first"] for shot in truth["shots"]] + [truth["frames"]]
                self.assertEqual([0, *truth["cuts"], truth["frames"]], borders)
                self.assertEqual([shot["end"] for shot in truth["shots"]], borders[1:])
                self.assertGreaterEqual(min(np.diff(borders)), 15)

    def test_the_picture_changes_at_every_cut_and_far_less_between(self):
        for name, truth in self.truths.items():
            with self.subTest(name):
                change = self.changes[name]
                at_cuts = [change[cut] for cut in truth["cuts"]]
                between = np.delete(change, truth["cuts"])
                self.assertGreater(min(at_cuts), 12)
                self.assertLess(np.quantile(between, 0.99), min(at_cuts))
                # The largest changes of all are the cuts, but for a car that fills the street.
                largest = set(np.argsort(change)[-len(at_cuts) :])
                self.assertGreaterEqual(
                    len(largest & set(truth["cuts"])), len(at_cuts) - 2
                )

    def test_sound_lasts_as_long_as_the_picture_and_is_not_all_silence(self):
        for name, truth in self.truths.items():
            with self.subTest(name):
                sound = heard(self.folder / name)
                seconds = truth["frames"] / float(Fraction(truth["rate"]))
                self.assertAlmostEqual(len(sound) / SOUND_RATE, seconds, delta=0.05)
                self.assertGreater(np.abs(sound).max(), 0.01)

    def test_leader_credits_and_people_are_among_the_shots(self):
        one = self.truths["reel_one.mp4"]["shots"]
        self.assertLessEqual(
            {"picture", "black", "bars", "slate", "text"},
            {shot["role"] for shot in one},
        )
        for name, truth in self.truths.items():
            with self.subTest(name):
                self.assertGreaterEqual(
                    sum(shot["people"] for shot in truth["shots"]), 6
                )

    def test_planted_pairs_are_pictures_that_are_not_neighbours(self):
        for name, truth in self.truths.items():
            with self.subTest(name):
                for pair in truth["planted"]:
                    shots = truth["shots"]
                    roles = {
                        shots[pair[side]]["role"] for side in ("leaving", "entering")
                    }
                    self.assertEqual(roles, {"picture"})
                    self.assertGreater(pair["entering"] - pair["leaving"], 1)
                kinds = {pair["kind"] for pair in truth["planted"]}
                if name != "rushes_a001.mov":
                    self.assertEqual(kinds, {"frame", "motion"})

    def test_twins_look_alike_and_other_shots_do_not(self):
        for name, truth in self.truths.items():
            with self.subTest(name):
                pictures = decoded(self.folder / name)
                middle = [
                    cv2.resize(
                        pictures[s["first"] + 20], (16, 9), interpolation=cv2.INTER_AREA
                    )
                    for s in truth["shots"]
                ]
                for first, *others in truth["duplicates"]:
                    for other in others:
                        self.assertLess(
                            cv2.absdiff(middle[first], middle[other]).mean(), 6
                        )
                    for stranger, shot in enumerate(truth["shots"]):
                        if shot["setup"] != truth["shots"][first]["setup"]:
                            apart = cv2.absdiff(middle[first], middle[stranger]).mean()
                            self.assertGreater(apart, 20)

    def test_a_second_installation_makes_nothing_and_asks_nobody(self):
        nowhere = {
            "PIP_NO_INDEX": "1",
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_FIND_LINKS": "",
        }
        with mock.patch.dict(os.environ, nowhere):
            self.assertEqual(install(self.folder), [])

    def test_a_changed_title_or_truth_is_noticed(self):
        [*_, rushes] = REELS
        with tempfile.TemporaryDirectory() as holder:
            folder = Path(holder)
            self.assertEqual(missing(folder, [rushes]), [rushes])
            video = (self.folder / rushes.file).read_bytes()
            truth = truth_path(self.folder, rushes).read_text()
            for whole, part in (
                (video, truth),
                (video[:-1], truth),
                (video, truth[:99]),
            ):
                (folder / rushes.file).write_bytes(whole)
                truth_path(folder, rushes).write_text(part)
                right = whole == video and part == truth
                self.assertEqual(missing(folder, [rushes]), [] if right else [rushes])

    def test_the_command_says_what_is_missing_and_fails(self):
        with tempfile.TemporaryDirectory() as folder:
            words = [sys.executable, "-m", "pipelines.samples", "--check", "--json"]
            done = subprocess.run(
                [*words, "--folder", folder],
                capture_output=True,
                text=True,
                check=False,
            )
        self.assertEqual(done.returncode, 1)
        states = {row["state"] for row in json.loads(done.stdout)["titles"]}
        self.assertEqual(states, {"missing"})

    def test_the_document_names_every_title_and_clip(self):
        root = Path(__file__).resolve().parents[2]
        document = (root / "docs" / "samples.md").read_text(encoding="utf-8")
        for reel in REELS:
            self.assertIn(f"`{reel.file}`", document)
            for piece in reel.pieces:
                if isinstance(piece, Taken):
                    self.assertIn(f"`{piece.clip}`", document)
