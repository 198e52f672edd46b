"""The back-end with today's strongest open weights: Wan VACE, our mask, the target picture.

Takes what diffusers' WanVACEPipeline is saved as (Wan2.1-VACE, Apache-2.0). White in its
mask is made anew; the target picture is its reference.

T: frames, H, W: picture
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import max_pool2d

from mlcore.checkpoint import Tensors
from mlcore.clock import clock_of
from mlcore.editing.backends.begun import after_each, begun
from mlcore.editing.backends.placed import pipeline_in
from mlcore.editing.backends.shown import given_of, held, latents_of
from mlcore.editing.chunks import Chunking, chunks, joined
from mlcore.editing.composite.tracking import tracked
from mlcore.editing.exact import exactly
from mlcore.editing.memory import together
from mlcore.editing.network.denoiser import Told
from mlcore.editing.order import (
    FORETELLING,
    Cost,
    Edited,
    EditOrder,
    Impossible,
    Progress,
    Waiting,
    laid_over,
)
from mlcore.editing.regions import feathered
from mlcore.editing.sizes import sized, working_size
from mlcore.editing.stages import NoShelf, Shelf, left_by
from mlcore.fit import seed_of

PIPELINE = "WanVACEPipeline"
WORDS = 512
"""Tokens of the longest prompt, as in training"""
TRIED = 5
"""Frames that are made in two steps to foretell the cost"""


@dataclass(frozen=True, kw_only=True)
class VaceConfig(Chunking):
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

    def fewer(self, frames: int) -> int:
        """Return about half of those that a clip has together; 0: they are five already."""
        many = min(self.at_once, held(frames))
        return (many - 1) // 8 * 4 + 1 if many > 5 else 0


class VaceEdit:
    """Masked video to video, chunk by chunk."""

    name = "vace"

    def __init__(
        self,
        pipeline: Any,
        config: VaceConfig,
        clock: Callable[[], float] = time.monotonic,
        shelf: Shelf | None = None,
    ) -> None:
        self.pipeline, self.config, self.clock = pipeline, config, clock
        self.shelf = shelf or NoShelf()

    @property
    def at_once(self) -> int:
        """Frames that are made together."""
        return self.config.at_once

    def take(self, at_once: int) -> None:
        """Make so many together from now on."""
        self.config = self.config.taking(at_once)

    @exactly()
    def cost(self, order: EditOrder, told: Progress | None = None) -> Cost:
        """Return what words, codec and a step take here for a few frames, for all of them.

        Too little for long chunks, whose attention grows with the square of their length.
        """
        tell = partial(told or (lambda *_: None), FORETELLING)
        few = slice(min(TRIED, len(order.frames)))
        frames, region = self._sized(order, self._region(order, tell))
        with together(few.stop, self.config.fewer(few.stop)):
            words, codec, a_step = self._tried(order, frames[few], region[few], tell)
        where = self._chunks(order)
        times = sum(latents_of(len(each)) for each in where) / latents_of(few.stop)
        whole = len(where) * words + times * (codec + _going(order) * a_step)
        return Cost(len(frames), whole / len(frames))

    def _tried(
        self, order: EditOrder, frames: Tensor, region: Tensor, tell: Told
    ) -> tuple[float, float, float]:
        """Seconds of both prompts, of the codec forth and back, and of a step."""
        began = self.clock()
        self._words(order.target_prompt)
        words = 2 * (self.clock() - began)
        tell(0, 3)
        since: dict[int, float] = {}

        def hear(done: int, of: int) -> None:
            since.setdefault(done, self.clock())
            tell(done, of)

        began = self.clock()
        two_steps = replace(order, steps=2, strength=1.0)
        self._made(two_steps, frames, region, 0, hear)
        whole = self.clock() - began
        # The first one is slower than those to come.
        a_step = since[2] - since[1]
        return words, max(0.0, whole - words - 2 * a_step), a_step

    @exactly()
    def edit(self, order: EditOrder, told: Progress | None = None) -> Edited:
        """Carry it out. Raises Impossible without a region; TooMany as every back-end."""
        tell = told or (lambda *_: None)
        began = self.clock()
        region = self._region(order, partial(tell, "tracking"))
        parts = self._parts(order, region, tell)
        size = (order.frames.shape[2], order.frames.shape[3])
        made = sized(joined(parts, self._chunks(order)), size)
        cover = feathered(region, self.config.feather)
        made_bytes = (made * 255).round().clamp(0, 255).to(torch.uint8)
        return Edited(
            frames=laid_over(order.frames, made_bytes, cover),
            cover=cover,
            seconds={"sampling": self.clock() - began},
        )

    def _parts(
        self, order: EditOrder, region_THW: Tensor, tell: Progress
    ) -> list[Tensor]:
        """Chunks (t, 3, H, W) 0..1, which the shelf holds or comes to hold."""
        frames, region = self._sized(order, region_THW)
        where = self._chunks(order)

        def part(place: int) -> Tensors:
            span = slice(where[place].start, where[place].stop)

            def told(done: int, of: int) -> None:
                tell("sampling", place * of + done, len(where) * of)

            made = self._made(order, frames[span], region[span], place, told)
            return {"made": made}

        many = max(map(len, where))
        with together(many, self.config.fewer(many)):
            return [
                left_by(f"sampling-{place}", self.shelf, partial(part, place))["made"]
                for place in range(len(where))
            ]

    def _chunks(self, order: EditOrder) -> list[range]:
        return chunks(len(order.frames), self.config.at_once, self.config.overlap)

    def _sized(self, order: EditOrder, region_THW: Tensor) -> tuple[Tensor, Tensor]:
        """Frames (T, 3, H, W) and region (T, 1, H, W), both 0..1 at the working size."""
        size = working_size(order.frames.shape[2:], self.config.longest, self._grain)
        frames = sized(order.frames.float() / 255, size)
        return frames, (sized(region_THW[:, None].float(), size) > 0).float()

    def _region(self, order: EditOrder, told: Told) -> Tensor:
        """(T, H, W) bool at the order's own size, grown."""
        if order.region is None or not order.region.any():
            raise Impossible("this back-end needs a region: mark what to replace")
        pictures = order.frames.permute(0, 2, 3, 1).numpy()
        region = torch.from_numpy(tracked(pictures, order.region.numpy(), told))
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
        place: int,
        told: Told,
    ) -> Tensor:
        """Frames (T, 3, H, W) 0..1 of one chunk. Told of are its steps, and its decoding as one."""
        going, done = _going(order), 0

        def after(_pipeline: Any, step: int, _at: Any, left: Any) -> Any:
            nonlocal done
            done = step + 1
            told(done, going + 1)
            return left

        chance = torch.Generator().manual_seed(seed_of("vace", order.seed, place))
        given = given_of(order, frames, region)
        codec = self.pipeline.vae
        with (
            after_each((codec.encoder, codec.decoder), lambda: told(done, going + 1)),
            begun(self.pipeline, given, (going, order.steps), chance) as latents,
        ):
            made = self.pipeline(
                prompt_embeds=self._words(order.target_prompt),
                negative_prompt_embeds=self._words(""),
                latents=latents,
                num_inference_steps=order.steps,
                guidance_scale=self.config.guidance,
                generator=chance,
                callback_on_step_end=after,
                output_type="pt",
                **given,
            ).frames[0]
        told(going + 1, going + 1)
        kept: Tensor = made[: len(frames)].float().cpu().clamp(0, 1)
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
    shelf: Shelf | None = None,
    dtype: torch.dtype = torch.float32,
    told: Waiting | None = None,
) -> VaceEdit:
    """Return the back-end with the weights in a folder. Raises Impossible.

    `told` may end the loading.
    """
    pipeline = pipeline_in(folder, PIPELINE, dtype, torch.device(device), told)
    clock = clock_of(torch.device(device))
    return VaceEdit(pipeline, config or VaceConfig(), clock, shelf)


def _going(order: EditOrder) -> int:
    """How many of its steps are gone."""
    return math.ceil(order.strength * order.steps)
