"""The back-end with the toy world's own weights: shows the method, edits drawn shapes."""

from pathlib import Path

import torch

from mlcore.checkpoint import UnusableCheckpoint
from mlcore.editing.correction import CorrectionConfig
from mlcore.editing.edit import GuidedEdit
from mlcore.editing.network.inflation import inflate
from mlcore.editing.network.keeping import load_denoiser
from mlcore.editing.network.tuning import TuningConfig
from mlcore.editing.prepared import EditConfig
from mlcore.editing.regions import RegionConfig
from mlcore.editing.stages import Shelf

SEED = 0
"""Of what inflation draws: the same for all edits"""


REGIONS = RegionConfig(threshold=1.75, majority=5)
"""Tight and nowhere thin: less of the source's form comes back inside (docs/editing.md)"""
LEAVING = 0.45
"""Share of the steps, from the noisiest, in which guidance leads away from the source"""


def toy_config(size: int) -> EditConfig:
    """Return how a network that was trained on pictures of so many pixels edits."""
    return EditConfig(
        # A small network needs a higher rate than the full-sized one's 3e-5.
        tuning=TuningConfig(steps=40, rate=3e-4),
        # What blending takes from the noise does this network good (docs/editing.md).
        correction=CorrectionConfig(form="printed"),
        regions=REGIONS,
        guidance=6.0,
        guided=0.6,
        # Forms and places are settled in these steps; in later ones it would cost colour.
        leaving=LEAVING,
        at_once=8,
        overlap=2,
        longest=size,
        feather=0,
    )


def load_toy(
    path: Path,
    device: torch.device | str = "cpu",
    *,
    config: EditConfig | None = None,
    shelf: Shelf | None = None,
) -> GuidedEdit:
    """Return the back-end. Raises UnusableCheckpoint."""
    denoiser, _ = load_denoiser(path, device)
    config = config or toy_config(denoiser.config.size)
    try:
        inflate(denoiser.unet, torch.Generator().manual_seed(SEED))
        return GuidedEdit(denoiser, config, name="toy", shelf=shelf)
    except ValueError as error:
        raise UnusableCheckpoint(f"{path} cannot edit: {error}.") from error
