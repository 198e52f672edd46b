"""A studio of two photographs, a few real components, and a quick training on them."""

import torch
from torch.nn.functional import interpolate

import mlcore.components.programs.filters.film
import mlcore.components.programs.transitions.dissolves
import mlcore.components.programs.transitions.slides  # noqa: F401  named by importing
from mlcore.components.drawing.studio import Studio
from mlcore.components.learning.arms import ARMS, LearningConfig
from mlcore.components.learning.loop import Budget
from mlcore.components.network.config import EncoderConfig
from mlcore.components.programs.registry import PROGRAMS
from mlcore.components.stretch import Layout
from mlcore.components.train import Order
from mlcore.fit import seed_of
from tests.mlcore.photographs import photographs

TINY = EncoderConfig(
    size=16, frames=4, dims=32, heads=2, spatial=1, temporal=1, embedding=16, decoder=1
)
QUICK = LearningConfig(batch=4, together=2, rate=3e-3, mixed=False)
CPU = torch.device("cpu")


class Photographs:
    """Crops of a palace to train on, of a dahlia to test on."""

    def __init__(self):
        self.pictures = {
            pool: torch.from_numpy(photographs()[name].copy()).movedim(2, 0) / 255
            for pool, name in (("train", "china"), ("test", "flower"))
        }

    def draw(self, chance, pool, layout):
        return self._crop(chance, pool, layout), self._crop(chance, pool, layout)

    def pair(self, pool, number, layout):
        chance = torch.Generator().manual_seed(seed_of(pool, number))
        return self.draw(chance, pool, layout)

    def _crop(self, chance, pool, layout):
        picture = self.pictures[pool]
        side = int(torch.randint(80, 400, (1,), generator=chance))
        top, left = (
            int(torch.randint(0, whole - side + 1, (1,), generator=chance))
            for whole in picture.shape[1:]
        )
        crop = picture[None, :, top : top + side, left : left + side]
        small = interpolate(crop, (layout.height, layout.width), mode="area")
        return small.expand(layout.frames, -1, -1, -1)


def studio(size=16, frames=4):
    layout = Layout(frames=frames, height=size, width=size)
    return Studio(materials=Photographs(), layout=layout)


def components(*names):
    """First presets of bases, called category/base."""
    pairs = (name.split("/") for name in names)
    return [PROGRAMS[category, base].component(0) for category, base in pairs]


def few():
    """Four components that a small encoder can tell apart."""
    return components(
        "filter/sepia",
        "filter/cyanotype",
        "transition/dip to black",
        "transition/dip to white",
    )


def eight():
    """As many again, harder."""
    return few() + components(
        "filter/redscale",
        "filter/bleach bypass",
        "transition/cross dissolve",
        "transition/dip to colour",
    )


def order(out, arm="full", steps=12):
    """A training of eight components that takes about a second."""
    encoder, learning = ARMS[arm].of(TINY, QUICK)
    return Order(
        encoder=encoder,
        learning=learning,
        components=eight(),
        unseen=few(),
        budget=Budget(steps=steps),
        out=out,
        every=0.0,
    )
