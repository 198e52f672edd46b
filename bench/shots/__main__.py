"""How well each detector finds each kind of transition: python -m bench.shots [--seed N] [--films N].

Needs the weights and the sample titles; a film a kind takes about two minutes.
"""

import argparse
import platform
import time
from dataclasses import dataclass, field
from fractions import Fraction

import cv2
import numpy as np
import torch

from mlcore.metrics import f1_for_cuts
from mlcore.shots.detect import find_shots
from mlcore.shots.likely import THRESHOLD
from mlcore.shots.signals import SignalRecorder
from mlcore.shots.transnetv2 import CutNetwork
from tests.mlcore.photographs import weights_folder
from tests.mlcore.transitions import TRANSITIONS, draw_film, looked_at

RATE = Fraction(24)
WAYS = ("adaptive", "transnetv2", "network alone")


@dataclass
class Found:
    """True and found cuts of several films, those of each beyond the ends of the last."""

    truth: list[int] = field(default_factory=list)
    cuts: dict[str, list[int]] = field(default_factory=lambda: {w: [] for w in WAYS})


@dataclass
class Spent:
    """Processor seconds so far, and the frames they went into."""

    frames: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    def add(self, name: str, began: float) -> None:
        """Count what was used since `began`."""
        used = time.process_time() - began
        self.seconds[name] = self.seconds.get(name, 0.0) + used


def main() -> None:
    """Draw films, find their shots, print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.shots")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--films", type=int, default=1, help="films of each kind")
    given = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    network = CutNetwork(weights_folder() / "transnetv2.safetensors")
    print(
        f"{platform.machine()}, one thread, seed {given.seed}, {given.films} film(s) a kind"
    )
    print("F1 at a tolerance of 0 / 2 frames")
    print(f"{'':38}" + "".join(f"{way:>17}" for way in WAYS) + "     cuts")
    spent, every = Spent(), Found()
    for name in TRANSITIONS:
        found = Found()
        for number in range(given.films):
            measure(name, given.seed + 1000 * number, network, spent, (found, every))
        _say(name, found)
    _say("all", every)
    for name, seconds in spent.seconds.items():
        print(f"{name}: {1000 * seconds / spent.frames:.3f} ms of processor a frame")


def measure(
    name: str, seed: int, network: CutNetwork, spent: Spent, into: tuple[Found, ...]
) -> None:
    """Draw one film and find its shots each way."""
    film, recorder = draw_film(name, seed), SignalRecorder()
    began = time.process_time()
    for frame in film.frames:
        recorder.push(frame)
    spent.add("signals and flow, for every way", began)
    signals, began = recorder.take(), time.process_time()
    found = {"adaptive": find_shots(signals, RATE)}
    spent.add("shots from signals", began)
    began = time.process_time()
    likely = np.concatenate(list(network.predict(looked_at(film))))
    spent.add("TransNet V2", began)
    found["transnetv2"] = find_shots(signals, RATE, likely=likely)
    spent.frames += len(film.frames)
    cuts = {way: [s.first for s in spans[1:]] for way, spans in found.items()}
    cuts["network alone"] = _alone(likely)
    for one in into:
        base = 100_000 * (1 + len(one.truth))
        one.truth += [base + cut for cut in film.cuts]
        for way in WAYS:
            one.cuts[way] += [base + cut for cut in cuts[way]]


def _alone(likely: np.ndarray) -> list[int]:
    """The authors' own rule: a shot begins after the last marked frame."""
    marked = np.r_[False, likely[:, 0] > THRESHOLD, False]
    ends = np.flatnonzero(np.diff(marked))[1::2].tolist()
    return [end for end in ends if end < len(likely)]


def _say(name: str, found: Found) -> None:
    cells = []
    for way in WAYS:
        exact, near = (f1_for_cuts(found.truth, found.cuts[way], t).f1 for t in (0, 2))
        cells.append(f"{exact:.3f} / {near:.3f}".rjust(17))
    print(f"{name:38}{''.join(cells)}{len(found.truth):9}", flush=True)


if __name__ == "__main__":
    main()
