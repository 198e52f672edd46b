"""An edit's back-end: loaded once an attempt, with as many frames at once as fit."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, TypeVar

from mlcore.editing.order import TooMany
from pipelines.editing.back_ends import load_back_end
from pipelines.editing.places import FRAMES, edit_of, needed, stages_folder
from pipelines.editing.previews import ShowingShelf

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from catalog.models import EditJob
    from mlcore.editing.order import Backend
    from pipelines.editing.back_ends import Loaded
    from pipelines.jobs import Claim

Work = TypeVar("Work")


class Loading:
    """Loads what an edit names when it is first asked for, and tells the job meanwhile."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self._loaded: Loaded | None = None

    def loaded(self) -> Loaded:
        """Return it. Raises PipelineError; Cancelled or LostClaim between parts of weights."""
        if self._loaded is None:
            edit = edit_of(self._claim)
            shelf = ShowingShelf(shelf_folder(edit), edit, needed(edit, FRAMES))
            self._loaded = load_back_end(edit.back_end, shelf, self._told)
        return self._loaded

    def forget(self) -> None:
        """Have its memory back: stages to come need none of it."""
        self._loaded = None

    def _told(self) -> None:
        self._claim.progress(0.0, "loading weights")


def shelf_folder(edit: EditJob) -> Path:
    """Where a back-end's finished stages lie."""
    return stages_folder(edit) / "shelf"


def as_fits(
    claim: Claim, edit: EditJob, back_end: Backend, work: Callable[[], Work]
) -> Work:
    """Return what comes of work with half as many frames at once, until they fit.

    How many stands on the row before it is tried, so that another attempt and another
    edit that reproduces this one take as many. Raises TooMany where the fewest do not fit;
    another attempt then begins with all.
    """
    _take_known(edit, back_end)
    while True:
        try:
            return work()
        except TooMany as error:
            fewer, sentence = error.fewer, str(error)
            if not fewer:
                _write(claim, edit, None)
                raise
        # What was begun with is held until here, by the error.
        gc.collect()
        claim.job.note(f"{sentence}: going on with those")
        _write(claim, edit, fewer)
        back_end.take(fewer)


def _take_known(edit: EditJob, back_end: Backend) -> None:
    """Take as many at once as an earlier attempt did, or the edit that is reproduced."""
    known = [edit, edit.reproduces] if edit.reproduces else [edit]
    for each in known:
        if at_once := each.inputs.get("at_once"):
            back_end.take(at_once)
            return


def _write(claim: Claim, edit: EditJob, at_once: int | None) -> None:
    edit.inputs = {
        name: said for name, said in edit.inputs.items() if name != "at_once"
    }
    if at_once:
        edit.inputs["at_once"] = at_once
    with claim.writing():
        edit.save(update_fields=["inputs"])
