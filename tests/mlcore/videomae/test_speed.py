"""How fast a machine trains and draws, as the command prints it."""

import io
import json
import sys
from contextlib import redirect_stdout
from unittest.mock import patch

from mlcore.fit import gains_by_bfloat16
from mlcore.videomae import speed
from mlcore.videomae.speed import loaders_for
from tests.mlcore.videomae.small import CPU
from tests.mlcore.videomae.test_pretrain import FolderTest
from tests.mlcore.videomae.test_sources import write_film

FEW = ("--shapes", "toy", "--batch", "2", "--steps", "2", "--device", "cpu")


def said(*words):
    printed = io.StringIO()
    with (
        patch.object(sys, "argv", ["speed", *FEW, *words]),
        redirect_stdout(printed),
    ):
        return speed.main({}), printed.getvalue()


def rows(table):
    """The cells of a table's rows, without its head."""
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in table.splitlines()[2:]
    ]


class SpeedTests(FolderTest):
    def test_it_prints_what_bfloat16_gains_and_how_many_threads_are_needed(self):
        write_film(self.folder / "a.mp4")

        code, printed = said("--data", str(self.folder))

        self.assertEqual(code, 0, printed)
        precision, loaders = map(rows, printed.strip().split("\n\n"))
        self.assertEqual(
            [each[:2] for each in precision], [["toy", "2"], ["toy", "16"]]
        )
        for _, _, single, half, ratio, taken in precision:
            self.assertAlmostEqual(float(half) / float(single), float(ratio), delta=0.1)
            wanted = "bfloat16" if gains_by_bfloat16(CPU) else "float32"
            self.assertEqual(taken, wanted)
        for (_, _, takes, *drawn), row in zip(loaders, precision, strict=True):
            step = float(row[3 if row[5] == "bfloat16" else 2])
            self.assertAlmostEqual(float(takes) / (2000 / step), 1, delta=0.1)
            self.assertEqual(len(drawn), 4)
            for each, many in (drawn[:2], drawn[2:]):
                self.assertLessEqual(
                    abs(int(many) - loaders_for(float(takes), float(each))), 1
                )

    def test_of_fewer_clips_than_are_taken_a_twentieth_may_lack(self):
        for takes, each, wanted in (
            *((100, 1000, 1), (100, 95, 1), (100, 94, 2)),
            *((100, 10, 10), (1, 1, 1)),
        ):
            self.assertEqual(loaders_for(takes, each), wanted, (takes, each))

    def test_what_cannot_be_timed_is_one_sentence(self):
        for words, sentence in (
            (("--shapes", "vast"), "vast is no shape; there are toy, "),
            (("--frames", "3"), "got 3"),
            (("--steps", "0"), "at least 1 step"),
            (("--batch", "0"), "at least 1, got"),
            (("--data", str(self.folder)), "there is no film in"),
        ):
            code, printed = said(*words)
            self.assertEqual(code, 1)
            self.assertIn(sentence, json.loads(printed)["error"])
