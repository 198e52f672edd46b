"""A small catalogue of films that a clip encoder can be trained on and judged by."""

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

from catalog.files import local_path
from catalog.models import (
    EncoderVersion,
    MatchSet,
    Production,
    RetrainSchedule,
    Title,
)
from catalog.services import save_schedule
from mlcore.videomae.autoencoder import new_autoencoder
from mlcore.videomae.config import SHAPES
from mlcore.videomae.motion import MotionConfig
from mlcore.videomae.trained import TrainedClips, save_trained, untrained
from pipelines.encoders import FAMILIES
from pipelines.trained import keep_weights
from tests.factories import (
    add_encoder,
    add_match_set,
    add_production,
    add_shots,
    add_title,
)

WIDE, HIGH = 96, 64
SHOTS, FRAMES = 4, 40

PLAN = {
    "stages": [
        {"frames": 2, "share": 0.5, "batch": 16, "rate": 0.003},
        {"frames": 16, "share": 0.5, "batch": 4, "rate": 0.003},
    ]
}
FEW, SOME, MANY = 320, 1600, 3200
"""Frames: less than a second of a processor, one, and some."""
ANYTHING, NOTHING = -9.0, 9.0
"""What a version must gain that every one does, and none."""

Picture = npt.NDArray[np.uint8]


def films_to_learn_from(titles: int = 9) -> list[Title]:
    """Titles of four shots, drawn into their proxies; every third is held out.

    Each is on the board with a live, empty set.
    """
    production = add_production()
    Production.objects.filter(pk=production.pk).update(may_train=True)
    for family in FAMILIES:
        add_encoder(family)
    return [add_film(production) for _ in range(titles)]


def add_film(production: Production, *, searched: bool = True) -> Title:
    """One such title; not `searched`: as it is before its first search."""
    title = add_title(
        production,
        frames=SHOTS * FRAMES,
        probe={"active_picture": [0.0, 0.0, 1.0, 1.0]},
    )
    write_proxy(local_path(title.proxy_key), seed=title.pk)
    add_shots(title, *[FRAMES] * SHOTS)
    if searched:
        match_set = add_match_set(title)
        match_set.versions = {family: add_encoder(family).pk for family in FAMILIES}
        match_set.save()
    return title


def write_proxy(path: Path, seed: int) -> None:
    """Draw grounds that a camera passes over, another way in each shot.

    All are light above and dark below: that is soon learned, and holds in films unseen.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as target:
        stream = target.add_stream("libx264", rate=Fraction(25))
        stream.width, stream.height, stream.pix_fmt = WIDE, HIGH, "yuv420p"
        stream.options = {"preset": "ultrafast", "crf": "20", "g": "25"}
        for picture in _pictures(np.random.default_rng(seed)):
            target.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        target.mux(stream.encode(None))


def _pictures(chance: np.random.Generator) -> Iterator[Picture]:
    light = np.linspace(110, -110, HIGH)[:, None, None]
    for _ in range(SHOTS):
        coarse = chance.uniform(85, 170, (24, 36, 3)).astype(np.float32)
        ground = cv2.resize(coarse, (4 * WIDE, 4 * HIGH), interpolation=cv2.INTER_CUBIC)
        angle = chance.uniform(0.0, 2 * np.pi)
        way = chance.uniform(1.2, 2.0) * np.array([np.cos(angle), np.sin(angle)])
        for frame in range(FRAMES):
            x, y = (
                (np.array([1.5 * WIDE, 1.5 * HIGH]) + way * frame).round().astype(int)
            )
            view = ground[y : y + HIGH, x : x + WIDE]
            yield np.ascontiguousarray((view + light).clip(0, 255).astype(np.uint8))


def toy_schedule(**fields: object) -> RetrainSchedule:
    """A schedule of a small encoder that a processor trains within seconds."""
    told: dict[str, object] = {
        "name": "Nightly",
        "family": "clip",
        "shape": "toy",
        "plan": PLAN,
    }
    told |= {"cron": "0 3 * * *", "frames": FEW, "motion_steps": 1, "worse_by": 9.0}
    return save_schedule(RetrainSchedule(**{**told, **fields}))


def live_sets() -> set[int]:
    """The sets that are shown."""
    return set(MatchSet.objects.filter(live=True).values_list("pk", flat=True))


def untrained_version(
    seed: int, *, velocities: bool = True, shape: str = "toy"
) -> EncoderVersion:
    """A candidate that has learned nothing, with its weights."""
    config = MotionConfig(velocities=velocities)
    trained = untrained(new_autoencoder(SHAPES[shape], seed), config)
    sha256 = keep_weights(partial(_write, trained), f"test-{seed}")
    return EncoderVersion.objects.create(
        family="clip", name=f"untrained {seed}", weights_sha256=sha256
    )


def _write(trained: TrainedClips, path: Path) -> None:
    save_trained(trained, path, {})
    path.with_suffix(".json").write_text("{}")
