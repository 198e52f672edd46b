"""Pretrain a masked video autoencoder, in stages of growing clips.

    python -m mlcore.videomae.pretrain --data FOLDER|drawn --frames N | --minutes M
        --out F.safetensors [--plan NAME|FILE|JSON] [--shape toy|tiny|small|base|large|huge]
        [--batch N] [--rate R] [--widen N] [--resume] [--seed N] [--device D] ...

FOLDER holds films that are safe to open with decord (Kuleshov's proxies), with a
`shots.json` or each of one shot; `drawn` is a world of moving things, for which torch is
enough. Beside F it keeps F's training (to go on after a kill, with --resume) and F's
diary, a line a step. On several GPUs: torchrun --nproc-per-node N -m mlcore.videomae.pretrain
Prints one JSON document; {"error": "one sentence"} and exit code 1 when it cannot run.
"""

import argparse
import hashlib
import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch

from mlcore.checkpoint import Meaning
from mlcore.fit import Diary, World, place, seed_of, speaks_first
from mlcore.videomae.autoencoder import MaskedAutoencoder, new_autoencoder
from mlcore.videomae.batches import Ahead, Batches, Source
from mlcore.videomae.config import SHAPES, AutoencoderConfig, Places
from mlcore.videomae.course import Budget, Course
from mlcore.videomae.footage import Footage, shots_in
from mlcore.videomae.keeping import save_autoencoder
from mlcore.videomae.loop import Clock, Keeper, Loop, Watcher
from mlcore.videomae.mixing import Mixed
from mlcore.videomae.plan import PLANS, Plan, read_plan
from mlcore.videomae.sampling import Sampling
from mlcore.videomae.training import Training
from mlcore.videomae.world import MotionWorld, photographs

DRAWN = "drawn"


@dataclass(frozen=True, kw_only=True)
class Order:
    """One pretraining: of what, by which plan, for how long."""

    config: AutoencoderConfig
    plan: Plan
    budget: Budget
    sampling: Sampling
    out: Path
    seed: int = 0
    every: float = 120.0
    """Seconds between checkpoints"""
    loaders: int | None = None
    """Threads that draw ahead; 0: clips are drawn where the network trains; None: as many
    as the network has to wait for, up to the cores that it leaves free"""
    repeat: int = 8
    """Steps in a row, with the longest clips, that see the same stretches of footage"""
    source: str = ""
    """Which clips are drawn from: a checkpoint of others is refused. Empty: `out` stands for
    its clips, as a folder of one run does"""

    @property
    def seen(self) -> Meaning:
        """What a training sees, for JSON."""
        told = {"sampling": asdict(self.sampling), "repeat": self.repeat}
        return {**told, "source": self.source} if self.source else told

    @property
    def training_file(self) -> Path:
        """Where the training is kept until it is done."""
        return self.out.with_suffix(".training.safetensors")

    @property
    def diary_file(self) -> Path:
        """Where the loss of every step is noted."""
        return self.out.with_suffix(".jsonl")


def pretrain(  # noqa: PLR0913  what a pipeline, a bench and a test each need
    order: Order,
    source: Source,
    device: torch.device,
    *,
    resume: bool,
    world: World | None = None,
    watch: Watcher | None = None,
    clock: Clock = time.monotonic,
    begin: MaskedAutoencoder | None = None,
) -> Meaning:
    """Train, write the autoencoder, and return what is known about it.

    It begins with an untrained network, or with `begin`. With `resume` it goes on from the
    last checkpoint, if there is one. Raises ValueError when that is unusable
    (UnusableCheckpoint), or the order cannot be carried out.
    """
    world = world or World()
    course = Course(order.plan, order.budget, order.config, order.seed)
    training = Training(_begun(order, begin), device, world)
    keeper = _kept(order, course)
    if resume and order.training_file.exists():
        keeper.take_up(training)
    loop = Loop(
        course=course,
        clips=_drawn(order, source, training),
        keeper=keeper if world.first else None,
        diary=Diary(order.diary_file, training.steps) if world.first else None,
        clock=clock,
        watch=watch,
    )
    try:
        loop.run(training)
    finally:
        loop.clips.close()
    known = {**_known(order, training), "loaders": loop.clips.threads}
    if world.first:
        save_autoencoder(training.network, order.out, known)
    return known


def _begun(order: Order, begin: MaskedAutoencoder | None) -> MaskedAutoencoder:
    network = begin or new_autoencoder(order.config, order.seed)
    if network.config != order.config:
        raise ValueError(
            "what training begins with has another shape than is asked for"
        )
    return network.train()


def _kept(order: Order, course: Course) -> Keeper:
    return Keeper(
        path=order.training_file, course=course, seen=order.seen, every=order.every
    )


def _drawn(order: Order, source: Source, training: Training) -> Ahead:
    batches = Batches(
        source=source,
        sampling=order.sampling,
        config=order.config,
        seed=order.seed,
        repeat=order.repeat,
        world=training.world,
    )
    if order.loaders is not None:
        return Ahead(batches, order.loaders)
    busy = torch.get_num_threads() if training.device.type == "cpu" else 1
    return Ahead(batches, 1, most=_cores() // training.world.size - busy)


def _cores() -> int:
    """How many this program may use; not every system tells of fewer than it has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def loaders_of(word: str) -> int | None:
    """Return how many threads a word asks for; None: `auto`. Raises ValueError."""
    if word == "auto":
        return None
    if (many := int(word)) < 0:
        raise ValueError(f"loaders are auto, or 0 or more; got {many}")
    return many


def _known(order: Order, training: Training) -> Meaning:
    return {
        **training.meaning(),
        "plan": order.plan.to_json(),
        "budget": asdict(order.budget),
        **order.seen,
        "seed": order.seed,
        "wait_share": round(training.meter.wait_share, 4),
        "device": training.device.type,
        "programs": training.world.size,
        "torch": torch.__version__,
    }


def ordered(given: argparse.Namespace) -> Order:
    """Return the order that command-line arguments make. Raises ValueError."""
    places: Places = "strided" if given.sampling == "segments" else "prefix"
    config = replace(SHAPES[given.shape], places=places, decoded=given.decoded)
    plan = read_plan(given.plan)
    if given.batch or given.rate or given.widen > 1:
        last = plan.stages[-1]
        plan = plan.with_recipes(
            batch=given.batch or last.batch,
            rate=given.rate or last.rate,
            widen=given.widen,
        )
    return Order(
        config=config,
        plan=plan,
        budget=Budget(frames=given.frames, minutes=given.minutes),
        sampling=Sampling(
            how=given.sampling, longest=config.frames, stride=given.stride
        ),
        out=given.out,
        seed=given.seed,
        every=given.every,
        loaders=given.loaders,
        repeat=given.repeat,
    )


def source_of(given: argparse.Namespace, order: Order, device: torch.device) -> Source:
    """Return where clips come from. Raises NoFootage."""
    size, span = order.config.size, order.sampling.span
    pictures = photographs(given.pictures) if given.pictures else None
    world = MotionWorld(size=size, span=span, pictures=pictures, device=device)
    if given.data == DRAWN:
        return world
    footage = Footage(spans=shots_in(Path(given.data)), size=size, span=span)
    if not given.drawn:
        return footage
    return Mixed(first=world, rest=footage, share=given.drawn)


def named(given: argparse.Namespace, source: Source) -> str:
    """Return a word for the clips: of the same shots and photographs the same, wherever they lie."""
    films = source.rest if isinstance(source, Mixed) else source
    spans = films.spans if isinstance(films, Footage) else ()
    shots = [(e.path.name, e.path.stat().st_size, e.first, e.end) for e in spans]
    draws = films is not source or not spans
    pictures = given.pictures.read_bytes() if given.pictures and draws else b""
    stills = hashlib.sha256(pictures).hexdigest()
    return f"{seed_of(repr(shots), repr(given.drawn), stills):016x}"


def arguments() -> argparse.ArgumentParser:
    """Return what can be asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m mlcore.videomae.pretrain")
    parser.add_argument("--data", required=True, help=f"a folder, or {DRAWN}")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--frames", type=int)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--plan", default="tpl4", help=", ".join(PLANS))
    parser.add_argument("--shape", choices=SHAPES, default="tiny")
    parser.add_argument("--batch", type=int, help="clips of the longest a step")
    parser.add_argument("--rate", type=float)
    parser.add_argument("--widen", type=int, default=1, help="batches of short clips")
    parser.add_argument("--decoded", type=float, default=1.0, help=".5: dual masking")
    parser.add_argument("--sampling", choices=("stride", "segments"), default="stride")
    parser.add_argument("--stride", type=int, default=2)
    parser.add_argument("--drawn", type=float, default=0.0, help="share beside films")
    parser.add_argument("--pictures", type=Path, help="photographs for drawn grounds")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--every", type=float, default=120.0)
    parser.add_argument(
        "--loaders", type=loaders_of, default="auto", help="threads, or auto"
    )
    parser.add_argument("--repeat", type=int, default=8, help="steps on one decoding")
    return parser


def main(environment: Mapping[str, str] = os.environ) -> int:
    """Pretrain as the command line says."""
    given = arguments().parse_args()
    world = World()
    try:
        device = place(given.device, environment)
        world = World.join(device, environment)
        order = ordered(given)
        source = source_of(given, order, device)
        order = replace(order, source=named(given, source))
        known = pretrain(order, source, device, resume=given.resume, world=world)
    except (ValueError, OSError) as error:
        if speaks_first(environment):
            sys.stdout.write(json.dumps({"error": str(error)}) + "\n")
            sys.stdout.flush()
        return 1
    finally:
        world.leave()
    if world.first:
        sys.stdout.write(json.dumps({"out": str(order.out), **known}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
