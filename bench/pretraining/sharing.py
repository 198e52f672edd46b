"""Runs dealt over several programs, each of which takes the next that nobody has.

A run is had by who holds the lock of its file, and a program that is killed holds none: what it
was at is taken up by the next start.
"""

import argparse
import fcntl
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch

from bench.pretraining.runs import Bench, Otherwise, Run, run, trained_before
from mlcore.checkpoint import UnusableCheckpoint
from mlcore.fit import place
from mlcore.videomae.config import SHAPES
from mlcore.videomae.find_plan import easy_world
from mlcore.videomae.finetune import Tuning
from mlcore.videomae.measure import some_exam, some_held_out

EXAM_SEED = 12345
"""Of held-out and labelled clips: the same for all arms and seeds"""


def share(given: argparse.Namespace, runs: Sequence[Run], programs: int) -> bool:
    """Do what is not done yet, the first of `runs` first; return whether all programs ended well.

    After `given.minutes` no further run begins.
    """
    until = time.monotonic() + 60 * given.minutes
    if programs == 1:
        work(given, runs, until)
        return True
    # Not forked: a GPU does not outlive that.
    fresh = multiprocessing.get_context("spawn")
    workers = [
        fresh.Process(target=work, args=(given, runs, until)) for _ in range(programs)
    ]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    return all(each.exitcode == 0 for each in workers)


def work(given: argparse.Namespace, runs: Sequence[Run], until: float) -> None:
    """Do those of the runs that no other program is at, until the clock says `until`.

    Ends the program, with a sentence, where one was trained in another way.
    """
    torch.set_num_threads(given.threads)
    bench = bench_of(given)
    try:
        _work(given, runs, until, bench)
    except (Otherwise, UnusableCheckpoint) as error:
        sys.exit(str(error))


def _work(
    given: argparse.Namespace, runs: Sequence[Run], until: float, bench: Bench
) -> None:
    for one in runs:
        trained_before(one, bench)
    for one in runs:
        if time.monotonic() >= until:
            return
        with had(given.out / f"{one.name}.lock") as ours:
            if ours:
                run(one, bench)


@contextmanager
def had(path: Path) -> Iterator[bool]:
    """Hold a lock, unless another program has it: whether it is ours."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def bench_of(given: argparse.Namespace) -> Bench:
    """Return what all runs share, as the command line says."""
    device = place(given.device, os.environ)
    config = SHAPES[given.shape]
    world = easy_world(config.size, device)
    many, asked = given.many, given.asked
    exam = some_exam(world, config.frames, many, asked, EXAM_SEED, given.views)
    return Bench(
        config=config,
        world=world,
        held_out=some_held_out(world, config.frames, given.held_out, EXAM_SEED),
        exam=exam,
        few=given.few,
        tuning=tuning_of(given) if given.tuning else None,
        probing=given.probing,
        batch=given.batch,
        rate=given.rate,
        points=given.points,
        device=device,
        out=given.out,
    )


def tuning_of(given: argparse.Namespace) -> Tuning:
    """Return how encoders are fine-tuned."""
    return Tuning(
        steps=given.tuning,
        rate=given.tuning_rate,
        smoothing=given.smoothing,
        layer_decay=given.layer_decay,
    )
