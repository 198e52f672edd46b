"""Trainings in a program of its own, one after another, each of an arm into a file.

python -m tests.mlcore.components.training_apart STEPS OUT ARM [OUT ARM]...
"""

import os
import sys
from pathlib import Path

import torch

from mlcore.components.train import train
from mlcore.fit import World
from tests.mlcore.components.photographed import CPU, order, studio

if __name__ == "__main__":
    torch.set_num_threads(1)
    world = World.join(CPU, os.environ)
    steps, *places = sys.argv[1:]
    for out, arm in zip(places[::2], places[1::2], strict=True):
        asked = order(Path(out), arm=arm, steps=int(steps))
        train(asked, studio(), CPU, resume=False, world=world)
    world.leave()
