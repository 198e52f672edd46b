"""What an edit costs by stage: seconds a frame and step, and the most memory held."""

import resource
import time
from dataclasses import dataclass, field, replace

import torch

from mlcore.editing.edit import GuidedEdit
from mlcore.editing.order import Edited, EditOrder, Impossible
from mlcore.editing.world import EditingWorld


def print_cost(guided: GuidedEdit, order: EditOrder, at_once: int) -> None:
    """Edit a video, and print; where memory is too small, half of it, as it says."""
    device = next(guided.denoiser.parameters()).device
    if device.type == "cpu":
        # Of the processor's time, which others' work beside it does not lengthen much.
        guided.clock = time.process_time
    guided.config = replace(guided.config, at_once=at_once)
    print(
        f"{len(order.frames)} frames of {order.frames.shape[-1]} pixels, {at_once} at once, "
        f"{order.steps} steps, on {_called(device)}, {torch.get_num_threads()} thread"
    )
    foretold = guided.cost(order)
    spent = _Spent(device)
    edited = _edited(guided, order, spent)
    if edited is None:
        if at_once >= 4:
            half = replace(order, frames=order.frames[: len(order.frames) // 2])
            print_cost(guided, half, at_once // 2)
        return
    spent.note()
    print(
        f"foretold {foretold.seconds:.1f} s, taken {sum(edited.seconds.values()):.1f} s; "
        f"{100 * edited.share:.0f} % of all pixels edited; loaded were {spent.before:.0f} MB"
    )
    _print_table(spent, edited, len(order.frames))


def an_order(pixels: int, frames: int, steps: int) -> EditOrder:
    """Return an edit of a drawn video, always the same."""
    chance = torch.Generator().manual_seed(0)
    world = EditingWorld(size=pixels)
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


def allow(device: torch.device, gigabytes: float) -> None:
    """Let this program have so much of a GPU's memory and no more."""
    there = torch.cuda.get_device_properties(device).total_memory
    torch.cuda.set_per_process_memory_fraction(gigabytes * 2**30 / there, device)


def _edited(guided: GuidedEdit, order: EditOrder, spent: "_Spent") -> Edited | None:
    """Nothing, having said why, where memory is too small."""
    try:
        return guided.edit(order, spent.told)
    except Impossible as error:
        print(f"refused: {error}\n", flush=True)
        return None


@dataclass
class _Spent:
    """What stages held, and how many steps they had, as they tell of them."""

    device: torch.device
    before: float = 0.0
    peaks: dict[str, float] = field(default_factory=dict)
    steps: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.before = _peak(self.device, now=True)

    def told(self, stage: str, _done: int, of: int) -> None:
        self.steps[stage] = of
        self.peaks.setdefault(stage, 0.0)
        self.note()

    def note(self) -> None:
        """Count what was held since the last note to the last stage that was told of."""
        last = list(self.peaks)[-1]
        self.peaks[last] = max(self.peaks[last], _peak(self.device) - self.before)


def _print_table(spent: _Spent, edited: Edited, frames: int) -> None:
    print(
        "\n| stage | steps | seconds a frame | of it a step | MB above what was loaded |"
    )
    print("| --- | --- | --- | --- | --- |")
    for stage, seconds in edited.seconds.items():
        steps, peak = spent.steps.get(stage, 0), spent.peaks.get(stage, 0.0)
        a_frame = seconds / frames
        a_step = f"{a_frame / steps:.4f}" if steps else ""
        print(f"| {stage} | {steps} | {a_frame:.3f} | {a_step} | {peak:.0f} |")
    print(flush=True)


def _called(device: torch.device) -> str:
    if device.type != "cuda":
        return str(device)
    return f"{torch.cuda.get_device_name(device)}, torch {torch.__version__}"


def _peak(device: torch.device, *, now: bool = False) -> float:
    """The most megabytes held since the last call: of a GPU; of this program, so far."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
        held = torch.cuda.max_memory_allocated(device)
        torch.cuda.reset_peak_memory_stats(device)
        return (torch.cuda.memory_allocated(device) if now else held) / 2**20
    # Linux counts in kilobytes.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
