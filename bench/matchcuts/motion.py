"""Motion: camera paths over real pictures, half of them with somebody crossing."""

import numpy as np

from bench.matchcuts.material import people, places
from bench.matchcuts.paths import Mover, alike, field_of, film, observe, seen_in
from bench.matchcuts.ranking import Seen, all_scores, kept_rows, tell
from mlcore.matching.camera import Camera
from mlcore.matching.kinds import MOTION
from mlcore.matching.moments import Slot
from mlcore.matching.observation import Observation

SHOTS = 120


def measure(seed: int) -> None:
    """Print how well equal camera movements are found, alone and with passers-by."""
    print(f"\nmotion: {SHOTS} shots, each with a camera path at its end and another at")
    print("its beginning; alike within 10 degrees and 15 % of the whole field")
    for crossed in (False, True):
        chance = np.random.default_rng(seed)
        tails, heads = planted_cameras(chance, SHOTS)
        seen = [
            Seen(n, slot, _shot(chance, camera, slot, crossed=crossed))
            for slot, cameras in ((Slot.TAIL, tails), (Slot.HEAD, heads))
            for n, camera in enumerate(cameras)
        ]
        fields = [field_of(camera) for camera in (*tails, *heads)]
        truth = alike(fields)[:SHOTS, SHOTS:]
        scores = all_scores(MOTION, kept_rows(MOTION, seen), SHOTS)
        name = "somebody crosses" if crossed else "the camera alone"
        tell(name, scores, truth, seed)


def planted_cameras(
    chance: np.random.Generator, shots: int
) -> tuple[list[Camera], list[Camera]]:
    """Return cameras at ends and beginnings: a third planted alike, a third nearly so."""
    tails = [_camera(chance) for _ in range(shots)]
    heads = [_camera(chance) for _ in range(shots)]
    order = chance.permutation(shots)
    for n in range(0, shots, 3):
        near, far = order[n : n + 2]
        heads[near] = _turned(
            tails[n], chance.uniform(-6, 6), chance.uniform(0.92, 1.08)
        )
        angle = chance.choice([-1, 1]) * chance.uniform(16, 40)
        heads[far] = _turned(tails[n], angle, chance.uniform(0.6, 1.6))
    return tails, heads


def _camera(chance: np.random.Generator) -> Camera:
    """A pan or tilt; one in three zooms or rolls too."""
    speed = np.exp(chance.uniform(np.log(0.075), np.log(0.75))) / 25
    shift = speed * np.exp(1j * chance.uniform(0, 2 * np.pi))
    turns = chance.random() < 1 / 3
    turn = speed * complex(*chance.normal(0, 1.5, 2)) if turns else 0j
    return Camera(complex(shift), complex(turn))


def _turned(camera: Camera, degrees: float, times: float) -> Camera:
    by = times * np.exp(1j * np.deg2rad(degrees))
    return Camera(complex(camera.shift * by), complex(camera.turn * times))


def _shot(
    chance: np.random.Generator, camera: Camera, slot: Slot, *, crossed: bool
) -> Observation:
    ground = places()[chance.integers(len(places()))]
    if not crossed:
        return observe(film(ground, camera, [], slot), slot)
    picture, alpha = people()[chance.integers(len(people()))]
    passer_by = Mover(
        picture=picture,
        alpha=alpha,
        step=complex(*chance.normal(0, 0.012, 2)),
        centre=complex(*chance.uniform((-0.35, -0.1), (0.35, 0.1))),
        height=chance.uniform(0.25, 0.5),
    )
    frames = film(ground, camera, [passer_by], slot)
    return observe(frames, slot, seen_in(frames, slot))
