import errno
import os
import threading
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray


class TfliteNetwork:
    """One .tflite file, run on one thread so that its numbers repeat.

    Threads may share it: they take turns.

    Raises FileNotFoundError, with the file's name in it, if it is not there.
    """

    def __init__(self, weights: Path) -> None:
        if not weights.is_file():
            raise FileNotFoundError(
                errno.ENOENT, os.strerror(errno.ENOENT), str(weights)
            )
        self.weights = weights
        self._turn = threading.Lock()
        self._interpreter = Interpreter(str(weights), num_threads=1)
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]
        self._outputs = self._interpreter.get_output_details()
        self.side = int(self._input["shape"][1])
        """Width and height of the square picture it takes."""

    def run(self, pixels: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Return the outputs for one (side, side, 3) picture, without the batch axis."""
        with self._turn:
            self._interpreter.set_tensor(self._input["index"], pixels[None])
            self._interpreter.invoke()
            found = [self._interpreter.get_tensor(o["index"]) for o in self._outputs]
        return [np.asarray(tensor[0], np.float32) for tensor in found]
