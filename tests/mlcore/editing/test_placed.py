"""Weights that are placed, but not whole or not of a kind that edits: said at loading."""

import json
import shutil
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

from safetensors.torch import load_file, save_file

from mlcore.checkpoint import UnusableCheckpoint
from mlcore.editing.backends.toy import load_toy, toy_config
from mlcore.editing.backends.unclip import CONFIG, load_unclip
from mlcore.editing.backends.vace import load_vace
from mlcore.editing.correction import CorrectionConfig
from mlcore.editing.order import Impossible
from mlcore.editing.weights import TOY
from tests.mlcore.editing.placed import place_unclip, place_vace

UNCLIP = ("unet", "vae", "text_encoder", "image_encoder", "image_normalizer")
VACE = ("transformer", "text_encoder", "vae")


class PlacedCase(unittest.TestCase):
    whole: Path

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.whole = Path(folder.name)
        place_unclip(cls.whole / "unclip")
        place_vace(cls.whole / "vace")

    def copied(self, name: str) -> Path:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return Path(shutil.copytree(self.whole / name, Path(folder.name) / name))


class WholeTests(PlacedCase):
    def test_a_folder_that_lacks_a_part_names_it(self):
        folder = self.copied("unclip")
        shutil.rmtree(folder / "vae")
        with self.assertRaisesRegex(Impossible, "lack vae"):
            load_unclip(folder)

    def test_weights_of_another_class_are_named(self):
        with self.assertRaisesRegex(Impossible, "WanVACEPipeline"):
            load_unclip(self.whole / "vace")
        with self.assertRaisesRegex(Impossible, "no weights"):
            load_unclip(self.whole)

    def test_torn_weights_are_no_crash(self):
        folder = self.copied("unclip")
        next((folder / "unet").glob("*.safetensors")).write_bytes(b"torn")
        with self.assertRaisesRegex(Impossible, "cannot be used"):
            load_unclip(folder)

    def test_a_part_that_lacks_tensors_is_named_with_some_of_them(self):
        for name, load, parts in (
            ("unclip", load_unclip, UNCLIP),
            ("vace", load_vace, VACE),
        ):
            for part in parts:
                folder = self.copied(name)
                lost = self.lose(folder / part, 9)
                with self.subTest(part), self.assertRaises(Impossible) as raised:
                    load(folder)
                said = str(raised.exception)
                self.assertRegex(said, rf"lack {lost} of the \d+ tensors of {part}, ")
                self.assertLess(len(said) - len(str(folder)), 200)

    def test_what_is_no_tensor_of_its_network_is_one_short_sentence(self):
        for part in ("transformer", "vae"):
            folder = self.copied("vace")
            file = next((folder / part).glob("*.safetensors"))
            halved = {
                name: each[..., :1].clone() for name, each in load_file(file).items()
            }
            save_file(halved, file, {"format": "pt"})
            with self.subTest(part), self.assertRaises(Impossible) as raised:
                load_vace(folder)
            said = str(raised.exception)
            self.assertIn("cannot be used", said)
            self.assertNotIn("\n", said)
            self.assertLess(len(said) - len(str(folder)), 300)

    def lose(self, folder: Path, most: int) -> int:
        """Take tensors out of a part's file; return how many."""
        file = next(folder.glob("*.safetensors"))
        tensors = load_file(file)
        lost = sorted(tensors)[: min(most, len(tensors) - 1)]
        save_file(
            {name: each for name, each in tensors.items() if name not in lost},
            file,
            {"format": "pt"},
        )
        return len(lost)


class OddTests(PlacedCase):
    def test_a_network_that_takes_no_such_picture_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            place_unclip(Path(folder), embedding=8)
            with self.assertRaisesRegex(Impossible, "32 numbers"):
                load_unclip(Path(folder))

    def test_a_schedule_that_is_not_known_is_said(self):
        folder = self.copied("unclip")
        told = folder / "scheduler" / "scheduler_config.json"
        odd = json.loads(told.read_text()) | {"prediction_type": "sample"}
        told.write_text(json.dumps(odd))
        with self.assertRaisesRegex(Impossible, "cannot be used: .* foresees sample"):
            load_unclip(folder)

    def test_a_network_without_the_block_that_is_compared_is_said(self):
        config = replace(CONFIG, correction=CorrectionConfig(block=7))
        with self.assertRaisesRegex(Impossible, r"cannot be used: .* blocks 0\.\.1"):
            load_unclip(self.whole / "unclip", config=config)
        off = replace(config, correction=CorrectionConfig(form="off", block=7))
        load_unclip(self.whole / "unclip", config=off)

        odd = replace(toy_config(32), correction=config.correction)
        with self.assertRaisesRegex(UnusableCheckpoint, r"cannot edit: .* 0\.\.2"):
            load_toy(TOY, config=odd)


class ToldTests(PlacedCase):
    def test_loading_may_be_ended_between_parts(self):
        for name, load, parts in (
            ("unclip", load_unclip, UNCLIP),
            ("vace", load_vace, VACE),
        ):
            calls: list[None] = []
            load(self.whole / name, told=lambda calls=calls: calls.append(None))
            self.assertGreater(len(calls), 2 * len(parts))
            with self.subTest(name), self.assertRaises(Cancelled):
                load(self.whole / name, told=cancelled)


class Cancelled(Exception):
    pass


def cancelled() -> None:
    raise Cancelled


if __name__ == "__main__":
    unittest.main()
