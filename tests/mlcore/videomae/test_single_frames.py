"""The motion worlds of the bench and of the search: no single frame says which way a thing goes."""

import unittest
from dataclasses import replace

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from mlcore.videomae.find_plan import easy_world
from mlcore.videomae.measure import Exam
from mlcore.videomae.world import DIRECTIONS, MotionWorld
from tests.mlcore.videomae.small import CPU, chance
from tests.mlcore.videomae.test_sources import ridge

SIZE, KNOWN, ASKED = 24, 1600, 1600
WORLDS = {"easy": easy_world(SIZE, CPU), "whole": MotionWorld(size=SIZE)}
LEAK = 1 / DIRECTIONS + 3 * (1 / DIRECTIONS * (1 - 1 / DIRECTIONS) / ASKED) ** 0.5
"""An accuracy by three standard errors above chance"""


def some_frames(world: MotionWorld, *, anywhere: bool = True) -> Exam:
    """Single frames at any time of labelled clips; not `anywhere`: things begin in the middle."""
    drawing = chance()
    motion, labels = world.some_labelled(KNOWN + ASKED, drawing)
    if not anywhere:
        motion = replace(motion, begin=torch.full_like(motion.begin, 0.5))
    looks = world.some_looks(KNOWN + ASKED, drawing, things=1)
    times = world.span * torch.rand(KNOWN + ASKED, 1, generator=drawing)
    frames = world.film(motion, looks, times)[:, 0].float() / 255 - 0.5
    return Exam(
        known=frames[:KNOWN],
        known_labels=labels.direction[:KNOWN],
        asked=frames[KNOWN:],
        asked_labels=labels.direction[KNOWN:],
    )


def linear(exam: Exam) -> float:
    """The accuracy of a linear classifier."""
    known, asked = exam.known.flatten(1), exam.asked.flatten(1)
    said = ridge(known, exam.known_labels, asked)
    return float((said == exam.asked_labels).float().mean())


def convolutional(exam: Exam) -> float:
    """The accuracy of a small network that sees what is where."""
    torch.manual_seed(0)
    network = nn.Sequential(
        *(nn.Conv2d(3, 24, 5, 2, 2), nn.ReLU(), nn.Conv2d(24, 48, 5, 2, 2), nn.ReLU()),
        *(nn.Conv2d(48, 48, 3, 2, 1), nn.ReLU(), nn.Flatten()),
        nn.Linear(48 * (SIZE // 8) ** 2, DIRECTIONS),
    )
    optimiser = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=0.05)
    order = chance(1)
    for _ in range(150):
        some = torch.randint(0, KNOWN, (64,), generator=order)
        loss = cross_entropy(network(exam.known[some]), exam.known_labels[some])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    with torch.no_grad():
        said = network(exam.asked).argmax(1)
    return float((said == exam.asked_labels).float().mean())


class SingleFrameTests(unittest.TestCase):
    def test_classifiers_of_single_frames_are_at_chance(self):
        for name, world in WORLDS.items():
            exam = some_frames(world)
            for judge in (linear, convolutional):
                with self.subTest(f"{judge.__name__} in the {name} world"):
                    self.assertLess(judge(exam), LEAK)

    def test_they_find_what_frames_give_away_where_things_begin_in_one_place(self):
        exam = some_frames(WORLDS["easy"], anywhere=False)

        self.assertGreater(linear(exam), LEAK)
        self.assertGreater(convolutional(exam), 0.3)
