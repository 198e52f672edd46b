"""An order as a network takes it: sized, conditioned, cut into chunks.

T: frames of the clip, H, W: picture
"""

import math
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.nn.functional import adaptive_max_pool2d

from mlcore.editing.chunks import Chunking, chunks
from mlcore.editing.composite.tracking import tracked
from mlcore.editing.correction import CorrectionConfig
from mlcore.editing.inversion import REFINED
from mlcore.editing.network.denoiser import Condition, Denoiser, Told
from mlcore.editing.network.tuning import TuningConfig
from mlcore.editing.order import EditOrder, Impossible
from mlcore.editing.regions import RegionConfig
from mlcore.editing.sampling import SamplingConfig
from mlcore.editing.sizes import on_grey, sized, working_size
from mlcore.fit import seed_of


@dataclass(frozen=True, kw_only=True)
class EditConfig(Chunking):
    """How edits are made, whatever is ordered."""

    tuning: TuningConfig = field(default_factory=TuningConfig)
    regions: RegionConfig = field(default_factory=RegionConfig)
    correction: CorrectionConfig = field(default_factory=CorrectionConfig)
    refined: int = REFINED
    """Times that each step of inversion is mended; 0: as DDIM has it"""
    guidance: float = 3.0
    guided: float = 1.0
    """Share of the steps that are guided"""
    leaving: float = 0.0
    """Share of the steps whose guidance leads away from the source"""
    at_once: int = 8
    overlap: int = 2
    longest: int = 768
    """Pixels of the longer side that the network works at"""
    feather: int = 2
    """Pixels over which the edit fades into the source"""

    def fewer(self, frames: int) -> int:
        """Return half of those that a clip has together; 0: they are two already."""
        many = min(self.at_once, frames)
        return max(2, many // 2) if many > 2 else 0

    def sampling(self, strength: float) -> SamplingConfig:
        """Return how the target is made at a strength."""
        return SamplingConfig(
            guidance=self.guidance,
            guided=self.guided,
            leaving=self.leaving,
            strength=strength,
            correction=self.correction,
        )


class Prepared:
    """What one edit asks of an order. Raises Impossible for prompts that cannot be read."""

    def __init__(
        self, order: EditOrder, denoiser: Denoiser, config: EditConfig
    ) -> None:
        self.order, self.denoiser, self.config = order, denoiser, config
        device = next(denoiser.parameters()).device
        size = working_size(order.frames.shape[2:], config.longest, denoiser.grain)
        self.frames = sized(order.frames.float() / 255, size).to(device)
        """(T, 3, H, W) 0..1 at the size that the network works at"""
        overlap = min(config.overlap, config.at_once - 1)
        self.where = chunks(len(order.frames), config.at_once, overlap)
        self._given: Tensor | None = None

    def chunk(self, place: int) -> Tensor:
        """Return a chunk's frames (t, 3, H, W); all but the first are led by the clip's first.

        It is what all frames of a chunk look at, so that chunks agree.
        """
        return self._led(self.frames, place)

    def led(self, place: int) -> int:
        """Return how many frames of a chunk are there only to be looked at."""
        return 1 if place else 0

    def source(self, which: int) -> Condition:
        """Return the source's prompt with one of its frames, another for another `which`."""
        order = torch.randperm(len(self.frames), generator=self.chance("frames"))
        frame = self.frames[order[which % len(order)]]
        return self._condition(self.order.source_prompt, frame)

    def target(self) -> Condition:
        """Return the target's prompt with the target picture."""
        picture = on_grey(self.order.picture)
        grain = self.denoiser.grain
        size = working_size(picture.shape[1:], self.config.longest, grain)
        picture = sized(picture[None], size)[0].to(self.frames.device)
        return self._condition(self.order.target_prompt, picture)

    def given_region(
        self, size: tuple[int, int], place: int, told: Told | None = None
    ) -> Tensor | None:
        """Return the region that the order gives for a chunk, (t, h, w) 0 or 1, if it does.

        Frames through which it is followed are told of: once for all chunks.
        """
        if self.order.region is None:
            return None
        if self._given is None:
            self._given = self._followed(self.order.region, told)
        return adaptive_max_pool2d(self._led(self._given, place).float(), size)

    def chance(self, stage: str, place: int = 0) -> torch.Generator:
        """Return the chance of a stage: the same whichever stages were done before a kill."""
        return torch.Generator().manual_seed(seed_of(stage, self.order.seed, place))

    def passes(self) -> int:
        """Return how many frames go forwards through the network in all.

        A step of tuning counts thrice: a pass back takes about as long as two forwards;
        once more where what it needs is computed again.
        """
        order, c = self.order, self.config
        tuning = (
            (4 if c.tuning.sparing else 3)
            * c.tuning.steps
            * min(c.at_once, len(order.frames))
        )
        asked = c.regions.asked(order.steps)
        finding = 0 if order.region is not None else 4 * asked
        seen = sum(map(len, self.where)) + len(self.where) - 1
        inverting = order.steps * (1 + c.refined)
        return tuning + seen * (inverting + finding + self._sampling_passes())

    def _sampling_passes(self) -> int:
        order, c = self.order, self.config
        going = c.sampling(order.strength).going(order.steps)
        if c.guidance == 1:
            return going
        # Steps that are left out are the noisiest, which are guided.
        left_out = order.steps - going
        return going + max(0, math.ceil(c.guided * order.steps) - left_out)

    def _followed(self, region_THW: Tensor, told: Told | None) -> Tensor:
        if not region_THW.any():
            raise Impossible("the region is empty: mark what to replace, or give none")
        if region_THW.flatten(1).any(dim=1).all():
            return region_THW
        pictures = self.order.frames.permute(0, 2, 3, 1).numpy()
        return torch.from_numpy(tracked(pictures, region_THW.numpy(), told))

    def _led(self, frames: Tensor, place: int) -> Tensor:
        where = self.where[place]
        return torch.cat([frames[: self.led(place)], frames[where.start : where.stop]])

    def _condition(self, prompt: str, picture_3HW: Tensor) -> Condition:
        try:
            return self.denoiser.condition(prompt, picture_3HW)
        except ValueError as error:
            raise Impossible(str(error)) from error
