"""The edit itself: foretold, carried out, told of step by step."""

from __future__ import annotations

import hashlib
import os
import platform
import time
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from catalog.models import EditJob
from mlcore.editing.order import EditOrder
from pipelines.editing.back_ends import load_back_end
from pipelines.editing.places import (
    COVER,
    FRAMES,
    MADE,
    REGION,
    edit_of,
    keep,
    kept,
    needed,
    stages_folder,
)
from pipelines.editing.previews import ShowingShelf, write_heat
from pipelines.editing.reading import target_picture
from pipelines.jobs import device

if TYPE_CHECKING:
    from pathlib import Path

    from mlcore.editing.order import Backend
    from pipelines.editing.back_ends import Loaded
    from pipelines.jobs import Claim

# Read when CUDA is first used: without it torch refuses to tune on a GPU (`exactly`), as
# cuBLAS may add in another order each time.
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
TOLD_EVERY = 0.5
"""Seconds between two writes of the edit's row."""
SOFTWARE = ("torch", "diffusers", "transformers", "opencv-python-headless", "numpy")


def foretell(claim: Claim) -> None:
    """Load the back-end and write down what the edit will take on this very machine."""
    edit = edit_of(claim)
    if edit.estimate:
        return
    loaded = _loaded(edit)
    cost = loaded.back_end.cost(_order(edit), _Told(claim, edit).step)
    with claim.writing():
        edit.estimate = {
            "frames": cost.frames,
            "seconds_a_frame": round(cost.seconds_a_frame, 4),
            "device": device(),
        }
        edit.save(update_fields=["estimate"])


def make(claim: Claim) -> None:
    """Carry the edit out, after the last stage that an earlier attempt has finished."""
    edit = edit_of(claim)
    if kept(edit, MADE) is not None:
        return
    began_before = any(_shelf_folder(edit).glob("*.safetensors"))
    loaded = _loaded(edit)
    with claim.writing():
        edit.inputs = edit.inputs | _computed_by(loaded)
        edit.save(update_fields=["inputs"])
    began = time.monotonic()
    told = _Told(claim, edit)
    edited = loaded.back_end.edit(_order(edit), told.step)
    seconds = time.monotonic() - began
    frames = edited.frames.permute(0, 2, 3, 1).contiguous().numpy()
    if edited.heat is not None:
        write_heat(edit, needed(edit, FRAMES), edited.heat.numpy())
    keep(edit, COVER, edited.cover.numpy().astype(np.float32))
    # Last: its presence says that all is there.
    keep(edit, MADE, frames)
    with claim.writing():
        edit.outcome = edit.outcome | {
            "spent": {
                # What was not made in one go says nothing of how long it takes.
                "seconds": 0.0 if began_before else round(seconds, 3),
                "stages": {k: round(v, 3) for k, v in edited.seconds.items()},
                "frames": len(frames),
                "pixels": frames.shape[1] * frames.shape[2],
                "device": device(),
            },
        }
        edit.save(update_fields=["outcome"])


class _Told:
    """Tells the job and the edit's row how far a back-end is; stops it when asked to."""

    def __init__(self, claim: Claim, edit: EditJob) -> None:
        self._claim, self._edit = claim, edit
        self._at, self._stage = 0.0, ""

    def step(self, stage: str, done: int, of: int) -> None:
        """Hear of a step. Raises Cancelled or LostClaim where the edit should end."""
        if stage != self._stage or time.monotonic() - self._at >= TOLD_EVERY:
            self._stage, self._at = stage, time.monotonic()
            with self._claim.writing():
                EditJob.objects.filter(pk=self._edit.pk).update(
                    stage=stage, step=done, step_count=of
                )
        self._claim.progress(done / max(1, of), f"{stage} {done} of {of}")


def _loaded(edit: EditJob) -> Loaded:
    shelf = ShowingShelf(_shelf_folder(edit), edit, needed(edit, FRAMES))
    return load_back_end(edit.back_end, shelf)


def _shelf_folder(edit: EditJob) -> Path:
    return stages_folder(edit) / "shelf"


def _order(edit: EditJob) -> EditOrder:
    frames = torch.from_numpy(np.array(needed(edit, FRAMES)))
    region = kept(edit, REGION)
    return EditOrder(
        frames=frames.permute(0, 3, 1, 2),
        picture=torch.from_numpy(target_picture(edit).transpose(2, 0, 1).copy()),
        source_prompt=edit.source_prompt,
        target_prompt=edit.target_prompt,
        region=None if region is None else torch.from_numpy(np.array(region)),
        seed=edit.seed,
        steps=edit.steps,
        strength=edit.strength,
    )


def _computed_by(loaded: Loaded) -> dict[str, Any]:
    return {
        "weights_sha256": loaded.weights_sha256,
        "settings_sha256": _settings_of(loaded.back_end),
        "computed_on": loaded.device,
        "device": device(),
        "worker": platform.node(),
        "threads": torch.get_num_threads(),
        "software": {name: version(name) for name in SOFTWARE},
    }


def _settings_of(back_end: Backend) -> str:
    """A digest of how the back-end is set, which a release may change."""
    told = repr(getattr(back_end, "config", back_end.name))
    return hashlib.sha256(told.encode()).hexdigest()[:16]
