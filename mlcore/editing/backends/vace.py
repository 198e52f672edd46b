"""The back-end with today's strongest open weights: Wan VACE, our mask, the target picture.

Takes what diffusers' WanVACEPipeline is saved as (Wan2.1-VACE, Apache-2.0). White in its
mask is made anew; the target picture is its reference.

T: frames, H, W: picture
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import max_pool2d

from mlcore.editing.backends.placed import pipeline_in
from mlcore.editing.chunks import chunks, joined
from mlcore.editing.composite.tracking import tracked
from mlcore.editing.exact import exactly
from mlcore.editing.order import (
    Cost,
    Edited,
    EditOrder,
    Impossible,
    Progress,
    laid_over,
)
from mlcore.editing.regions import feathered
from mlcore.editing.sizes import on_grey, sized, working_size
from mlcore.fit import seed_of

PIPELINE, TRANSFORMER = "WanVACEPipeline", "WanVACETransformer3DModel"
WORDS = 512
"""Tokens of the longest prompt, as in training"""
TRIED = 5
"""Frames that are made in one step to foretell the cost"""


@dataclass(frozen=True, kw_only=True)
class VaceConfig:
    """How edits are made; without given values as Wan2.1-VACE was trained."""

    at_once: int = 81
    """Frames that are made together: one more than a multiple of four"""
    overlap: int = 8
    longest: int = 832
    guidance: float = 5.0
    grow: int = 8
    """Pixels that the region grows by: a target of another form needs room"""
    feather: int = 4

    def __post_init__(self) -> None:
        if self.at_once % 4 != 1:
            raise ValueError("frames at once must be one more than a multiple of 4")


class VaceEdit:
    """Masked video to video, chunk by chunk."""

    name = "vace"

    def __init__(
        self,
        pipeline: Any,
        config: VaceConfig,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.pipeline, self.config, self.clock = pipeline, config, clock

    @exactly()
    def cost(self, order: EditOrder) -> Cost:
        """Return what a step takes here for a few frames, times steps.

        Too little for long chunks, whose attention grows with the square of their length.
        """
        frames, region = self._prepared(order)
        began = self.clock()
        self._made(order, frames[:TRIED], region[:TRIED], 1, 0)
        seen = sum(map(len, self._chunks(order)))
        a_step = (self.clock() - began) / min(TRIED, len(frames))
        return Cost(len(frames), a_step * order.steps * seen / len(frames))

    @exactly()
    def edit(self, order: EditOrder, told: Progress | None = None) -> Edited:
        """Carry it out. Raises Impossible without a region."""
        tell = told or (lambda *_: None)
        began = self.clock()
        frames, region = self._prepared(order)
        where = self._chunks(order)
        parts = []
        for place, each in enumerate(where):
            span = slice(each.start, each.stop)

            def step(done: int, place: int = place) -> None:
                tell("sampling", place * order.steps + done, len(where) * order.steps)

            parts.append(
                self._made(order, frames[span], region[span], order.steps, place, step)
            )
        size = (order.frames.shape[2], order.frames.shape[3])
        made = sized(joined(parts, where), size)
        cover = feathered(self._region(order), self.config.feather)
        made_bytes = (made * 255).round().clamp(0, 255).to(torch.uint8)
        return Edited(
            frames=laid_over(order.frames, made_bytes, cover),
            cover=cover,
            seconds={"sampling": self.clock() - began},
        )

    def _chunks(self, order: EditOrder) -> list[range]:
        return chunks(len(order.frames), self.config.at_once, self.config.overlap)

    def _prepared(self, order: EditOrder) -> tuple[Tensor, Tensor]:
        """Frames (T, 3, H, W) and region (T, 1, H, W), both 0..1 at the working size."""
        size = working_size(order.frames.shape[2:], self.config.longest, self._grain)
        frames = sized(order.frames.float() / 255, size)
        region = sized(self._region(order)[:, None].float(), size)
        return frames, (region > 0).float()

    def _region(self, order: EditOrder) -> Tensor:
        """(T, H, W) bool at the order's own size, grown."""
        if order.region is None or not order.region.any():
            raise Impossible("this back-end needs a region: mark what to replace")
        pictures = order.frames.permute(0, 2, 3, 1).numpy()
        region = torch.from_numpy(tracked(pictures, order.region.numpy()))
        side = 2 * self.config.grow + 1
        grown = max_pool2d(region[:, None].float(), side, stride=1, padding=side // 2)
        return grown[:, 0] > 0.5

    @property
    def _grain(self) -> int:
        patch = self.pipeline.transformer.config.patch_size[1]
        return int(self.pipeline.vae_scale_factor_spatial * patch)

    def _made(
        self,
        order: EditOrder,
        frames: Tensor,
        region: Tensor,
        steps: int,
        place: int,
        told: Callable[[int], None] | None = None,
    ) -> Tensor:
        """Frames (T, 3, H, W) 0..1 of one chunk."""
        many = len(frames)
        # Its codec takes a first frame and then fours: the last frame is held.
        held = torch.arange(-(-(many - 1) // 4) * 4 + 1).clamp(max=many - 1)

        def after(_pipeline: Any, step: int, _at: Any, left: Any) -> Any:
            if told:
                told(step + 1)
            return left

        made = self.pipeline(
            prompt_embeds=self._words(order.target_prompt),
            negative_prompt_embeds=self._words(""),
            video=_pictures(frames[held]),
            mask=_pictures(region[held].expand(-1, 3, -1, -1)),
            reference_images=_pictures(on_grey(order.picture)[None]),
            height=frames.shape[2],
            width=frames.shape[3],
            num_frames=len(held),
            num_inference_steps=steps,
            guidance_scale=self.config.guidance,
            generator=torch.Generator().manual_seed(seed_of("vace", order.seed, place)),
            callback_on_step_end=after,
            output_type="pt",
        ).frames[0]
        kept: Tensor = made[:many].float().cpu().clamp(0, 1)
        return kept

    @torch.no_grad()
    def _words(self, prompt: str) -> Tensor:
        """(1, L, D): a prompt as the pipeline reads it, but without its clean-up of mojibake.

        That needs a package which nothing else here does.
        """
        read = self.pipeline.tokenizer(
            " ".join(prompt.split()),
            padding="max_length",
            max_length=WORDS,
            truncation=True,
            return_attention_mask=True,
            return_tensors="pt",
        )
        device = self.pipeline.text_encoder.device
        mask = read.attention_mask.to(device)
        found = self.pipeline.text_encoder(read.input_ids.to(device), mask)
        # What stands for padding is nothing, as in training.
        words: Tensor = found.last_hidden_state * mask[..., None]
        return words


def load_vace(
    folder: Path,
    device: torch.device | str = "cpu",
    *,
    config: VaceConfig | None = None,
    dtype: torch.dtype = torch.float32,
) -> VaceEdit:
    """Return the back-end with the weights in a folder. Raises Impossible."""
    pipeline = pipeline_in(
        folder, PIPELINE, dtype, torch.device(device), transformer=TRANSFORMER
    )
    return VaceEdit(pipeline, config or VaceConfig())


def _pictures(frames_T3HW: Tensor) -> list[Image.Image]:
    pixels = (frames_T3HW * 255).round().clamp(0, 255).to(torch.uint8)
    return [Image.fromarray(np.asarray(each)) for each in pixels.permute(0, 2, 3, 1)]
