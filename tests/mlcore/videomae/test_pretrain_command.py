"""`python -m mlcore.videomae.pretrain` as people start it: killed, by the clock, as two programs, in trouble."""

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress

import torch
from safetensors.torch import save_file

from mlcore.checkpoint import load, save
from mlcore.videomae.keeping import load_encoder
from mlcore.videomae.pretrain import arguments, ordered, pretrain, source_of
from tests.films import planted_film, write_film
from tests.full_disk import said_without_room
from tests.mlcore.videomae.small import CPU
from tests.mlcore.videomae.test_pretrain import (
    WORDS,
    FolderTest,
    Stopped,
    losses,
    noted,
    said,
    stop_at,
)

PROGRAM = "mlcore.videomae.pretrain"


def begun(out, watch):
    """The checkpoint of a training that was stopped."""
    given = arguments().parse_args([*WORDS, str(out)])
    order = ordered(given)
    with suppress(Stopped):
        pretrain(order, source_of(given, order, CPU), CPU, resume=False, watch=watch)
    assert order.training_file.exists()
    return order.training_file


class TroubleTests(FolderTest):
    def setUp(self):
        super().setUp()
        self.out = self.folder / "a.safetensors"
        self.kept = begun(self.out, stop_at(20))

    def beside(self):
        """All that the training has written."""
        return {each.name: each.read_bytes() for each in self.folder.iterdir()}

    def test_a_full_disk_is_one_sentence_and_the_last_checkpoint_goes_on(self):
        before, room = self.beside(), self.kept.stat().st_size // 2

        code, told = said_without_room(room, PROGRAM, *WORDS, self.out)

        self.assertEqual(code, 1)
        self.assertEqual(
            told["error"],
            f"{self.kept} could not be written: File too large; "
            "what was there before is whole.",
        )
        self.assertEqual(self.kept.read_bytes(), before[self.kept.name])
        self.assertEqual(set(self.beside()), set(before))
        whole = self.folder / "whole.safetensors"
        for out in (self.out, whole):
            self.assertEqual(said(*WORDS, str(out))[0], 0)
        self.assertEqual(losses(self.out), losses(whole))

    def test_a_checkpoint_of_another_architecture_is_one_sentence_and_stays(self):
        before = self.beside()
        for more, named in (
            (("--shape", "little"), "size 32, asked for is 64"),
            (("--decoded", "0.5"), "decoded 1.0, asked for is 0.5"),
        ):
            code, told = said(*WORDS, str(self.out), *more)

            self.assertEqual(code, 1)
            self.assertEqual(
                told["error"],
                f"{self.kept}: the checkpoint is of another architecture ({named}).",
            )
            self.assertEqual(self.beside(), before)

    def test_a_checkpoint_of_other_clips_is_one_sentence_and_stays(self):
        code, _ = said(*WORDS, str(self.out))
        self.assertEqual(code, 0)
        before = self.beside()
        films = self.folder.parent / f"{self.folder.name}-films"
        films.mkdir()
        self.addCleanup(shutil.rmtree, films)
        write_film(films / "film.mp4", planted_film())
        stills = films / "stills.safetensors"
        save_file({"stills": torch.zeros(2, 3, 64, 64, dtype=torch.uint8)}, stills)
        for more, named in (
            (("--data", str(films)), "source"),
            (("--data", str(films), "--drawn", "0.5"), "source"),
            (("--pictures", str(stills)), "source"),
            (("--stride", "3"), "sampling"),
            (("--repeat", "4"), "repeat"),
        ):
            with self.subTest(more):
                code, told = said(*WORDS, str(self.out), *more)

                self.assertEqual(code, 1)
                self.assertEqual(
                    told["error"],
                    f"{self.kept} is of a training with another {named}.",
                )
                self.assertEqual(self.beside(), before)

    def test_a_checkpoint_of_before_that_does_not_tell_of_its_clips_goes_on(self):
        tensors, meaning = load(self.kept)
        old = {n: e for n, e in meaning.items() if n not in ("sampling", "repeat")}
        self.assertNotEqual(old, meaning)
        save(self.kept, tensors, old)

        code, told = said(*WORDS, str(self.out))

        self.assertEqual(code, 0, told)
        self.assertIn("source", load(self.kept)[1])


class FilmsTests(FolderTest):
    def test_the_same_films_go_on_wherever_they_lie(self):
        films, moved = (self.folder / each for each in ("films", "moved"))
        films.mkdir()
        write_film(films / "film.mp4", planted_film())
        out = self.folder / "a.safetensors"
        few = ("--shape", "toy", "--batch", "2", "--frames", "64", "--device", "cpu")
        words = (*few, "--resume", "--plan", "plain", "--out", str(out), "--data")
        self.assertEqual(said(*words, str(films))[0], 0)
        films.rename(moved)

        code, told = said(*words, str(moved))

        self.assertEqual(code, 0, told)
        (moved / "shots.json").write_text('{"film.mp4": [[0, 100]]}')
        code, told = said(*words, str(moved))
        self.assertEqual(code, 1)
        self.assertIn("another source", told["error"])


INSTANTS = (
    # Before a step is noted; while the first checkpoint is written, at a stage's end.
    *("open,.jsonl,2", "os.rename,.training.safetensors,1"),
    # After it, in the middle of the next stage, where that ends, and where all does.
    *("open,.jsonl,12", "os.rename,.training.safetensors,1"),
    "os.rename,.training.safetensors,2",
    # The last checkpoint is there and what was trained is not yet.
    "os.rename,killed.safetensors,1",
)


def killed(words, instants):
    """Let a program be killed at each instant and start anew; how its lives ended."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.mlcore.videomae.killing", words, *instants],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return [json.loads(line)["ended"] for line in ran.stdout.splitlines()]


class KilledTests(FolderTest):
    def test_killed_anywhere_again_and_again_it_goes_on_to_the_same_bits(self):
        whole, parted = (self.folder / f"{e}.safetensors" for e in ("whole", "killed"))
        # Checkpoints at the ends of stages alone, so that each kill costs steps.
        words = " ".join((*WORDS, str(parted), "--every", "1000"))

        ended = killed(words, INSTANTS)

        self.assertEqual(ended, [-signal.SIGKILL] * len(INSTANTS))
        self.assertFalse(parted.exists())
        for out in (parted, whole):
            self.assertEqual(said(*WORDS, str(out))[0], 0)
        self.assertEqual(losses(whole), losses(parted))
        one, two = (load(each)[0] for each in (whole, parted))
        for name, each in one.items():
            self.assertTrue(torch.equal(each, two[name]), name)

    def test_killed_by_the_clock_it_spends_the_rest_of_its_minutes_in_order(self):
        out = self.folder / "a.safetensors"
        words = ("--data", "drawn", "--shape", "toy", "--batch", "2", "--resume")
        words += ("--minutes", "0.05", "--every", "0.2", "--device", "cpu", "--out")
        kills = ("open,.jsonl,1", *["os.rename,.training.safetensors,3"] * 2)

        ended = killed(" ".join((*words, str(out))), kills)
        kept = load(out.with_suffix(".training.safetensors"))[1]
        code, told = said(*words, str(out))

        self.assertEqual(ended, [-signal.SIGKILL] * len(kills))
        self.assertEqual(code, 0, told)
        # What was spent up to a checkpoint counts; what lay between two lives does not.
        self.assertGreater(kept["meter"]["seconds"], 0.4)
        self.assertTrue(3 <= told["meter"]["seconds"] < 9, told["meter"])
        lines = noted(out)
        self.assertEqual([each["step"] for each in lines], list(range(told["steps"])))
        spent = [each["seconds"] for each in lines]
        self.assertEqual(spent, sorted(spent))
        lengths = [each["frames"] for each in lines]
        self.assertEqual(lengths, sorted(lengths))
        self.assertEqual(set(lengths), {2, 4, 8, 16})


def by_torchrun(*words):
    """What two programs did."""
    start = ("torch.distributed.run", "--standalone", "--nproc-per-node", "2")
    return subprocess.run(
        [sys.executable, "-m", *start, "-m", PROGRAM, *words],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )


class WaysTests(FolderTest):
    def test_clips_of_segments_stand_in_the_whole_of_time_and_strided_ones_in_its_begin(
        self,
    ):
        for how, wanted in ((), "prefix"), (("--sampling", "segments"), "strided"):
            out = self.folder / f"{wanted}.safetensors"
            told = said(*WORDS, str(out), *how)[1]

            self.assertEqual(told["autoencoder"]["places"], wanted)
            self.assertEqual(told["sampling"]["how"], how[-1] if how else "stride")
            # What is kept stands there, too.
            self.assertEqual(load_encoder(out)[0].config.places, wanted)

    def test_in_minutes_it_ends_in_time_and_stages_share_them(self):
        out = self.folder / "a.safetensors"
        words = ("--data", "drawn", "--shape", "toy", "--batch", "2", "--plan", "tpl4")

        code, told = said(
            *words, "--minutes", "0.05", "--device", "cpu", "--out", str(out)
        )

        self.assertEqual(code, 0, told)
        self.assertTrue(3 <= told["meter"]["seconds"] < 9, told["meter"])
        self.assertEqual(told["budget"], {"frames": None, "minutes": 0.05})
        lengths = [line["frames"] for line in noted(out)]
        self.assertEqual(lengths, sorted(lengths))
        self.assertEqual(set(lengths), {2, 4, 8, 16})

    def test_programs_of_torchrun_say_once_what_is_wrong(self):
        begun(self.folder / "a.safetensors", stop_at(12))
        for out, more, sentence in (
            # Before they meet, and when each has looked at the checkpoint.
            ("b.safetensors", ("--device", "gpu"), "there is no device gpu"),
            ("a.safetensors", ("--seed", "9"), "another seed"),
        ):
            ran = by_torchrun(*WORDS, str(self.folder / out), *more)

            self.assertNotEqual(ran.returncode, 0)
            self.assertEqual(len(ran.stdout.splitlines()), 1, ran.stdout)
            self.assertIn(sentence, json.loads(ran.stdout)["error"])

    def test_two_programs_of_torchrun_go_on_with_what_one_began_to_the_same_losses(
        self,
    ):
        one, two = (self.folder / f"{each}.safetensors" for each in ("one", "two"))
        alone = said(*WORDS, str(one))[1]
        begun(two, stop_at(12))
        ran = by_torchrun(*WORDS, str(two))

        self.assertEqual(ran.returncode, 0, ran.stderr[-2000:])
        # The first program alone speaks and writes.
        told = json.loads(ran.stdout)
        self.assertEqual((told["programs"], told["steps"]), (2, alone["steps"]))
        self.assertEqual(told["meter"]["frames"], alone["meter"]["frames"])
        for a, b in zip(losses(one), losses(two), strict=True):
            self.assertAlmostEqual(a, b, places=4)
        kept = sorted(each.name for each in self.folder.glob("two*"))
        self.assertEqual(
            kept, ["two.jsonl", "two.safetensors", "two.training.safetensors"]
        )
