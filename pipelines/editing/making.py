"""The edit itself: foretold, carried out, told of step by step."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import time
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from catalog.files import local_path
from catalog.services.edits import COMPARE, RESULT
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
from pipelines.editing.telling import Told, shares_of
from pipelines.jobs import device
from pipelines.media.files import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from catalog.models import EditJob
    from mlcore.editing.order import Backend
    from pipelines.editing.back_ends import Loaded
    from pipelines.jobs import Claim

# Read when CUDA is first used: without it torch refuses to tune on a GPU (`exactly`), as
# cuBLAS may add in another order each time.
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
SOFTWARE = ("torch", "diffusers", "transformers", "opencv-python-headless", "numpy")


def foretell(claim: Claim) -> None:
    """Load the back-end and write down what the edit will take on this very machine."""
    edit = edit_of(claim)
    if is_foretold(edit):
        return
    back_end, order = _loaded(edit).back_end, _order(edit)
    cost = back_end.cost(order, Told(claim, edit).step)
    with claim.writing():
        edit.estimate = {
            "frames": cost.frames,
            "seconds_a_frame": round(cost.seconds_a_frame, 4),
            "device": device(),
            "worker": platform.node(),
            "shares": shares_of(back_end, order),
        }
        edit.save(update_fields=["estimate"])


def is_foretold(edit: EditJob) -> bool:
    """Whether this very machine has foretold what it takes: another is faster or slower."""
    here = {"device": device(), "worker": platform.node()}
    return all(edit.estimate.get(name) == told for name, told in here.items())


def make(claim: Claim) -> None:
    """Carry the edit out, after the last stage that an earlier attempt has finished."""
    edit = edit_of(claim)
    if kept(edit, MADE) is not None:
        return
    loaded = _loaded(edit)
    edit.inputs = edit.inputs | _computed_by(loaded)
    began_before = _begun_with(edit)
    with claim.writing():
        edit.save(update_fields=["inputs"])
    began = time.monotonic()
    told = Told(claim, edit)
    edited = loaded.back_end.edit(_order(edit), told.step)
    seconds = time.monotonic() - began
    frames = edited.frames.permute(0, 2, 3, 1).contiguous().numpy()
    if edited.heat is not None:
        write_heat(edit, needed(edit, FRAMES), edited.heat.numpy())
    keep(edit, COVER, edited.cover.numpy().astype(np.float32))
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
    # Last: its presence says that all is there, what it took, too.
    keep(edit, MADE, frames)


def _begun_with(edit: EditJob) -> bool:
    """Whether finished stages are there, made with all that the edit is made with now.

    Others are dropped, and files of a result that came of them: what the row says of
    weights and device holds for every pixel.
    """
    shelf = _shelf_folder(edit)
    told, with_ = shelf / "made_with.json", json.dumps(edit.made_with, sort_keys=True)
    if not told.is_file() or told.read_text() != with_:
        shutil.rmtree(shelf, ignore_errors=True)
        shelf.mkdir(parents=True)
        write_whole(told, with_.encode())
    for name in (RESULT, COMPARE):
        local_path(edit.file_key(name)).unlink(missing_ok=True)
    return any(shelf.glob("*.safetensors"))


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
