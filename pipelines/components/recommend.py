"""What would go on a cut or a shot, by the recommender in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.models import EncoderVersion, Suggestion
from pipelines.errors import PipelineError

if TYPE_CHECKING:
    from pipelines.jobs import Claim

Family = EncoderVersion.Family


def recommend(claim: Claim) -> None:
    """See that suggestions of the live recommender are there for a job's cut or shot.

    Raises PipelineError where no recommender is live, or it has said nothing of these.
    """
    live = EncoderVersion.objects.actives().filter(family=Family.RECOMMENDER)
    if not live.exists():
        raise PipelineError(
            "No recommender is in use yet: nothing has been learned from finished titles."
        )
    subject = claim.job.subject
    said = Suggestion.objects.filter(
        version__in=live,
        leaving=subject["leaving"],
        entering=subject.get("entering"),
    )
    if not said.exists():
        raise PipelineError("The recommender in use has said nothing of these shots.")
