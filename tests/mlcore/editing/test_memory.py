import unittest

import cv2
import numpy as np
import torch

from mlcore.editing.memory import ran_out, together, within_memory
from mlcore.editing.order import Impossible, TooMany

MUCH = 1 << 50
ALLOCATIONS = {
    "Python": lambda: bytearray(MUCH),
    "NumPy": lambda: np.empty(MUCH),
    "OpenCV": lambda: cv2.resize(np.zeros((8, 8), np.uint8), (1 << 24, 1 << 24)),
    "torch on a processor": lambda: torch.empty(MUCH),
}


class MemoryTests(unittest.TestCase):
    def test_every_library_is_understood_when_it_gets_no_memory(self):
        for library, allocate in ALLOCATIONS.items():
            with (
                self.subTest(library),
                self.assertRaisesRegex(Impossible, "24 frames .* 12 may"),
                within_memory(24),
            ):
                allocate()

    def test_what_a_gpu_says_which_is_not_here_is_understood(self):
        self.assertTrue(ran_out(torch.OutOfMemoryError("CUDA out of memory")))
        for said in (
            "CUDA error: out of memory\nCUDA kernel errors might be asynchronous",
            "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
            "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
            "cuDNN error: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED",
        ):
            for kind in (RuntimeError, torch.AcceleratorError):
                with self.subTest(said, kind=kind):
                    self.assertTrue(ran_out(kind(said)))
        self.assertFalse(ran_out(RuntimeError("CUDA error: device-side assert")))

    def test_what_goes_through_a_network_together_names_how_many_are_next(self):
        for fewer, words in ((4, "8 frames .*: 4 may$"), (0, "another back-end")):
            with self.assertRaisesRegex(TooMany, words) as raised, together(8, fewer):
                raise MemoryError
            self.assertEqual(raised.exception.fewer, fewer)
        with self.assertRaises(KeyError), together(8, 4):
            raise KeyError

    def test_it_says_half_the_frames_and_never_fewer_than_an_edit_takes(self):
        said = {24: "12 may", 5: "2 may", 4: "2 may", 3: "no two", 2: "no two"}
        for frames, words in said.items():
            with self.subTest(frames), self.assertRaisesRegex(Impossible, words):
                self.fails_with(MemoryError(), frames)

    def test_other_errors_stay_what_they_are(self):
        with self.assertRaises(cv2.error) as wrong:
            cv2.resize(np.zeros((8, 8), np.uint8), (-1, 8))
        for error in (RuntimeError("shapes differ"), KeyError("x"), wrong.exception):
            with self.subTest(repr(error)), self.assertRaises(type(error)) as raised:
                self.fails_with(error, 24)
            self.assertIs(raised.exception, error)

    def fails_with(self, error: Exception, frames: int) -> None:
        with within_memory(frames):
            raise error


if __name__ == "__main__":
    unittest.main()
