"""What is compared: which region, which correction, tuned or not, from which noise."""

from dataclasses import dataclass, replace
from typing import Literal

from mlcore.editing.backends.toy import LEAVING, REGIONS
from mlcore.editing.correction import Form
from mlcore.editing.noise import Noise
from mlcore.editing.regions import RegionConfig

WIDE = replace(REGIONS, threshold=RegionConfig.threshold)
"""What DiffEdit's rule comes to"""
RAGGED = replace(REGIONS, majority=1)
"""Each place decides for itself, as in back-ends with weights that you place"""
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
    leaving: float = 0.0
    """Share of the steps whose guidance leads away from the source"""
    regions: RegionConfig = REGIONS
    """How differences become a region"""


CONTROLS = "controls"
"""Named like an arm: what has to hold for any of them"""
EDIT = "as an edit is made"
ARMS: dict[str, Arm] = {
    "no mask": Arm(region="none"),
    "DiffEdit mask": Arm(region="diffedit", regions=RegionConfig(smooth=1)),
    "DiffEdit mask, smoothed and even, above our floor": Arm(
        region="diffedit", regions=WIDE
    ),
    "ours": Arm(),
    "ours, wide region": Arm(regions=WIDE),
    "ours, ragged region": Arm(regions=RAGGED),
    "ours, separate branches": Arm(region="separate"),
    "ours, led away from the source": Arm(leaving=1.0),
    "true mask": Arm(region="true"),
    "ours, tuned": Arm(tuned=True),
    "corrected as printed": Arm(correction="printed"),
    "corrected as printed, wide region": Arm(correction="printed", regions=WIDE),
    "corrected as printed, ragged region": Arm(correction="printed", regions=RAGGED),
    "corrected as printed, led away from the source": Arm(
        correction="printed", leaving=1.0
    ),
    "corrected as printed, led away in the first steps": Arm(
        correction="printed", leaving=LEAVING
    ),
    "corrected as printed, tuned": Arm(correction="printed", tuned=True),
    EDIT: Arm(correction="printed", tuned=True, leaving=LEAVING),
    "as an edit is made, ragged region": Arm(
        correction="printed", tuned=True, leaving=LEAVING, regions=RAGGED
    ),
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
