"""Artwork is drawn out of pinned packages; what is broken or missing is named."""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

from mlcore.components.artwork import FILE, ArtworkError, load_artwork
from mlcore.components.index import PICTURES, TYPEFACES, index_key
from pipelines.artwork import atlas, emoji, reels, store, typefaces
from pipelines.artwork.files import FILES, missing
from pipelines.artwork.footage import CLIPS, PHOTOGRAPHS, filled
from tests.mlcore.photographs import weights_folder

ROOT = Path(__file__).resolve().parents[2]


class PlacedTests(unittest.TestCase):
    def test_all_of_it_is_in_place_and_whole(self):
        self.assertEqual(missing(weights_folder()), [])

    def test_it_keeps_to_its_limits(self):
        sizes = {file: (weights_folder() / file).stat().st_size for file in FILES}

        self.assertLessEqual(sizes["artwork.safetensors"], atlas.MOST_BYTES)
        self.assertLessEqual(sizes["materials.safetensors"], reels.MOST_BYTES)

    def test_it_holds_what_the_index_lists(self):
        placed = load_artwork(weights_folder() / FILE)

        self.assertEqual(len(placed.stickers), len(PICTURES))
        self.assertEqual(len(placed.spans), len(TYPEFACES))
        self.assertEqual([each.name for each in typefaces.TYPEFACES], list(TYPEFACES))

    def test_no_two_stickers_look_alike(self):
        placed = load_artwork(weights_folder() / FILE)
        small = torch.nn.functional.avg_pool2d(placed.stickers.float(), 8).flatten(1)
        apart = torch.cdist(small, small, p=1) / small.shape[1]

        apart.fill_diagonal_(255)
        self.assertGreater(float(apart.min()), 5)

    def test_every_licence_is_one_we_may_ship_under_and_is_in_the_docs(self):
        document = (ROOT / "docs" / "artwork.md").read_text(encoding="utf-8")
        for each in typefaces.TYPEFACES:
            with self.subTest(typeface=each.name):
                self.assertIn(each.package.licence, {"OFL-1.1", "Apache-2.0"})
                row = re.search(
                    rf"\| {each.name} \| {each.package.name}==(\S+) \| (\S+) \|",
                    document,
                )
                assert row, each.name
                self.assertEqual(
                    row.groups(), (each.package.version, each.package.licence)
                )
        for one in (*PHOTOGRAPHS, *CLIPS):
            self.assertIn(f"`{one.name}`", document)

    def test_a_font_without_a_letter_is_said_with_the_typeface(self):
        face = typefaces.Typeface("nobody", emoji.EMOJI, "", ())
        with self.assertRaisesRegex(ValueError, "typeface nobody has no 'A'"):
            typefaces.draw_letters(face, b"no font")


class BrokenTests(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)

    def small(self, **changed):
        """A whole artwork file of one sticker, as `atlas` writes it."""
        made = {"index": index_key(), "recipe": atlas.recipe(), **changed}
        tensors = {
            "stickers": torch.zeros(1, 4, 2, 2, dtype=torch.uint8),
            "letters": torch.zeros(2, 3, dtype=torch.uint8),
            "spans": torch.zeros(1, 1, 2, dtype=torch.int32),
            "metrics": torch.zeros(1, 1, 2),
        }
        store.write(self.folder / FILE, tensors, made)
        return self.folder / FILE

    def test_a_missing_file_is_named_with_what_to_do(self):
        with self.assertRaises(ArtworkError) as raised:
            load_artwork(self.folder / FILE)

        self.assertIn(str(self.folder / FILE), str(raised.exception))
        self.assertIn("python -m pipelines.artwork", str(raised.exception))

    def test_half_a_file_is_named_and_counts_as_missing(self):
        path = self.small()
        self.assertNotIn(FILE, missing(self.folder))
        path.write_bytes(path.read_bytes()[:-3])

        self.assertIn(FILE, missing(self.folder))
        with self.assertRaisesRegex(
            ArtworkError, f"{FILE} is not a whole artwork file"
        ):
            load_artwork(path)

    def test_a_changed_pixel_counts_as_missing(self):
        path = self.small()
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)

        self.assertIn(FILE, missing(self.folder))

    def test_a_file_of_another_index_is_not_drawn_from(self):
        with self.assertRaisesRegex(ArtworkError, "made for other pictures"):
            load_artwork(self.small(index="0" * 16))

    def test_a_file_made_by_older_code_is_made_again(self):
        self.small(recipe="0" * 16)

        self.assertIn(FILE, missing(self.folder))

    def test_the_same_tensors_give_the_same_bytes(self):
        once = self.small().read_bytes()

        self.assertEqual(self.small().read_bytes(), once)

    def test_the_command_line_says_what_is_missing_and_fails(self):
        ran = self.command("--check")

        self.assertEqual(ran.returncode, 1)
        states = {row["file"]: row["state"] for row in json.loads(ran.stdout)["files"]}
        self.assertEqual(set(states.values()), {"missing"})
        self.assertEqual(set(states), set(FILES))

    def test_without_packages_one_sentence_says_so_and_nothing_is_left(self):
        nothing = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.folder)}
        ran = self.command(**nothing, PIP_CONFIG_FILE=os.devnull)

        self.assertEqual(ran.returncode, 1)
        self.assertIn("The artwork was not made", json.loads(ran.stdout)["error"])
        self.assertEqual(list(self.folder.iterdir()), [])

    def command(self, *words, **environ):
        return subprocess.run(
            [
                *(sys.executable, "-m", "pipelines.artwork", "--json"),
                *("--folder", str(self.folder), *words),
            ],
            cwd=ROOT,
            env={**os.environ, **environ},
            capture_output=True,
            text=True,
            check=False,
        )


class FootageTests(unittest.TestCase):
    def test_a_picture_is_cropped_about_its_middle_and_never_stretched(self):
        wide = np.zeros((100, 400, 3), np.uint8)
        wide[:, 150:250] = 255

        square = filled(wide, (50, 50))

        self.assertEqual(square.shape, (50, 50, 3))
        self.assertGreater(int(square[:, 2:48].min()), 250)
