"""What drawing a batch and a step on it cost: python -m bench.components.cost [--shape small]

In processor seconds of one thread, which other work beside it changes less than time.
"""

import argparse
import os
import time
from collections.abc import Callable
from dataclasses import replace

import torch

from mlcore.components.learning.arms import ARMS, LearningConfig
from mlcore.components.learning.batches import Batches
from mlcore.components.learning.shapes import SHAPES
from mlcore.components.learning.training import Training, new_encoder
from mlcore.components.sources import add_sources, chosen_components, studio_of

ROUNDS = 3
CPU = torch.device("cpu")


def main() -> None:
    """Print a line for drawing, then one an arm and precision."""
    parser = argparse.ArgumentParser(prog="python -m bench.components.cost")
    parser.add_argument("--shape", choices=SHAPES, default="small")
    add_sources(parser, os.environ)
    parser.set_defaults(components=192)
    given = parser.parse_args()
    torch.set_num_threads(1)
    shape, components = SHAPES[given.shape], chosen_components(given)[0]
    learning = LearningConfig(batch=shape.batch)
    batches = Batches(
        studio=studio_of(given, shape.encoder, CPU),
        components=components,
        batch=shape.batch,
        seed=0,
        together=learning.together,
    )
    drawing = cost(lambda step: batches[step])
    print(f"{given.shape}: a batch of {shape.batch} x 2 clips drawn in {drawing:.2f} s")
    batch = batches[0]
    for arm in ("in-batch", "queue", "full"):
        for mixed in (True, False):
            encoder, how = ARMS[arm].of(shape.encoder, replace(learning, mixed=mixed))
            training = Training(new_encoder(encoder, 0), how, components, CPU)
            training.encoder.begin_guidance()
            seconds = cost(lambda _, one=training: one.step(batch, 0.5))
            kind = "bfloat16" if mixed else "float32"
            print(f"  {arm}, {kind}: a step in {seconds:.2f} s", flush=True)


def cost(act: Callable[[int], object]) -> float:
    """Return the processor seconds of one act, the least of some after a first one."""
    found = []
    for step in range(ROUNDS + 1):
        began = time.process_time()
        act(step)
        found.append(time.process_time() - began)
    return min(found[1:])


if __name__ == "__main__":
    main()
