"""Render components on material pairs to MP4 files with a manifest; resumable.

    python -m pipelines.components.render_set --out FOLDER [--category C ...]
        [--components N] [--pairs N] [--size 224x224] [--rate 15] [--json]

Stopped or killed at any moment, the same line goes on where it was.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from tqdm import tqdm

from mlcore.components import artwork
from mlcore.components.artwork import Artwork, ArtworkError, load_artwork
from mlcore.components.catalogue import components_of
from mlcore.components.component import CATEGORIES, Category, Component
from mlcore.components.drawing import materials
from mlcore.components.drawing.materials import (
    PAIRS,
    POOLS,
    Materials,
    Pool,
    load_materials,
)
from mlcore.components.drawing.render import render
from mlcore.components.split import split
from mlcore.components.stretch import Layout
from pipelines.components.clips import write_clip
from pipelines.components.manifest import Manifest, SetError
from pipelines.weights import default_folder


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is rendered and in which form: the same for every class."""

    categories: tuple[Category, ...] = CATEGORIES
    components: int | None = None
    """Of each category, spread evenly over its catalogue; None for all"""
    pairs: int = 2
    """Material pairs of each pool"""
    height: int = 224
    width: int = 224
    rate: Fraction = Fraction(15)
    unseen: float = 0.25
    seed: int = 0

    def __post_init__(self) -> None:
        """Check what a person asked for. Raises ValueError with a sentence."""
        if self.components is not None and self.components < 1:
            raise ValueError("--components must be at least 1")
        if not 1 <= self.pairs <= PAIRS:
            raise ValueError(f"--pairs must be 1 to {PAIRS}, got {self.pairs}")
        if self.height % 2 or self.width % 2:
            raise ValueError("--size must be even: H.264 halves its colours")
        if self.rate <= 0:
            raise ValueError("--rate must be above 0")

    @property
    def layout(self) -> Layout:
        """Four seconds at the rate."""
        frames = round(Layout.seconds * self.rate)
        return Layout(frames=frames, height=self.height, width=self.width)

    @property
    def form(self) -> dict[str, Any]:
        """What all clips of a folder must share."""
        return {
            "height": self.height,
            "width": self.width,
            "rate": str(self.rate),
            "frames": self.layout.frames,
            "unseen": self.unseen,
            "seed": self.seed,
        }


def chosen(plan: Plan) -> list[tuple[Component, str]]:
    """Return the components of a plan, each with its part of the split."""
    found: list[tuple[Component, str]] = []
    for category in plan.categories:
        every = components_of(category)
        parts = split(every, plan.unseen, plan.seed)
        unseen = {each.key for each in parts.unseen}
        wanted = len(every) if plan.components is None else plan.components
        step = max(1, len(every) // wanted)
        found += [
            (each, "unseen" if each.key in unseen else "train")
            for each in every[::step][:wanted]
        ]
    return found


def render_set(
    plan: Plan, out: Path, art: Artwork, found: Materials, *, quiet: bool = False
) -> Manifest:
    """Render every clip of a plan that a folder lacks.

    Raises SetError for a folder of another form, ArtworkError for artwork that is not
    whole.
    """
    manifest = Manifest(out, plan.form)
    todo = chosen(plan)
    total = len(todo) * plan.pairs * len(POOLS)
    with tqdm(total=total, unit="clip", disable=quiet, file=sys.stderr) as bar:
        for pool, number in _pairs(plan):
            lacking = [
                (each, part)
                for each, part in todo
                if _file(each, pool, number) not in manifest.entries
            ]
            bar.update(len(todo) - len(lacking))
            for entry in _rendered(plan, (pool, number), lacking, (art, found), out):
                manifest.add(entry)
                bar.update()
    return manifest


def _pairs(plan: Plan) -> Iterator[tuple[Pool, int]]:
    return ((pool, number) for number in range(plan.pairs) for pool in POOLS)


def _rendered(
    plan: Plan,
    pair: tuple[Pool, int],
    lacking: Sequence[tuple[Component, str]],
    sources: tuple[Artwork, Materials],
    out: Path,
) -> Iterator[dict[str, Any]]:
    """Write the clips of one material pair; yields what the manifest says of each."""
    if not lacking:
        return
    (pool, number), (art, found) = pair, sources
    a, b = found.pair(pool, number, plan.layout)
    for component, part in lacking:
        # Another seed for every pair, so that no two clips show the same words.
        clip = number + PAIRS * POOLS.index(pool)
        frames = render(component, a, b, plan.layout, clip=clip, artwork=art)
        file = _file(component, pool, number)
        (out / file).parent.mkdir(parents=True, exist_ok=True)
        write_clip(out / file, frames, plan.rate)
        yield {
            "file": file,
            "component": component.key,
            "category": component.category,
            "base": component.base,
            "preset": component.preset,
            "split": part,
            "pool": pool,
            "pair": number,
        }


def _file(component: Component, pool: Pool, number: int) -> str:
    base = component.base.replace(" ", "-")
    return f"{component.category}/{base}-{component.preset}/{pool}-{number:03d}.mp4"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m pipelines.components.render_set",
        description="Render components on material pairs to MP4 files with a manifest.",
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--category", choices=CATEGORIES, action="append")
    parser.add_argument(
        "--components", type=int, help="of each category; all if not given"
    )
    parser.add_argument("--pairs", type=int, default=Plan.pairs, help="of each pool")
    parser.add_argument("--size", default="224x224", help="width x height in pixels")
    parser.add_argument("--rate", type=Fraction, default=Plan.rate, help="a second")
    parser.add_argument(
        "--unseen", type=float, default=Plan.unseen, help="share of bases"
    )
    parser.add_argument("--seed", type=int, default=Plan.seed, help="of the split")
    parser.add_argument("--artwork", type=Path, default=default_folder())
    parser.add_argument("--json", action="store_true", help="one JSON document")
    return parser.parse_args()


def _plan(arguments: argparse.Namespace) -> Plan:
    width, height = (int(side) for side in arguments.size.split("x"))
    return Plan(
        categories=tuple(arguments.category or CATEGORIES),
        components=arguments.components,
        pairs=arguments.pairs,
        height=height,
        width=width,
        rate=arguments.rate,
        unseen=arguments.unseen,
        seed=arguments.seed,
    )


def main() -> int:
    """Run the command line; 0 when every clip is there."""
    arguments = _arguments()
    try:
        plan = _plan(arguments)
        art = load_artwork(arguments.artwork / artwork.FILE)
        found = load_materials(arguments.artwork / materials.FILE)
        manifest = render_set(plan, arguments.out, art, found)
    except (ArtworkError, SetError, ValueError, OSError) as error:
        return _failed(str(error), as_json=arguments.json)
    document = {
        "folder": str(arguments.out),
        "clips": len(manifest.entries),
        "components": len({each.component for each in manifest.entries.values()}),
        "bytes": sum(each.bytes for each in manifest.entries.values()),
        **plan.form,
    }
    if arguments.json:
        sys.stdout.write(json.dumps(document, indent=2) + "\n")
    else:
        said = "{clips} clips of {components} components in {folder}\n"
        sys.stdout.write(said.format(**document))
    return 0


def _failed(sentence: str, *, as_json: bool) -> int:
    if as_json:
        sys.stdout.write(json.dumps({"error": sentence}) + "\n")
    else:
        sys.stderr.write(sentence + "\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
