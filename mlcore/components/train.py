"""Train an encoder of editing components on clips that are drawn on the fly.

    python -m mlcore.components.train --minutes M | --steps N --out F.safetensors
        [--arm NAME] [--shape small|cpu|gpu|clip] [--components N] [--seed N] [--resume]
        [--begin ENCODER] ...

Needs torch and the two files that `python -m pipelines.artwork` makes, nothing else.
Beside F it keeps F's training (to go on after a kill, with --resume) and F's diary, a
line a step. On several GPUs: torchrun --nproc-per-node N -m mlcore.components.train ...
Prints one JSON document; {"error": "one sentence"} and exit code 1 when it cannot run.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from mlcore.checkpoint import Meaning
from mlcore.components.artwork import ArtworkError
from mlcore.components.component import Component
from mlcore.components.drawing.studio import Studio
from mlcore.components.drawing.takes import make_takes
from mlcore.components.learning.arms import ARMS, LearningConfig
from mlcore.components.learning.batches import Batches
from mlcore.components.learning.loop import Budget, Keeper, Loop, Watcher
from mlcore.components.learning.shapes import SHAPES
from mlcore.components.learning.training import Training, new_encoder
from mlcore.components.measuring.controls import library
from mlcore.components.measuring.retrieval import embedded, embedder
from mlcore.components.network.config import EncoderConfig
from mlcore.components.network.encoder import ComponentEncoder
from mlcore.components.network.keeping import load_encoder, save_encoder
from mlcore.components.sources import add_sources, chosen_components, studio_of
from mlcore.fit import Diary, World, place, speaks_first

REFERENCE_PAIRS = 2
"""Material pairs on which a trained encoder sees components before it is trained on"""


@dataclass(frozen=True, kw_only=True)
class Order:
    """One training: what of, on what, for how long."""

    encoder: EncoderConfig
    learning: LearningConfig
    components: Sequence[Component]
    unseen: Sequence[Component]
    """Kept out of training, to be evaluated on"""
    budget: Budget
    out: Path
    clip: Path | None = None
    """The folder that CLIP's weights are in"""
    every: float = 120.0
    """Seconds between checkpoints"""
    loaders: int = 0

    @property
    def training_file(self) -> Path:
        """Where the training is kept until it is done."""
        return self.out.with_suffix(".training.safetensors")

    @property
    def diary_file(self) -> Path:
        """Where the loss of every step is noted."""
        return self.out.with_suffix(".jsonl")


def train(  # noqa: PLR0913  what a pipeline, a bench and a test each need
    order: Order,
    studio: Studio,
    device: torch.device,
    *,
    resume: bool,
    world: World | None = None,
    begin: ComponentEncoder | None = None,
    watch: Watcher | None = None,
) -> Meaning:
    """Train, write the encoder, and return what is known about it.

    It begins with an untrained encoder, or with a copy of `begin`. With `resume` it goes on
    from the last checkpoint, if there is one. Raises ValueError when that is unusable
    (UnusableCheckpoint), or the order cannot be carried out.
    """
    world = world or World()
    training = _begun(order, device, world, begin)
    batches = _batches(order, studio, world)
    keeper = Keeper(path=order.training_file, every=order.every)
    going_on = resume and order.training_file.exists()
    seconds = keeper.take_up(training) if going_on else 0.0
    if begin is not None and order.learning.proxies and not going_on:
        seen = replace(studio, windows=order.learning.windows)
        training.begin_proxies(_references(begin, order, seen, device))
    diary = Diary(order.diary_file, training.steps) if world.first else None
    loop = Loop(
        budget=order.budget,
        keeper=keeper,
        diary=diary,
        clock=time.monotonic,
        loaders=order.loaders,
        watch=watch,
    )
    seconds = loop.run(training, batches, seconds)
    known = _known(order, training, seconds)
    if world.first:
        save_encoder(training.average.network, order.out, known)
    return known


def _batches(order: Order, studio: Studio, world: World) -> Batches:
    c = order.learning
    studio = replace(studio, windows=c.windows)
    if c.takes:
        made = make_takes(studio, c.takes, c.seed, loaders=order.loaders)
        studio = replace(studio, materials=made)
    return Batches(
        studio=studio,
        components=list(order.components),
        batch=c.batch,
        seed=c.seed,
        together=c.together,
        titles=c.titles,
        raw=order.encoder.raw,
        share=world.share(c.batch),
    )


def _begun(
    order: Order, device: torch.device, world: World, begin: ComponentEncoder | None
) -> Training:
    if begin is not None and begin.config != order.encoder:
        raise ValueError(
            "what training begins with has another shape than is asked for"
        )
    encoder = deepcopy(begin) or new_encoder(order.encoder, order.learning.seed)
    encoder.train()
    if order.clip is not None:
        encoder.spatial.take_over(order.clip)
    components = list(order.components)
    return Training(encoder, order.learning, components, device, world)


def _references(
    begin: ComponentEncoder, order: Order, studio: Studio, device: torch.device
) -> Tensor:
    """(components, or one more, embedding): where an encoder that is trained sees each component.

    Proxies that were drawn would first tear apart what it has learned.
    """
    embed = embedder(deepcopy(begin), device)
    classes: list[Component | None] = list(order.components)
    if order.learning.titles:
        classes.append(None)
    seen = embedded(
        embed,
        studio,
        classes,
        range(REFERENCE_PAIRS),
        pool="train",
        raw=begin.config.raw,
        loaders=order.loaders,
    )
    return library(seen)


def _known(order: Order, training: Training, seconds: float) -> Meaning:
    return {
        **training.meaning(),
        "unseen": [each.key for each in order.unseen],
        "seconds": round(seconds, 1),
        "device": training.device.type,
        "programs": training.world.size,
        "torch": torch.__version__,
    }


def ordered(
    given: argparse.Namespace, components: tuple[list[Component], ...]
) -> Order:
    """Return the order that command-line arguments make."""
    shape = SHAPES[given.shape]
    encoder = shape.encoder
    if given.clip:
        from mlcore.components.network.clip import clip_config  # noqa: PLC0415  slow to import

        clip = clip_config(given.clip)
        encoder = replace(
            encoder, clip=clip, moving=False, ends=False, statistics=False
        )
    learning = LearningConfig(
        seed=given.seed,
        batch=given.batch or shape.batch,
        **({"rate": given.rate} if given.rate else {}),
    )
    encoder, learning = ARMS[given.arm].of(encoder, learning)
    if given.takes is not None:
        learning = replace(learning, takes=given.takes)
    trained, unseen = components
    return Order(
        encoder=encoder,
        learning=learning,
        components=trained,
        unseen=unseen,
        budget=Budget(steps=given.steps, minutes=given.minutes),
        out=given.out,
        clip=given.clip,
        every=given.every,
        loaders=given.loaders,
    )


def begun_with(file: Path, order: Order) -> ComponentEncoder:
    """Return a trained encoder for the order to begin with.

    Raises ValueError where it has learned what the order keeps unseen, and
    UnusableCheckpoint.
    """
    encoder, known = load_encoder(file)
    if away := {each.key for each in order.unseen} & set(known["components"]):
        raise ValueError(
            f"{file} has learned {len(away)} of the components that are to stay unseen; "
            "ask for the same components, share and choice as it was trained with"
        )
    return encoder


def arguments(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    """Return what can be asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m mlcore.components.train")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--arm", choices=ARMS, default="full")
    parser.add_argument("--shape", choices=SHAPES, default="cpu")
    parser.add_argument("--batch", type=int)
    parser.add_argument("--rate", type=float)
    parser.add_argument("--takes", type=int, help="shots made of the materials first")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device")
    parser.add_argument("--resume", nargs="?", const="yes", choices=("yes", "no"))
    parser.add_argument("--json", action="store_true", help="as it is without")
    parser.add_argument("--every", type=float, default=120.0)
    parser.add_argument("--loaders", type=int, default=0)
    parser.add_argument("--clip", type=Path)
    parser.add_argument("--begin", type=Path, help="a trained encoder to go on with")
    add_sources(parser, environment)
    return parser


def main(environment: Mapping[str, str] = os.environ) -> int:
    """Train as the command line says."""
    given = arguments(environment).parse_args()
    world = World()
    try:
        device = place(given.device, environment)
        world = World.join(device, environment)
        order = ordered(given, chosen_components(given))
        begin = begun_with(given.begin, order) if given.begin else None
        studio = studio_of(given, order.encoder, device, loaders=given.loaders)
        resume = given.resume == "yes"
        known = train(order, studio, device, resume=resume, world=world, begin=begin)
    except (ValueError, ArtworkError, OSError) as error:
        if speaks_first(environment):
            sys.stdout.write(json.dumps({"error": str(error)}) + "\n")
            sys.stdout.flush()
        return 1
    finally:
        world.leave()
    if world.first:
        brief = ("steps", "seconds", "device", "programs", "learning", "encoder")
        said = {"out": str(order.out), "arm": given.arm}
        said |= {name: known[name] for name in brief}
        sys.stdout.write(
            json.dumps(said | {"components": len(order.components)}) + "\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
