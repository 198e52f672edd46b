"""What training loops of several families share: rates, averages, several machines."""

import gc
import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor, distributed, nn
from torch.utils.data import DataLoader, Dataset

Network = TypeVar("Network", bound=nn.Module)
Drawn = TypeVar("Drawn")


def cosine_rate(done: float, warm: float = 0.05) -> float:
    """Return the share 0..1 of the highest learning rate after `done`, 0..1, of training.

    It climbs over the first `warm` of it, then falls along half a cosine to 0 (SGDR,
    arXiv 1608.03983, without restarts).
    """
    if done < warm:
        return done / warm
    return 0.5 * (1 + math.cos(math.pi * min((done - warm) / (1 - warm), 1.0)))


def with_decay(
    parameters: Iterable[tuple[str, nn.Parameter]], decay: float, **group: Any
) -> list[dict[str, Any]]:
    """Return optimiser groups: matrices decay; biases, norms and gates do not."""
    trained = [each for _, each in parameters if each.requires_grad]
    return [
        {"params": [p for p in trained if p.dim() > 1], "weight_decay": decay, **group},
        {"params": [p for p in trained if p.dim() <= 1], "weight_decay": 0.0, **group},
    ]


class Average(Generic[Network]):
    """A copy of a network whose weights follow it slowly (Polyak averaging)."""

    def __init__(self, network: Network, decay: float) -> None:
        self.decay = decay
        self.network = deepcopy(network).eval().requires_grad_(requires_grad=False)

    @torch.no_grad()
    def follow(self, network: nn.Module, step: int) -> None:
        """Move towards the network; faster in the first steps, as both begin the same."""
        decay = min(self.decay, (1 + step) / (10 + step))
        for own, new in zip(
            self.network.parameters(), network.parameters(), strict=True
        ):
            own.lerp_(new.detach().to(own.dtype), 1 - decay)
        for kept, there in zip(self.network.buffers(), network.buffers(), strict=True):
            kept.copy_(there)


def mixed_precision(
    device: torch.device, *, wanted: bool = True
) -> AbstractContextManager[Any]:
    """Return autocast to bfloat16, which needs no loss scaling, or nothing."""
    if not wanted:
        return nullcontext()
    return torch.autocast(device.type, dtype=torch.bfloat16)


@dataclass(frozen=True)
class World:
    """Which of how many training programs this one is."""

    rank: int = 0
    size: int = 1

    @staticmethod
    def join(device: torch.device, environment: Mapping[str, str] | None) -> "World":
        """Meet the other programs that torchrun started; alone without its variables."""
        if not environment or "RANK" not in environment:
            return World()
        if device.type == "cuda":
            torch.cuda.set_device(device)
        distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
        return World(distributed.get_rank(), distributed.get_world_size())

    def leave(self) -> None:
        """Part from the others."""
        if self.size > 1:
            distributed.destroy_process_group()

    @property
    def first(self) -> bool:
        """Whether this one writes files and speaks."""
        return self.rank == 0

    def share(self, many: int) -> slice:
        """Return which of `many` equal parts are ours. Raises ValueError if it does not divide."""
        if many % self.size:
            raise ValueError(f"{many} is not a multiple of {self.size} programs")
        each = many // self.size
        return slice(self.rank * each, (self.rank + 1) * each)

    def gather(self, own_BD: Tensor) -> Tensor:
        """Return (size * B, D): everybody's rows in order; ours keep their gradient.

        Everybody computes the loss over all rows, with a gradient through its own alone;
        summed over programs that is the gradient of one program with all rows.
        """
        if self.size == 1:
            return own_BD
        rows = [torch.empty_like(own_BD) for _ in range(self.size)]
        distributed.all_gather(rows, own_BD.detach().contiguous())
        rows[self.rank] = own_BD
        return torch.cat(rows)

    def sum_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Add everybody's gradients, in one message; a parameter without one counts 0."""
        if self.size == 1:
            return
        trained = [each for each in parameters if each.requires_grad]
        for each in trained:
            if each.grad is None:
                each.grad = torch.zeros_like(each)
        flat = torch.cat(
            [each.grad.flatten() for each in trained if each.grad is not None]
        )
        distributed.all_reduce(flat)
        at = 0
        for each in trained:
            each.grad = flat[at : at + each.numel()].view_as(each)
            at += each.numel()

    def mean(self, value: float) -> float:
        """Return the mean of everybody's values of a number."""
        if self.size == 1:
            return value
        said = torch.tensor([value], dtype=torch.float64)
        if distributed.get_backend() == "nccl":
            said = said.cuda()
        distributed.all_reduce(said)
        return float(said.item()) / self.size

    def agree(self, value: float) -> float:
        """Return the first program's value of a number, for all."""
        if self.size == 1:
            return value
        said = torch.tensor([value], dtype=torch.float64)
        if distributed.get_backend() == "nccl":
            said = said.cuda()
        distributed.broadcast(said, 0)
        return float(said.item())


def speaks_first(environment: Mapping[str, str]) -> bool:
    """Return whether this program is the first of torchrun's to say that training failed.

    The others fail for the same reason, or because this one is gone.
    """
    if "RANK" not in environment:
        return True
    try:
        # torchrun's own, which is there before the programs have met.
        shared = distributed.TCPStore(  # type: ignore[attr-defined]
            environment["MASTER_ADDR"],
            int(environment["MASTER_PORT"]),
            is_master=False,
            timeout=timedelta(seconds=10),
        )
        start = environment.get("TORCHELASTIC_RESTART_COUNT", "0")
        return int(shared.add(f"failures/{start}", 1)) == 1
    except (KeyError, RuntimeError, ValueError):
        return environment["RANK"] == "0"


def place(
    asked: str | None, environment: Mapping[str, str] | None = None
) -> torch.device:
    """Return the device to train on: the one asked for, else a GPU if there is one.

    Under torchrun each program takes the GPU of its LOCAL_RANK. Raises ValueError, one
    sentence, for a device that is unknown or not in this machine.
    """
    name = asked or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        wanted = torch.device(name)
    except RuntimeError:
        raise ValueError(_no_device(name)) from None
    if wanted.type == "cuda":
        if name == "cuda":
            own = int((environment or {}).get("LOCAL_RANK", 0))
            wanted = torch.device("cuda", own)
        there = wanted.index < torch.cuda.device_count()
    else:
        there = name == "cpu" or (name == "mps" and torch.backends.mps.is_available())
    if not there:
        raise ValueError(_no_device(name))
    return wanted


def _no_device(name: str) -> str:
    known = ["cpu", *(f"cuda:{each}" for each in range(torch.cuda.device_count()))]
    if torch.backends.mps.is_available():
        known.append("mps")
    return f"there is no device {name} here, only {', '.join(known)}"


BFLOAT16_SINCE = (8, 0)
"""The CUDA capability since which GPUs have instructions for bfloat16 (Ampere)"""


def gains_by_bfloat16(device: torch.device) -> bool:
    """Return whether a device has instructions that multiply bfloat16 faster than float32.

    `python -m mlcore.videomae.speed` prints what a training step gains by them.
    """
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= BFLOAT16_SINCE
    return device.type == "cpu" and "bf16" in _cpu_capabilities()


def _cpu_capabilities() -> str:
    known = torch.cpu.get_capabilities()
    return " ".join(name for name, there in known.items() if there is True)


def seed_of(*parts: int | str) -> int:
    """Return a number 0..2**63 - 1 that some numbers and words stand for."""
    digest = hashlib.sha256(repr(parts).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def drawn_ahead(
    drawing: Dataset[Drawn], places: Sequence[int], loaders: int
) -> Iterator[Drawn]:
    """Yield what is at some places, in order, drawn here or ahead by `loaders` programs."""
    if not loaders:
        yield from (drawing[place] for place in places)
        return
    # What was thrown away here is finalised here: some things speak as they go, on sockets
    # that a forked program would share.
    gc.collect()
    yield from DataLoader(
        drawing,
        batch_size=None,
        sampler=places,
        num_workers=loaders,
        worker_init_fn=_begin_drawing,
        multiprocessing_context="fork",
    )


def _begin_drawing(_number: int) -> None:
    """Make a program that draws take one core, and leave alone what it inherited."""
    gc.freeze()
    torch.set_num_threads(1)


class Diary:
    """One line of JSON a step: {"step", "loss", "seconds"} and what else is noted."""

    def __init__(self, path: Path, after: int) -> None:
        """Go on after `after` steps; what was noted of later ones is done again."""
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = path.read_text().splitlines()[:after] if path.exists() else []
        path.write_text("".join(f"{line}\n" for line in kept))
        self.path = path

    def note(self, step: int, loss: float, seconds: float, **more: float | str) -> None:
        """Append a line."""
        line = {"step": step, "loss": loss, "seconds": round(seconds, 3), **more}
        with self.path.open("a") as file:
            file.write(json.dumps(line) + "\n")
