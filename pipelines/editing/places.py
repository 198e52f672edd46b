"""Where an edit's half-done work lies, and how its arrays are kept."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import numpy as np

from catalog.files import local_path
from catalog.models import EditJob
from pipelines.errors import PipelineError
from pipelines.media.files import whole_file

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from pipelines.jobs import Claim

FRAMES, REGION, MADE, COVER = "frames", "region", "made", "cover"


def edit_of(claim: Claim) -> EditJob:
    """The edit that a job is. Raises PipelineError when it is gone."""
    rows = EditJob.objects.select_related("title__source", "title__look", "reproduces")
    edit = rows.filter(pk=claim.job.subject.get("edit", 0)).first()
    if edit is None:
        raise PipelineError("This edit is no longer there.")
    return edit


def stages_folder(edit: EditJob) -> Path:
    """What its stages leave for one another; gone when it is done."""
    folder = local_path(edit.file_key("stages"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def keep(edit: EditJob, name: str, array: NDArray[Any]) -> None:
    """Write an array, whole or not at all."""
    with (
        whole_file(stages_folder(edit) / f"{name}.npy") as temporary,
        temporary.open("wb") as out,
    ):
        np.save(out, array, allow_pickle=False)


def kept(edit: EditJob, name: str) -> NDArray[Any] | None:
    """Return an array that was kept, read as it is used; None: it was not."""
    path = stages_folder(edit) / f"{name}.npy"
    if not path.is_file():
        return None
    found: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    return found


def needed(edit: EditJob, name: str) -> NDArray[Any]:
    """Return an array that an earlier stage has kept."""
    found = kept(edit, name)
    if found is None:
        raise PipelineError(
            f"What was made of {edit} so far is gone; ask for the same again."
        )
    return found


def forget_stages(edit: EditJob) -> None:
    """Remove what stages left for one another."""
    shutil.rmtree(stages_folder(edit), ignore_errors=True)
