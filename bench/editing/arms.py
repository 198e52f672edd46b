"""What is compared: which region, which correction, tuned or not, from which noise."""

from dataclasses import dataclass
from typing import Literal

from mlcore.editing.backends.toy import TIGHT
from mlcore.editing.correction import Form
from mlcore.editing.noise import Noise
from mlcore.editing.regions import RegionConfig

Away = Literal["nothing", "source"]
Region = Literal["none", "diffedit", "shared", "separate", "true"]


@dataclass(frozen=True, kw_only=True)
class Arm:
    """One way to edit."""

    region: Region = "shared"
    correction: Form = "off"
    tuned: bool = False
    fresh: float = 0.0
    """Share of the noise inside the region that is drawn anew"""
    noise: Noise = "carried"
    away: Away = "nothing"
    """What guidance leads away from"""
    threshold: float = RegionConfig.threshold
    """Times a frame's mean difference, above which a place is in the shared region"""


ARMS: dict[str, Arm] = {
    "no mask": Arm(region="none"),
    "DiffEdit mask": Arm(region="diffedit"),
    "ours": Arm(),
    "ours, separate branches": Arm(region="separate"),
    "ours, led away from the source": Arm(away="source"),
    "true mask": Arm(region="true"),
    "ours, tuned": Arm(tuned=True),
    "corrected as printed": Arm(correction="printed"),
    "corrected as printed, tight region": Arm(correction="printed", threshold=TIGHT),
    "corrected as printed, led away from the source": Arm(
        correction="printed", away="source"
    ),
    "corrected as printed, led away from the source, tight region": Arm(
        correction="printed", away="source", threshold=TIGHT
    ),
    "corrected on clean latents": Arm(correction="clean"),
    "new noise": Arm(fresh=1.0),
    "new noise, corrected as printed": Arm(fresh=1.0, correction="printed"),
    "new noise, corrected on clean latents": Arm(fresh=1.0, correction="clean"),
    "new noise, true mask": Arm(region="true", fresh=1.0),
    "own noise": Arm(region="true", fresh=1.0, noise="own"),
    "own noise, corrected as printed": Arm(
        region="true", fresh=1.0, noise="own", correction="printed"
    ),
    "own noise, corrected on clean latents": Arm(
        region="true", fresh=1.0, noise="own", correction="clean"
    ),
}
