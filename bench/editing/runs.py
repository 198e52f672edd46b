"""One drawn video, edited by every arm and by the composite; its result kept."""

import json
import time
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from bench.editing.arms import ARMS, CONTROLS, WIDE, Arm, Region
from bench.editing.field import field_right
from mlcore.editing.backends.composite import Composite
from mlcore.editing.backends.toy import REGIONS
from mlcore.editing.correction import CorrectionConfig
from mlcore.editing.inversion import Inverted, invert, reconstruct
from mlcore.editing.measures import iou, measured, psnr, recall, seen_as
from mlcore.editing.network.toy import ToyDenoiser
from mlcore.editing.network.tuning import tune
from mlcore.editing.order import EditOrder
from mlcore.editing.prepared import EditConfig
from mlcore.editing.regions import RegionConfig, binarised, diffedit_heat, heat
from mlcore.editing.sampling import Aim, SamplingConfig, sample
from mlcore.editing.world import EditingWorld, Scenes
from mlcore.fit import seed_of

Result = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What all runs share."""

    denoiser: ToyDenoiser
    """Inflated"""
    frames: int
    steps: int
    config: EditConfig
    out: Path
    arms: tuple[str, ...] = ()
    """Some names of arms, and nothing else is measured; none: all of it"""


@dataclass(frozen=True, kw_only=True)
class Video:
    """One drawn clip, the edit that is asked for, and its perfect answer."""

    source: Scenes
    wanted: Scenes
    picture: Tensor
    same: Tensor
    """Another picture of what is in the clip already"""
    chance: torch.Generator


def drawn(bench: Bench, seed: int, number: int) -> Video:
    """Return a video of a seed."""
    chance = torch.Generator().manual_seed(seed_of("bench", seed, number))
    world = EditingWorld(size=bench.denoiser.config.size)
    source = world.draw(1, bench.frames, chance)
    others = world.other_things(source.things, chance)
    return Video(
        source=source,
        wanted=world.with_others(source, others, chance),
        picture=world.pictures(others, chance)[0],
        same=world.pictures(source.things, chance)[0],
        chance=chance,
    )


def run(bench: Bench, seed: int, number: int) -> None:
    """Edit one video by every arm, unless that is done."""
    path = bench.out / f"{seed}-{number}.json"
    if path.exists():
        return
    began = time.process_time()
    video = drawn(bench, seed, number)
    plain = _Edits(bench, bench.denoiser, video)
    arms = bench.arms or (CONTROLS, *ARMS)
    found = {"all": plain.known() if CONTROLS in arms else {}}
    tuned = None
    for name in arms:
        if name == CONTROLS:
            continue
        arm = ARMS[name]
        if arm.tuned and tuned is None:
            tuned = _Edits(bench, _tuned(bench, video), video)
        edits = tuned if arm.tuned and tuned else plain
        found[name] = edits.by(arm)
    if not bench.arms and tuned is not None:
        found["ours, tuned"]["reconstruction"] = tuned.reconstruction(tuned.inverted)
        found["ours"]["reconstruction"] = found["all"]["reconstruction"]
        found["composite, true mask"] = _composite(video)
    found["all"]["cpu_seconds"] = time.process_time() - began
    bench.out.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".part")
    temporary.write_text(json.dumps(found))
    temporary.replace(path)
    shown = next((name for name in arms if name in found), "all")
    print(f"{path.stem}, {shown}: {found[shown]}", flush=True)


def kept(out: Path) -> list[Result]:
    """Return all results there are."""
    return [json.loads(path.read_text()) for path in sorted(out.glob("*-*.json"))]


class _Edits:
    """What one denoiser makes of a video; inversion and regions are made once."""

    def __init__(self, bench: Bench, denoiser: ToyDenoiser, video: Video) -> None:
        self.bench, self.denoiser, self.video = bench, denoiser, video
        frames, things = video.source.frames[0], video.source.things
        self.prompts = (things.prompts[0], video.wanted.things.prompts[0])
        self.source = denoiser.condition(self.prompts[0], frames[0])
        self.target = denoiser.condition(self.prompts[1], video.picture)
        self.clean = denoiser.encode(frames)
        self.inverted: Inverted = invert(denoiser, self.clean, self.source, bench.steps)
        other = denoiser.condition(self.prompts[0], frames[-1])
        self.own = heat(denoiser, self.inverted, (self.source, other), RegionConfig())
        self.regions: dict[tuple[Region, RegionConfig], Tensor] = {}

    def known(self) -> dict[str, float]:
        """How true the inversion is, and controls: the target is the source; the field."""
        same = self.denoiser.condition(self.prompts[0], self.video.same)
        unlike = heat(self.denoiser, self.inverted, (self.source, same), RegionConfig())
        tight, wide = (binarised(unlike, each, self.own) for each in (REGIONS, WIDE))
        field = field_right(
            self.denoiser, self.inverted, self.source, self.video.source
        )
        plain = invert(
            self.denoiser, self.clean, self.source, self.bench.steps, refined=0
        )
        return {
            "reconstruction": self.reconstruction(self.inverted),
            "reconstruction, not mended": self.reconstruction(plain),
            "area of nothing": float(tight.float().mean()),
            "area of nothing, wide region": float(wide.float().mean()),
            **field,
        }

    def reconstruction(self, inverted: Inverted) -> float:
        """Decibels between the clip and what comes of its noise alone."""
        made = reconstruct(self.denoiser, inverted, self.source)
        return psnr(self.denoiser.decode(made), self.video.source.frames[0])

    def by(self, arm: Arm) -> dict[str, float]:
        """Edit and measure."""
        region = self._region(arm.region, arm.regions)
        config = SamplingConfig(
            guidance=self.bench.config.guidance,
            guided=self.bench.config.guided,
            leaving=arm.leaving,
            fresh=arm.fresh,
            noise=arm.noise,
            correction=CorrectionConfig(form=arm.correction),
        )
        aim = Aim(self.target, region, away=self.source)
        made = sample(self.denoiser, self.inverted, aim, config, self.video.chance)
        edited = self.denoiser.decode(made)
        source, wanted = self.video.source, self.video.wanted
        found = measured(edited, source, wanted)
        found |= seen_as(self.denoiser.eyes, edited, *self.prompts)
        if region is not None:
            new = wanted.masks[0] & ~source.masks[0]
            found["mask_iou"] = iou(region, source.masks[0] | wanted.masks[0])
            found["new_recall"] = recall(region, new)
            found["old_recall"] = recall(region, source.masks[0])
        return found

    def _region(self, kind: Region, config: RegionConfig) -> Tensor | None:
        if kind == "none":
            return None
        if (kind, config) not in self.regions:
            self.regions[kind, config] = self._found(kind, config)
        return self.regions[kind, config]

    def _found(self, kind: Region, config: RegionConfig) -> Tensor:
        both = (self.source, self.target)
        if kind == "true":
            return self.video.source.masks[0] | self.video.wanted.masks[0]
        if kind == "diffedit":
            warm = diffedit_heat(self.denoiser, self.clean, *both, self.video.chance)
            if config.smooth == 1:
                # As its authors have it: no floor either.
                return binarised(warm, config)
            other = self.denoiser.condition(
                self.prompts[0], self.video.source.frames[0][-1]
            )
            own = diffedit_heat(
                self.denoiser, self.clean, self.source, other, self.video.chance
            )
            return binarised(warm, config, own)
        if kind == "separate":
            config = replace(config, reading="separate")
        warm = heat(self.denoiser, self.inverted, both, config)
        return binarised(warm, config, self.own)


def _tuned(bench: Bench, video: Video) -> ToyDenoiser:
    denoiser = deepcopy(bench.denoiser)
    prompt = video.source.things.prompts[0]
    tuning = bench.config.tuning
    tune(denoiser, video.source.frames[0], prompt, tuning, video.chance)
    return denoiser


def _composite(video: Video) -> dict[str, float]:
    """The baseline: cut out of the picture, laid where the source's true mask is."""
    source, wanted = video.source, video.wanted
    order = EditOrder(
        frames=(source.frames[0] * 255).round().to(torch.uint8),
        picture=(video.picture * 255).round().to(torch.uint8),
        source_prompt=source.things.prompts[0],
        target_prompt=wanted.things.prompts[0],
        region=source.masks[0],
    )
    edited = Composite(grow=2, feather=0).edit(order)
    return measured(edited.frames.float() / 255, source, wanted)
