"""A clip encoder in use: what its vectors come from, and what training goes on with.

N: clips, T: frames, H, W: picture, E: length of a vector
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor

from mlcore.checkpoint import (
    Meaning,
    Tensors,
    UnusableCheckpoint,
    halved,
    load,
    prefixed,
    save,
    under,
)
from mlcore.videomae.autoencoder import MaskedAutoencoder
from mlcore.videomae.config import AutoencoderConfig
from mlcore.videomae.encoder import ClipEncoder
from mlcore.videomae.motion import (
    MotionConfig,
    MotionEncoder,
    load_learner,
    new_motion_encoder,
    shape_of,
)
from mlcore.videomae.teaching import MotionKeeper, Pairs, learn_motion

FAMILY, FORMAT = "trained clip encoder", 1


@dataclass(frozen=True, kw_only=True)
class TrainedClips:
    """An autoencoder, and the encoder of how clips move that was made of it."""

    autoencoder: MaskedAutoencoder
    motion: MotionEncoder

    @property
    def config(self) -> AutoencoderConfig:
        """The shape of both."""
        return self.autoencoder.config

    @torch.no_grad()
    def vectors(self, clips_NTCHW: Tensor, device: torch.device) -> Tensor:
        """Return (N, E) float32 of length 1 on the processor, of uint8 clips."""
        found: Tensor = self.motion(clips_NTCHW.to(device))
        return found.float().cpu()

    def to(self, device: torch.device) -> "TrainedClips":
        """Return both on a device, as they are used."""
        self.autoencoder.to(device).eval()
        self.motion.to(device).eval()
        return self


def with_motion(
    autoencoder: MaskedAutoencoder,
    pairs: Pairs,
    config: MotionConfig,
    device: torch.device,
    *,
    keeper: MotionKeeper | None = None,
    watch: Callable[[int, float], None] | None = None,
) -> TrainedClips:
    """Teach a copy of the encoder how clips move; the autoencoder stays as it is.

    Keeper and watch: as of `learn_motion`.
    """
    learner = new_motion_encoder(deepcopy(autoencoder.encoder), config)
    learn_motion(learner, pairs, config, device, keeper=keeper, watch=watch)
    return TrainedClips(autoencoder=autoencoder, motion=learner).to(device)


def untrained(autoencoder: MaskedAutoencoder, config: MotionConfig) -> TrainedClips:
    """Return an encoder whose head has learned nothing: what a first one is judged by."""
    head = new_motion_encoder(deepcopy(autoencoder.encoder), config)
    return TrainedClips(autoencoder=autoencoder, motion=head)


def save_trained(trained: TrainedClips, path: Path, known: Meaning) -> None:
    """Write weights as float16, the shape, and what else is known."""
    tensors: Tensors = {
        **prefixed("autoencoder", halved(trained.autoencoder.state_dict())),
        **prefixed("motion", halved(trained.motion.state_dict())),
    }
    said = {
        "family": FAMILY,
        "format": FORMAT,
        "autoencoder": asdict(trained.config),
        **trained.motion.shape(),
    }
    save(path, tensors, {**known, **said})


def load_trained(path: Path, device: torch.device | str = "cpu") -> TrainedClips:
    """Return what `save_trained` wrote. Raises UnusableCheckpoint for anything else."""
    tensors, meaning = load(path, device)
    if (meaning.get("family"), meaning.get("format")) != (FAMILY, FORMAT):
        raise UnusableCheckpoint(f"{path} holds no {FAMILY} of this version.")
    try:
        config = AutoencoderConfig(**meaning["autoencoder"])
        network = MaskedAutoencoder(config, torch.Generator())
        motion = MotionEncoder(ClipEncoder(config), **shape_of(meaning))
        own = under("autoencoder", tensors)
        network.load_state_dict({key: each.float() for key, each in own.items()})
        load_learner(motion, under("motion", tensors))
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise UnusableCheckpoint(f"{path} holds no {FAMILY}: {error}.") from error
    return TrainedClips(autoencoder=network, motion=motion).to(torch.device(device))
