"""The edit itself: foretold, carried out, told of step by step."""

from __future__ import annotations

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
from pipelines.editing.loading import as_fits, shelf_folder
from pipelines.editing.places import (
    COVER,
    FRAMES,
    MADE,
    REGION,
    edit_of,
    keep,
    kept,
    needed,
)
from pipelines.editing.previews import write_heat
from pipelines.editing.reading import target_picture
from pipelines.editing.telling import Told, shares_of
from pipelines.jobs import device, processor
from pipelines.media.files import write_whole

if TYPE_CHECKING:
    from catalog.models import EditJob
    from mlcore.editing.order import Backend, Edited
    from pipelines.editing.back_ends import Loaded
    from pipelines.editing.loading import Loading
    from pipelines.jobs import Claim

# Read when CUDA is first used: without it torch refuses to tune on a GPU (`exactly`), as
# cuBLAS may add in another order each time.
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
SOFTWARE = ("torch", "diffusers", "transformers", "opencv-python-headless", "numpy")


def foretell(loading: Loading, claim: Claim) -> None:
    """Load the back-end and write down what the edit will take on this very machine."""
    edit = edit_of(claim)
    if is_foretold(edit):
        return
    back_end, order = loading.loaded().back_end, _order(edit)
    as_fits(claim, edit, back_end, lambda: _foretold(claim, edit, back_end, order))


def _foretold(claim: Claim, edit: EditJob, back_end: Backend, order: EditOrder) -> None:
    edit.estimate = {}
    cost = back_end.cost(order, Told(claim, edit).step)
    with claim.writing():
        edit.estimate = {
            "frames": cost.frames,
            "seconds_a_frame": round(cost.seconds_a_frame, 4),
            "device": device(),
            "worker": platform.node(),
            "at_once": back_end.at_once,
            "shares": shares_of(back_end, order),
        }
        edit.save(update_fields=["estimate"])


def is_foretold(edit: EditJob) -> bool:
    """Whether this very machine has foretold what it takes: another is faster or slower."""
    here = {"device": device(), "worker": platform.node()}
    return all(edit.estimate.get(name) == told for name, told in here.items())


def make(loading: Loading, claim: Claim) -> None:
    """Carry the edit out, after the last stage that an earlier attempt has finished."""
    edit = edit_of(claim)
    if kept(edit, MADE) is not None:
        return
    loaded, order = loading.loaded(), _order(edit)
    edited, seconds = as_fits(
        claim, edit, loaded.back_end, lambda: _edited(claim, edit, loaded, order)
    )
    loading.forget()
    frames = edited.frames.permute(0, 2, 3, 1).contiguous().numpy()
    if edited.heat is not None:
        write_heat(edit, needed(edit, FRAMES), edited.heat.numpy())
    keep(edit, COVER, edited.cover.numpy().astype(np.float32))
    with claim.writing():
        edit.outcome = edit.outcome | {
            "spent": {
                "seconds": round(seconds, 3),
                "stages": {k: round(v, 3) for k, v in edited.seconds.items()},
                "frames": len(frames),
                "pixels": frames.shape[1] * frames.shape[2],
                "device": device(),
            },
        }
        edit.save(update_fields=["outcome"])
    # Last: its presence says that all is there, what it took, too.
    keep(edit, MADE, frames)


def _edited(
    claim: Claim, edit: EditJob, loaded: Loaded, order: EditOrder
) -> tuple[Edited, float]:
    """What comes of it, and the seconds it took.

    0 where it was not made in one go, which says nothing of how long it takes.
    """
    back_end = loaded.back_end
    if edit.estimate.get("at_once", 0) != back_end.at_once:
        _foretold(claim, edit, back_end, order)
    edit.inputs = edit.inputs | _computed_by(loaded)
    began_before = _begun_with(edit)
    with claim.writing():
        edit.save(update_fields=["inputs"])
    began = time.monotonic()
    edited = back_end.edit(order, Told(claim, edit).step)
    return edited, 0.0 if began_before else time.monotonic() - began


def _begun_with(edit: EditJob) -> bool:
    """Whether finished stages are there, made with all that the edit is made with now.

    Others are dropped, and files of a result that came of them: what the row says of
    weights and device holds for every pixel.
    """
    shelf = shelf_folder(edit)
    told, with_ = shelf / "made_with.json", json.dumps(edit.made_with, sort_keys=True)
    if not told.is_file() or told.read_text() != with_:
        shutil.rmtree(shelf, ignore_errors=True)
        shelf.mkdir(parents=True)
        write_whole(told, with_.encode())
    for name in (RESULT, COMPARE):
        local_path(edit.file_key(name)).unlink(missing_ok=True)
    return any(shelf.glob("*.safetensors"))


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
    at_once = loaded.back_end.at_once
    return {
        "weights_sha256": loaded.weights_sha256,
        "settings_sha256": loaded.settings_sha256,
        "computed_on": loaded.device,
        "device": device(),
        "processor": processor(),
        "worker": platform.node(),
        "threads": torch.get_num_threads(),
        "software": {name: version(name) for name in SOFTWARE},
        **({"at_once": at_once} if at_once else {}),
    }
