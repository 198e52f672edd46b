"""Trainers go to a GPU machine with torch alone: what decodes and shows video stays behind."""

import subprocess
import sys
import unittest

TRAINERS = (
    "mlcore.components.train",
    "mlcore.components.evaluate",
    "mlcore.videomae.pretrain",
    "mlcore.videomae.learn_motion",
    "mlcore.videomae.find_plan",
    "mlcore.videomae.plot_trials",
    "mlcore.videomae.evaluate",
    "mlcore.editing.train",
)
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
