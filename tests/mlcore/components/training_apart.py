"""A training in a program of its own: python -m tests.mlcore.components.training_apart OUT STEPS ARM."""

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
    asked = order(Path(sys.argv[1]), arm=sys.argv[3], steps=int(sys.argv[2]))
    train(asked, studio(), CPU, resume=False, world=world)
    world.leave()
