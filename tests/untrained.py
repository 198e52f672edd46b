"""Networks that have learned nothing, for tests in which only the way counts."""

from pathlib import Path

import torch

from catalog.files import local_path
from mlcore.editing.network.keeping import save_denoiser
from mlcore.editing.network.toy import ToyConfig, ToyDenoiser
from pipelines.editing.back_ends import TRAINED_HERE


def place_untrained_toy(seed: int = 0) -> Path:
    """Place a network of the toy's class that has learned nothing; remove it afterwards.

    Another seed draws other weights.
    """
    config = ToyConfig(size=16, channels=(16, 16, 16), embedding=16)
    network = ToyDenoiser(config, torch.Generator().manual_seed(seed))
    path = local_path(TRAINED_HERE)
    save_denoiser(network, path, {})
    return path
