"""An edit, from a row to its files: every stage looks at what is there already."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mlcore.editing.memory import within_memory
from pipelines.editing.back_ends import one_sentence
from pipelines.editing.loading import Loading
from pipelines.editing.making import foretell, is_foretold, make
from pipelines.editing.measuring import measure
from pipelines.editing.places import edit_of
from pipelines.editing.reading import read_inputs
from pipelines.editing.regions import find_region
from pipelines.editing.writing import write_result

if TYPE_CHECKING:
    from catalog.models import EditJob
    from pipelines.jobs import Claim, Work


def edit_shot(claim: Claim) -> None:
    """Do what an edit asks for. Raises PipelineError where memory runs out in any stage."""
    edit = edit_of(claim)
    _foretold_again(claim, edit)
    loading = Loading(claim)
    stages: dict[str, Work] = {
        "read": read_inputs,
        "region": find_region,
        "foretell": partial(foretell, loading),
        "edit": partial(make, loading),
        "measure": measure,
        "write": write_result,
    }
    with one_sentence(edit.back_end), within_memory(edit.frames):
        claim.do_stages(stages)


def _foretold_again(claim: Claim, edit: EditJob) -> None:
    """Have it foretold once more where another worker than this one has done so."""
    if not is_foretold(edit) and "edit" not in claim.job.seconds:
        kept = [each for each in claim.job.finished if each[0] != "foretell"]
        claim.job.finished = kept
