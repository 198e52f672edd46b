"""What reading footage costs in memory, of a whole program."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import av
import numpy as np

from mlcore.videomae.reading import KEPT, OPEN

FRAMES, SPAN, WIDE, HIGH = 400, 64, 320, 180
STRETCHES = 150
"""Three times as much as is kept of them"""
READER = 80 * 2**20
"""Bytes that one holds of pictures of this size, at most; 60 were seen"""
STATUS = Path("/proc/self/status")
PROGRAM = f"""
import sys
from pathlib import Path
import torch
from mlcore.videomae.footage import Footage, shots_in

def most():
    lines = Path("{STATUS}").read_text().splitlines()
    (line,) = (each for each in lines if each.startswith("VmHWM"))
    return 1024 * int(line.split()[1])

footage = Footage(spans=shots_in(Path(sys.argv[1])), size=108, span={SPAN})
times = torch.arange(0, {SPAN}, 16).expand(1, -1)
for place in range({STRETCHES}):
    footage.draw(times, place, slice(None), [place])
    if place == 0:
        before = most()
print(most() - before, len(footage.stretches.readers))
"""


def write_grey(path):
    with av.open(str(path), "w") as film:
        stream = film.add_stream("libx264", rate=24, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = WIDE, HIGH, "yuv420p"
        grey = np.full((HIGH, WIDE, 3), 90, np.uint8)
        for _ in range(FRAMES):
            film.mux(stream.encode(av.VideoFrame.from_ndarray(grey, "rgb24")))
        film.mux(stream.encode())


@unittest.skipUnless(STATUS.exists(), "the system tells no memory of a program")
class MemoryTests(unittest.TestCase):
    def test_a_program_that_reads_three_times_what_is_kept_holds_that_and_its_readers(
        self,
    ):
        with tempfile.TemporaryDirectory() as folder:
            first = Path(folder) / "0.mp4"
            write_grey(first)
            for number in range(1, 20):
                first.with_name(f"{number}.mp4").hardlink_to(first)
            ran = subprocess.run(
                [sys.executable, "-c", PROGRAM, folder],
                capture_output=True,
                text=True,
                check=False,
                timeout=120,
            )

        self.assertEqual(ran.returncode, 0, ran.stderr[-2000:])
        held, opened = map(int, ran.stdout.split())
        read = STRETCHES * SPAN * WIDE * HIGH * 3
        bound = KEPT + OPEN * READER
        self.assertGreater(read, 1.3 * bound)
        self.assertLess(held, bound, f"{held / 2**20:.0f} MiB")
        self.assertEqual(opened, OPEN)
