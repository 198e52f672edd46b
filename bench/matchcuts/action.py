"""Action: people cut out of their pictures, on paths of their own under a moving camera."""

import numpy as np

from bench.matchcuts.material import people, places
from bench.matchcuts.paths import Mover, alike, film, observe, seen_in
from bench.matchcuts.ranking import Seen, all_scores, kept_rows, tell
from mlcore.matching.camera import Camera
from mlcore.matching.kinds import ACTION, MOTION
from mlcore.matching.moments import Slot

SHOTS = 90


def measure(seed: int) -> None:
    """Print how well equal actions are found, by action and by motion alone."""
    print(
        f"\naction: {SHOTS} shots, somebody on a path of their own at either end, under"
    )
    print("a camera that moves otherwise; alike within 10 degrees and 15 %")
    chance = np.random.default_rng(seed)
    tails, heads = _planted_steps(chance)
    cameras = [_camera(chance) for _ in range(2 * SHOTS)]
    for n in range(0, SHOTS, 5):
        # One camera twice, under different actions: what motion alone would take.
        cameras[SHOTS + (n + 7) % SHOTS] = cameras[n]
    sides = [(Slot.TAIL, n, step) for n, step in enumerate(tails)]
    sides += [(Slot.HEAD, n, step) for n, step in enumerate(heads)]
    seen = [
        _shot(chance, number, slot, step, camera)
        for (slot, number, step), camera in zip(sides, cameras, strict=True)
    ]
    truth = alike([np.array([s.real, s.imag]) for s in (*tails, *heads)])
    truth = truth[:SHOTS, SHOTS:]
    rows = kept_rows(ACTION, seen)
    found = sum(bool(one.observation.subjects) for one in seen)
    print(
        f"  of {len(seen)} ends {found} show the segmenter somebody, {len(rows)} move"
    )
    scores = all_scores(ACTION, rows, SHOTS)
    tell("action", scores, truth, seed)
    leaving = np.isin(np.arange(SHOTS), rows.shot[rows.slot == Slot.TAIL])
    entering = np.isin(np.arange(SHOTS), rows.shot[rows.slot == Slot.HEAD])
    among = leaving[:, None] & entering[None, :]
    tell("action, where both are seen moving", scores, truth, seed, among)
    motion = all_scores(MOTION, kept_rows(MOTION, seen), SHOTS)
    tell("motion alone, on all pairs", motion, truth, seed)


def _planted_steps(chance: np.random.Generator) -> tuple[list[complex], list[complex]]:
    """Return own steps, in widths a frame: a third planted alike, a third nearly so."""
    tails = [_step(chance) for _ in range(SHOTS)]
    heads = [_step(chance) for _ in range(SHOTS)]
    order = chance.permutation(SHOTS)
    for n in range(0, SHOTS, 3):
        near, far = order[n : n + 2]
        angle, times = np.deg2rad(chance.uniform(-6, 6)), chance.uniform(0.92, 1.08)
        heads[near] = complex(tails[n] * times * np.exp(1j * angle))
        angle = np.deg2rad(chance.choice([-1, 1]) * chance.uniform(18, 40))
        heads[far] = complex(tails[n] * chance.uniform(0.6, 1.6) * np.exp(1j * angle))
    return tails, heads


def _step(chance: np.random.Generator) -> complex:
    speed = np.exp(chance.uniform(np.log(0.1), np.log(0.5))) / 25
    return complex(speed * np.exp(1j * chance.uniform(0, 2 * np.pi)))


def _camera(chance: np.random.Generator) -> Camera:
    speed = np.exp(chance.uniform(np.log(0.03), np.log(0.4))) / 25
    shift = speed * np.exp(1j * chance.uniform(0, 2 * np.pi))
    return Camera(complex(shift), 0j)


def _shot(
    chance: np.random.Generator, number: int, slot: Slot, step: complex, camera: Camera
) -> Seen:
    ground = places()[chance.integers(len(places()))]
    picture, alpha = people()[chance.integers(len(people()))]
    mover = Mover(
        picture=picture,
        alpha=alpha,
        step=step,
        centre=complex(*chance.uniform((-0.2, -0.02), (0.2, 0.08))),
        height=chance.uniform(0.5, 0.8),
    )
    frames = film(ground, camera, [mover], slot)
    return Seen(number, slot, observe(frames, slot, seen_in(frames, slot)))
