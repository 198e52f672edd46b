"""The raw material that components are laid on: stills and clips, in two pools."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, get_args

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from mlcore.components.artwork import ArtworkError
from mlcore.components.drawing.filming import cast, filmed, random_move, random_still
from mlcore.components.drawing.scenes import Dice, scene
from mlcore.components.stretch import Layout

FILE = "materials.safetensors"
_MAKE = "`python -m pipelines.artwork`"

Pool = Literal["train", "test"]
POOLS: tuple[Pool, ...] = get_args(Pool)
PAIRS = 200
"""Of each pool: even numbers are pairs of stills, odd ones pairs of clips, 100 of each as
in the source (Edit3K, arXiv:2403.16048, table 1)."""


class Pair(NamedTuple):
    """What A and B show at each frame of a layout, (t, 3, h, w) 0..1 each."""

    a: Tensor
    b: Tensor


class Source(NamedTuple):
    """Where a material comes from; two of one pair are never the same but for scenes."""

    kind: Literal["scene", "photograph", "clip"]
    place: int
    """Which photograph or clip; -1 of a scene"""


@dataclass(frozen=True, kw_only=True)
class Materials:
    """Photographs and clips that set-up took out of packages, each in one pool."""

    stills: Tensor
    """(photographs, 3, h, w) uint8"""
    still_pools: Tensor
    """(photographs,) uint8, a place in POOLS"""
    clips: Tensor
    """(frames, 3, h, w) uint8, all clips' frames one after the other"""
    spans: Tensor
    """(clips, 2) int32, each clip's first frame and the one after its last"""
    clip_pools: Tensor
    """(clips,) uint8, a place in POOLS"""
    clip_rate: Tensor
    """(1,) float32, frames a second of every clip"""

    def pair(
        self,
        pool: Pool,
        number: int,
        layout: Layout,
        device: torch.device | str = "cpu",
    ) -> Pair:
        """Return material pair `number` of a pool, 0 to PAIRS - 1: always the same one.

        Raises IndexError beyond them.
        """
        if not 0 <= number < PAIRS:
            raise IndexError(f"material pairs are 0 to {PAIRS - 1}, got {number}")
        digest = hashlib.sha256(f"{pool} {number}".encode()).digest()
        seed = int.from_bytes(digest[:8], "big") >> 1
        chance = torch.Generator().manual_seed(seed)
        return self._pair(chance, pool, layout, device, moving=bool(number % 2))

    def draw(
        self,
        chance: torch.Generator,
        pool: Pool,
        layout: Layout,
        device: torch.device | str = "cpu",
    ) -> Pair:
        """Return a new pair of stills or of clips from a pool, cropped and lit by chance."""
        moving = bool(Dice(chance).below(2))
        return self._pair(chance, pool, layout, device, moving=moving)

    def _pair(
        self,
        chance: torch.Generator,
        pool: Pool,
        layout: Layout,
        device: torch.device | str,
        *,
        moving: bool,
    ) -> Pair:
        dice = Dice(chance)
        first = self._source(dice, pool, moving=moving)
        second = first
        while second == first and first.kind != "scene":
            second = self._source(dice, pool, moving=moving)
        show = self._moving if moving else self._standing
        return Pair(
            *(
                show(dice, each, layout).to(device).contiguous()
                for each in (first, second)
            )
        )

    def _source(self, dice: Dice, pool: Pool, *, moving: bool) -> Source:
        """Choose what is shown: a fifth of it made up, the rest found."""
        kind = dice.below(5)
        if kind == 0:
            return Source("scene", -1)
        # Stills come out of photographs and clips alike; what moves is clips rather.
        photograph = kind == 1 or (kind == 2 and not moving)
        pools = self.still_pools if photograph else self.clip_pools
        mine = (pools == POOLS.index(pool)).nonzero()[:, 0]
        place = int(mine[dice.below(len(mine))])
        return Source("photograph" if photograph else "clip", place)

    def _standing(self, dice: Dice, source: Source, layout: Layout) -> Tensor:
        """A photograph, a frame of a clip, or a made-up scene, standing still."""
        if source.kind == "scene":
            return scene(dice.chance, layout, moving=False)
        frames = self._frames(source)
        picture = _bright(frames[dice.below(len(frames))])
        shot = random_still(dice, picture, layout)
        frame = cast(dice, filmed(picture[None], shot, layout))
        return frame.expand(layout.frames, -1, -1, -1)

    def _moving(self, dice: Dice, source: Source, layout: Layout) -> Tensor:
        """A real clip, a photograph under a moving camera, or a moving scene."""
        if source.kind == "scene":
            return scene(dice.chance, layout, moving=True)
        frames = self._frames(source)
        if source.kind == "photograph":
            frames = _bright(frames)
            return cast(
                dice, filmed(frames, random_move(dice, frames[0], layout), layout)
            )
        shot = random_still(dice, frames[0], layout)
        # Of a clip of hundreds only the frames on screen are worth converting.
        frames = _bright(frames[self._shown(dice, len(frames), layout)])
        return cast(dice, filmed(frames, shot, layout))

    def _shown(self, dice: Dice, count: int, layout: Layout) -> Tensor:
        """(t,) which of a clip's frames are on screen; it goes back where it ends."""
        begin = dice.below(count)
        passed = (layout.times() * self.clip_rate).long()
        if dice.below(2):
            passed = -passed
        there = (begin + passed) % max(1, 2 * count - 2)
        return torch.where(there < count, there, 2 * count - 2 - there)

    def _frames(self, source: Source) -> Tensor:
        """(n, 3, h, w) uint8: one photograph, or all frames of a clip."""
        if source.kind == "photograph":
            return self.stills[source.place][None]
        begin, end = self.spans[source.place].tolist()
        return self.clips[begin:end]


def load_materials(path: Path) -> Materials:
    """Read the materials file. Raises ArtworkError, naming it, if missing or broken."""
    try:
        with safe_open(path, framework="pt") as file:
            json.loads((file.metadata() or {})["made"])
            return Materials(
                **{name: file.get_tensor(name) for name in Materials.__annotations__}
            )
    except FileNotFoundError:
        raise ArtworkError(
            f"There are no materials at {path}: make them with {_MAKE}."
        ) from None
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise ArtworkError(
            f"{path} is not a whole materials file ({error}): delete it and make it "
            f"again with {_MAKE}."
        ) from error


def _bright(frames: Tensor) -> Tensor:
    return frames.float() / 255
