"""What diffusers' WanVACEPipeline has no switch for: part of the way, and an end in its codec.

T: frames, C, h, w: latents
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn


class Late:
    """A scheduler of diffusers without its first, noisiest steps."""

    def __init__(self, whole: Any, left_out: int) -> None:
        self.whole, self.left_out = whole, left_out * whole.order
        self.timesteps: Tensor

    def set_timesteps(self, many: int, device: torch.device | None = None) -> None:
        """Set so many steps, and leave out the first of them."""
        self.whole.set_timesteps(many, device=device)
        self.timesteps = self.whole.timesteps[self.left_out :]
        self.whole.set_begin_index(self.left_out)

    def noisy(self, clean: Tensor, noise: Tensor) -> Tensor:
        """Return latents as they are before the first step that is left."""
        at = self.timesteps[:1]
        if hasattr(self.whole, "add_noise"):
            mixed: Tensor = self.whole.add_noise(clean, noise, at)
        else:
            mixed = self.whole.scale_noise(clean, at, noise)
        return mixed

    def __getattr__(self, name: str) -> Any:
        """Return all else from the scheduler itself."""
        return getattr(self.whole, name)


@contextmanager
def begun(
    pipeline: Any,
    given: Mapping[str, Any],
    steps: tuple[int, int],
    chance: torch.Generator,
) -> Iterator[Tensor | None]:
    """Have the pipeline go the last of its steps only, as many of how many is said.

    Gives latents (1, C, T, h, w) to begin with: the source's with the noise of the first
    step that is gone (as in WanVideoToVideoPipeline); None where all are gone, from noise
    alone. `given` are the pipeline's own video, mask, reference_images and sizes.
    """
    going, many = steps
    whole = pipeline.scheduler
    if going == many:
        yield None
        return
    late = Late(whole, many - going)
    late.set_timesteps(many, pipeline.device)
    clean = _encoded(pipeline, given)
    noise = torch.randn(clean.shape, generator=chance).to(clean)
    pipeline.scheduler = late
    try:
        yield late.noisy(clean, noise)
    finally:
        pipeline.scheduler = whole


@contextmanager
def after_each(
    networks: Sequence[nn.Module], told: Callable[[], None]
) -> Iterator[None]:
    """Call back in the block after every pass of these; what that raises ends the work.

    A codec of video goes through a clip by a few frames at a time, in one call.
    """
    hooks = [each.register_forward_hook(lambda *_: told()) for each in networks]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


@torch.no_grad()
def _encoded(pipeline: Any, given: Mapping[str, Any]) -> Tensor:
    """(1, C, T, h, w): reference and video as the pipeline encodes what is not to be made."""
    video, mask, references = pipeline.preprocess_conditions(
        given["video"],
        given["mask"],
        given["reference_images"],
        1,
        given["height"],
        given["width"],
        given["num_frames"],
        torch.float32,
        pipeline.device,
    )
    both = pipeline.prepare_video_latents(
        video, torch.zeros_like(mask), references, None, pipeline.device
    )
    # After them come those of what is to be made: nothing.
    clean: Tensor = both[:, : pipeline.vae.config.z_dim].float()
    return clean
