"""How a transition goes, to the eye: which way, how brightly, how restlessly.

    python -m mlcore.components.suggesting.manner --out MANNERS.safetensors

measures it on every transition that can be drawn; minutes on one core. An encoder learns
to tell transitions apart, whatever they share; what suits a cut goes by what they share.

T: measures, K: transitions
"""

import argparse
import json
import sys
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import save_file
from torch import Tensor

from mlcore.checkpoint import written_whole
from mlcore.components import weights
from mlcore.components.catalogue import components_of
from mlcore.components.component import Component
from mlcore.components.drawing.render import render
from mlcore.components.drawing.scenes import scene
from mlcore.components.stretch import Layout
from mlcore.flow import flow_finder

Floats = NDArray[np.float64]

NAMES = (
    "moves right", "moves down", "spreads across", "spreads down", "lightens", "darkens",
    "restless", "abrupt", "comes from the left", "comes from the top", "comes from the middle",
)  # fmt: skip
FILE = Path(weights.__file__).parent / "manners.safetensors"

COUNTS = 2.0
"""Length of a usual manner beside an embedding of length 1: at 1 too little was learned of
transitions that nobody had used"""

_LAYOUT = Layout(frames=24, height=72, width=128, seconds=2.0, crossing=(0.0, 1.0))
_SCENES = 12
_MOST = 3.0
"""Standard deviations beyond which a measure says no more"""
_DIFFERENT = 1e-3
"""Sum of three channels, 0..3, under which two pixels are the same"""


def with_manner(keys: Sequence[str], embeddings: Floats) -> Floats:
    """Return (K, D + T): embeddings of transitions, then their manners; 0 where not known."""
    known = kept_manners()
    nothing = np.zeros(len(NAMES))
    rows = [known.get(key, nothing) for key in keys]
    manners = np.array(rows, np.float64).reshape(-1, len(NAMES))
    return np.hstack([embeddings, COUNTS / np.sqrt(len(NAMES)) * manners])


@cache
def kept_manners(path: Path = FILE) -> dict[str, Floats]:
    """Return (T,) by key, each measure of mean 0 and deviation 1 over all transitions."""
    with safe_open(path, "numpy") as opened:
        keys = json.loads((opened.metadata() or {})["manners"])["keys"]
        rows = opened.get_tensor("manners").astype(np.float64)
    return dict(zip(keys, rows, strict=True))


def manners_of(components: Sequence[Component]) -> Floats:
    """Return (K, T) of transitions as measured, means over pairs of made-up scenes."""
    scenes = [
        scene(torch.Generator().manual_seed(seed), _LAYOUT, moving=False)
        for seed in range(_SCENES)
    ]
    pairs = list(zip(scenes[::2], scenes[1::2], strict=True))
    rows = [
        np.mean([_seen(each, a, b) for a, b in pairs], axis=0) for each in components
    ]
    return np.array(rows)


def _seen(component: Component, a: Tensor, b: Tensor) -> Floats:
    clip = render(component, a, b, _LAYOUT)
    lighter = (clip - torch.maximum(a, b)).clamp(min=0).mean(dim=(1, 2, 3))
    darker = (torch.minimum(a, b) - clip).clamp(min=0).mean(dim=(1, 2, 3))
    steps = (clip[1:] - clip[:-1]).abs().mean(dim=(1, 2, 3))
    across = (np.arange(_LAYOUT.width) + 0.5) / _LAYOUT.width - 0.5
    down = ((np.arange(_LAYOUT.height) + 0.5) / _LAYOUT.height - 0.5)[:, None]
    x, y = _flow(clip)
    soon = _soonness(clip, a, b)
    return np.array(
        [
            x.mean(), y.mean(), (x * across).mean(), (y * down).mean(),
            float(lighter.max()), float(darker.max()), float(steps.mean()), float(steps.max()),
            -(soon * across).mean(), -(soon * down).mean(),
            -(soon * (across**2 + down**2)).mean(),
        ]
    )  # fmt: skip


def _flow(clip: Tensor) -> tuple[Floats, Floats]:
    """Mean flow (h, w) to the right and down, in pixels a frame."""
    grey = (255 * clip.mean(dim=1)).byte().numpy()
    finder = flow_finder()
    fields = [
        finder.calc(before, after, None)  # type: ignore[call-overload]  # None: no guess
        for before, after in pairwise(grey)
    ]
    field = np.stack(fields).astype(np.float64).mean(axis=0)
    return field[..., 0], field[..., 1]


def _soonness(clip: Tensor, a: Tensor, b: Tensor) -> Floats:
    """How soon B is seen at each place (h, w), beside the mean of all: a share of the time."""
    from_a = (clip - a).abs().sum(dim=1)
    from_b = (clip - b).abs().sum(dim=1)
    soon = (from_a / (from_a + from_b).clamp(min=_DIFFERENT)).mean(dim=0).numpy()
    return np.asarray(soon - soon.mean(), np.float64)


def main() -> int:
    """Measure all transitions and write them down."""
    parser = argparse.ArgumentParser(
        prog="python -m mlcore.components.suggesting.manner"
    )
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    transitions = components_of("transition")
    measured = manners_of(transitions)
    spread = measured.std(axis=0)
    scaled = ((measured - measured.mean(axis=0)) / spread).clip(-_MOST, _MOST)
    meaning = {"keys": [each.key for each in transitions], "names": NAMES}
    with written_whole(given.out) as temporary:
        save_file(
            {"manners": scaled.astype(np.float32)},
            temporary,
            {"manners": json.dumps(meaning)},
        )
    print(json.dumps({"out": str(given.out), "transitions": len(transitions)}))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
