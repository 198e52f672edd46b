"""What an edit costs by stage: seconds a frame, and the most memory that was held."""

import resource
import time
from pathlib import Path

import torch

from mlcore.editing.backends.toy import load_toy
from mlcore.editing.order import EditOrder
from mlcore.editing.world import EditingWorld


def print_cost(weights: Path, device: torch.device, frames: int, steps: int) -> None:
    """Edit one drawn video of the toy world, and print."""
    order = an_order(frames, steps)
    guided = load_toy(weights, device)
    if device.type == "cpu":
        # Of the processor's time, which others' work beside it does not lengthen much.
        guided.clock = time.process_time
    foretold = guided.cost(order)
    peaks: dict[str, float] = {}

    def told(stage: str, _done: int, _of: int) -> None:
        peaks[stage] = _peak(device)

    before = _peak(device)
    edited = guided.edit(order, told)
    taken = sum(edited.seconds.values())
    print(
        f"{frames} frames, {steps} steps, on {device}, {torch.get_num_threads()} thread"
    )
    print(f"foretold {foretold.seconds:.1f} s, taken {taken:.1f} s")
    print("\n| stage | seconds a frame | peak MB by its end, above what was loaded |")
    print("| --- | --- | --- |")
    for stage, seconds in edited.seconds.items():
        above = f"{peaks[stage] - before:.0f}" if stage in peaks else ""
        print(f"| {stage} | {seconds / frames:.2f} | {above} |")


def an_order(frames: int, steps: int) -> EditOrder:
    """Return an edit of a drawn video, always the same."""
    chance = torch.Generator().manual_seed(0)
    world = EditingWorld()
    source = world.draw(1, frames, chance)
    others = world.other_things(source.things, chance)
    picture = world.pictures(others, chance)[0]
    return EditOrder(
        frames=(source.frames[0] * 255).round().to(torch.uint8),
        picture=(picture * 255).round().to(torch.uint8),
        source_prompt=source.things.prompts[0],
        target_prompt=others.prompts[0],
        steps=steps,
    )


def _peak(device: torch.device) -> float:
    """The most megabytes held so far: of the device, or of this program on a processor."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 2**20
    # Linux counts in kilobytes.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
