"""What would go on a cut, by the recommender in use, and only what the handles allow."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from catalog.files import local_path
from catalog.handles import halves, room_of
from catalog.matchcuts import side_of
from catalog.models import EncoderVersion, Shot
from mlcore.components.suggesting.choosing import Choice, choose
from mlcore.components.suggesting.keeping import Kept, load_recommenders
from mlcore.components.suggesting.measures import MEASURES, SHOT_MEASURES
from pipelines.components.examples import (
    CATEGORIES,
    CUTS,
    SHOTS,
    contexts_at,
    known_components,
    shot_contexts,
)
from pipelines.components.kept import Suggested, replace_suggestions
from pipelines.errors import PipelineError
from pipelines.trained import weights_key

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mlcore.components.suggesting.context import Contexts
    from pipelines.components.examples import Known
    from pipelines.jobs import Claim

Family = EncoderVersion.Family

TOP = 10
"""Suggestions that are kept for a cut, the plain one among them."""

LENGTH_SECONDS = 1.0
"""How long a transition is suggested to be where the handles allow it."""

SHORTEST_SECONDS = 0.2
"""Below this a transition is a flaw."""


def recommend(claim: Claim) -> None:
    """Write what the live recommender suggests for a job's cut, or for its one shot.

    Raises PipelineError where no recommender is live, or a shot is gone.
    """
    version = _live()
    subject = claim.job.subject
    keys = [subject[side] for side in ("leaving", "entering") if subject.get(side)]
    found = Shot.objects.select_related("title").in_bulk(keys)
    if len(found) < len(keys):
        raise PipelineError("A shot is gone; its title was detected again. Reload.")
    shots = [found[key] for key in keys]
    if len(shots) == 1:
        [shot] = shots
        leaving, entering = (shot, shot.first_frame + shot.frames // 2), None
        suggested = suggestions_on(version, shot)
    else:
        leaving, entering = (shots[0], subject["out"]), (shots[1], subject["in"])
        suggested = suggestions_at(version, leaving, entering)
    with claim.writing():
        replace_suggestions(version, leaving, entering, suggested)


def _live() -> EncoderVersion:
    live = EncoderVersion.objects.actives().filter(family=Family.RECOMMENDER).first()
    if live is None:
        raise PipelineError(
            "No recommender is in use yet: an admin has it learn from finished titles on the page Components."
        )
    return live


def suggestions_at(
    version: EncoderVersion, leaving: tuple[Shot, int], entering: tuple[Shot, int]
) -> list[Suggested]:
    """Return up to TOP suggestions for a cut between two shots at these frames, ranked."""
    room = room_of(side_of(*leaving), side_of(*entering))
    rate = float(leaving[0].title.rate)
    length = min(room.before + room.after, round(LENGTH_SECONDS * rate))
    fits = length >= SHORTEST_SECONDS * rate
    where = (leaving[0].pk, leaving[1], entering[0].pk, entering[1])
    context = contexts_at([where], [leaving[0], entering[0]])
    before, after = halves(length, room) if fits else (0, 0)
    return [
        replace(each, before=before, after=after) if each.component else each
        for each in _ranked(version, CUTS, context, possible=fits)
    ]


def suggestions_on(version: EncoderVersion, shot: Shot) -> list[Suggested]:
    """Return up to TOP suggestions for one shot alone, ranked."""
    return _ranked(version, SHOTS, shot_contexts([shot], [shot]), possible=True)


def _ranked(
    version: EncoderVersion, what: str, context: Contexts, *, possible: bool
) -> list[Suggested]:
    kept = _kept(version.weights_sha256)[what]
    known = _known(version, what) if possible else None
    keys = known.keys if known else ()
    dims = kept.recommender.matrix.shape[1]
    # One of before transitions' manners were told goes on without them: they come last.
    embeddings = known.embeddings[:, :dims] if known else np.zeros((0, dims))
    used = dict(zip(kept.keys, kept.counts.tolist(), strict=True))
    counts = np.array([used.get(key, 0.0) for key in keys])
    choices = choose(kept.recommender, context, embeddings, counts, top=TOP)
    return [
        _suggested(each, keys, counts)
        if possible
        else Suggested(None, each.confidence, "the handles allow no transition")
        for each in choices
    ]


def _known(version: EncoderVersion, what: str) -> Known:
    """Components by the embeddings that the recommender was learned with."""
    encoder = EncoderVersion.objects.filter(
        pk=version.config.get("component_version"), family=Family.COMPONENT
    ).first()
    if encoder is None:
        raise PipelineError(
            "The recommender belongs to another component encoder; have it learn again."
        )
    return known_components(encoder, CATEGORIES[what])


def _suggested(
    choice: Choice, keys: tuple[str, ...], counts: NDArray[np.float64]
) -> Suggested:
    if choice.place is None:
        said = "nothing is laid where it is like this in your titles"
        return Suggested(None, choice.confidence, _reason(choice, said))
    times = int(counts[choice.place])
    said = f"used {times} times" if times > 1 else "used once"
    said = f"{said} in your titles" if times else "not used in your titles yet"
    return Suggested(keys[choice.place], choice.confidence, _reason(choice, said))


def _reason(choice: Choice, otherwise: str) -> str:
    """As a sentence without its full stop: what in the cut speaks for it, and its use."""
    return "; ".join([*choice.measures, otherwise])


@lru_cache(maxsize=4)
def _kept(sha256: str) -> dict[str, Kept]:
    measures = {CUTS: MEASURES, SHOTS: SHOT_MEASURES}
    try:
        return load_recommenders(local_path(weights_key(sha256)), measures)
    except (OSError, ValueError) as error:
        raise PipelineError(
            f"The recommender cannot be loaded ({error}); have it learn again."
        ) from None
