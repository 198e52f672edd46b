"""A house's way of choosing: by what transitions are like, three times in ten by whim."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlcore.components.suggesting.context import Contexts
from mlcore.components.suggesting.learning import PLAIN

Floats = NDArray[np.float64]
WHIM = 0.3
PLAIN_SHARE = 0.5

# How strongly each measure of the cut asks for each trait: a picture that moves right asks
# for a transition that moves right, a cut into the light for a flash, and so on.
RULE = {
    ("leaving pan", "right"): 1.0,
    ("entering pan", "right"): 0.6,
    ("leaving tilt", "down"): 1.0,
    ("entering tilt", "down"): 0.6,
    ("leaving zoom", "outwards"): 0.8,
    ("lighter", "flash"): 1.0,
    ("lighter", "dip"): -1.0,
    ("leaving speed", "busy"): 0.8,
    ("warmer", "dip"): 0.4,
}


@dataclass(frozen=True)
class House:
    """Which transitions there are, and what each is like."""

    traits: Floats
    """(K, T)"""
    names: tuple[str, ...]
    """(T,)"""

    def liking(self, contexts: Contexts) -> Floats:
        """Return (n, K) how well each suits each cut."""
        places = {measure.name: n for n, measure in enumerate(contexts.measures)}
        values = np.nan_to_num(contexts.values)
        scaled = values / values.std(axis=0).clip(1e-9)
        wanted = np.zeros((len(values), len(self.names)))
        for (measure, trait), strength in RULE.items():
            wanted[:, self.names.index(trait)] += strength * scaled[:, places[measure]]
        # By direction: else the few most extreme transitions would win every cut.
        lengths = np.linalg.norm(self.traits, axis=1)
        return np.asarray(wanted @ (self.traits / lengths[:, None]).T)

    def choices(
        self, contexts: Contexts, chance: np.random.Generator, menu: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Return (n,) what was used of the menu: PLAIN where light and place stay most alike."""
        liked = self.liking(contexts)[:, menu]
        used = menu[liked.argmax(axis=1)]
        whim = chance.random(len(used)) < WHIM
        used[whim] = chance.choice(menu, int(whim.sum()))
        relit = contexts.values[:, [m.name for m in contexts.measures].index("relit")]
        known = np.nan_to_num(relit, nan=float(np.nanmedian(relit)))
        used[known < np.quantile(known, PLAIN_SHARE)] = PLAIN
        return used
