"""What is compared: which region, which correction, tuned or not, from which noise."""

from dataclasses import dataclass
from typing import Literal

from mlcore.editing.backends.toy import LEAVING, TIGHT
from mlcore.editing.correction import Form
from mlcore.editing.noise import Noise
from mlcore.editing.regions import RegionConfig

WIDE = RegionConfig.threshold
"""What DiffEdit's rule comes to, and back-ends with weights that you place have"""
Region = Literal["none", "diffedit", "diffedit like ours", "shared", "separate", "true"]


@dataclass(frozen=True, kw_only=True)
class Arm:
    """One way to edit."""

    region: Region = "shared"
    correction: Form = "off"
    tuned: bool = False
    fresh: float = 0.0
    """Share of the noise inside the region that is drawn anew"""
    noise: Noise = "carried"
    leaving: float = 0.0
    """Share of the steps whose guidance leads away from the source"""
    threshold: float = TIGHT
    """Times a frame's mean difference, above which a place is in the shared region"""


EDIT = "as an edit is made"
ARMS: dict[str, Arm] = {
    "no mask": Arm(region="none"),
    "DiffEdit mask": Arm(region="diffedit", threshold=WIDE),
    "DiffEdit mask, smoothed, above our floor": Arm(
        region="diffedit like ours", threshold=WIDE
    ),
    "ours": Arm(),
    "ours, wide region": Arm(threshold=WIDE),
    "ours, separate branches": Arm(region="separate"),
    "ours, led away from the source": Arm(leaving=1.0),
    "true mask": Arm(region="true"),
    "ours, tuned": Arm(tuned=True),
    "corrected as printed": Arm(correction="printed"),
    "corrected as printed, wide region": Arm(correction="printed", threshold=WIDE),
    "corrected as printed, led away from the source": Arm(
        correction="printed", leaving=1.0
    ),
    "corrected as printed, led away in the first steps": Arm(
        correction="printed", leaving=LEAVING
    ),
    "corrected as printed, tuned": Arm(correction="printed", tuned=True),
    EDIT: Arm(correction="printed", tuned=True, leaving=LEAVING),
    "corrected on clean latents": Arm(correction="clean"),
    "new noise": Arm(fresh=1.0),
    "new noise, corrected as printed": Arm(fresh=1.0, correction="printed"),
    "own noise": Arm(region="true", fresh=1.0, noise="own"),
    "own noise, corrected as printed": Arm(
        region="true", fresh=1.0, noise="own", correction="printed"
    ),
    "own noise, corrected on clean latents": Arm(
        region="true", fresh=1.0, noise="own", correction="clean"
    ),
}
