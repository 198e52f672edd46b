"""Trainers go to a GPU machine with torch alone: what decodes and shows video stays behind."""

import importlib
import io
import json
import subprocess
import sys
import unittest
from contextlib import redirect_stdout
from unittest.mock import patch

TRAINERS = (
    "mlcore.components.train",
    "mlcore.components.evaluate",
    "mlcore.videomae.pretrain",
    "mlcore.videomae.learn_motion",
    "mlcore.videomae.find_plan",
    "mlcore.videomae.plot_trials",
    "mlcore.videomae.evaluate",
    "mlcore.videomae.speed",
    "mlcore.editing.train",
)
PLACED = {
    "mlcore.components.train": "--out F --steps 1",
    "mlcore.components.evaluate": "--encoder F",
    "mlcore.components.finding.__main__": "F --out G",
    "mlcore.videomae.pretrain": "--data drawn --frames 1 --out F",
    "mlcore.videomae.learn_motion": "--encoder F --out G",
    "mlcore.videomae.find_plan": "--frames 1 --trials F --out G",
    "mlcore.videomae.evaluate": "--encoder F",
    "mlcore.videomae.speed": "",
    "mlcore.editing.train": "--out F --steps 1",
}
"""Those that are told a device, and what they need to begin with."""
LEFT_BEHIND = ("cv2", "av", "decord", "OpenGL", "django", "celery")


class TrainerTests(unittest.TestCase):
    def test_none_needs_anything_that_decodes_video_to_begin(self):
        # In a program of its own, where none of it has been imported.
        script = (
            "import importlib, sys\n"
            f"sys.modules.update(dict.fromkeys({LEFT_BEHIND!r}))\n"
            f"for name in {TRAINERS!r}: importlib.import_module(name)"
        )
        ran = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=False
        )
        self.assertEqual(ran.returncode, 0, ran.stderr[-2000:])

    def test_a_device_that_is_not_there_is_one_sentence(self):
        for name, needed in PLACED.items():
            program, printed = importlib.import_module(name), io.StringIO()
            words = [name, *needed.split(), "--device", "gpu"]
            with (
                self.subTest(name),
                patch.object(sys, "argv", words),
                redirect_stdout(printed),
            ):
                self.assertEqual(program.main(), 1)
                told = json.loads(printed.getvalue())
                self.assertRegex(told["error"], "^there is no device gpu here, only ")
