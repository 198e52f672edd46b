"""Editing components for tests: rows of what this release draws, and what is said of them."""

from collections.abc import Sequence

from django.contrib.auth.models import User

from catalog.matchcuts import cut_of_candidate
from catalog.models import (
    Acceptance,
    ComponentEmbedding,
    ComponentFinding,
    ComponentPlace,
    EditingComponent,
    EncoderVersion,
    MatchCandidate,
    Production,
    Shot,
    Suggestion,
    Title,
)
from catalog.previews import preview_key, preview_still_key
from catalog.services import accept_for_cut
from mlcore.components.component import Component
from mlcore.components.programs.registry import PROGRAMS
from tests.factories import add_encoder, add_pair, write_file

DISSOLVE = "transition/cross dissolve/0"


def dissolves() -> list[Component]:
    """The components of the one transition that needs nothing but torch."""
    program = PROGRAMS["transition", "cross dissolve"]
    return [program.component(preset) for preset in range(len(program.presets))]


def add_component(key: str = DISSOLVE, **fields: object) -> EditingComponent:
    """A component by its key; the dissolve is one that is really drawn."""
    category, base, preset = key.split("/")
    defaults = {
        "category": category,
        "base": base,
        "preset": int(preset),
        "label": base.capitalize()
        if preset == "0"
        else f"{base.capitalize()} {preset}",
        "settings": {"hardness": 1.0} if key == DISSOLVE else {"size": 0.5},
    }
    return EditingComponent.objects.get_or_create(
        key=key, defaults={**defaults, **fields}
    )[0]


def add_embedding(
    component: EditingComponent, vector: Sequence[float], *, status: str = "active"
) -> ComponentEmbedding:
    """Where a component stands, by the active version or one of another status."""
    version = add_encoder(EncoderVersion.Family.COMPONENT, status=status)
    return ComponentEmbedding.objects.create(
        component=component, version=version, vector=list(vector), clips=5
    )


def add_place(component: EditingComponent, x: float, y: float) -> ComponentPlace:
    """A point on the map of the active version."""
    version = add_encoder(EncoderVersion.Family.COMPONENT)
    return ComponentPlace.objects.create(component=component, version=version, x=x, y=y)


def add_finding(
    title: Title,
    cut_frame: int,
    component: EditingComponent | None = None,
    version: EncoderVersion | None = None,
    nearest: EditingComponent | None = None,
) -> ComponentFinding:
    """A transition found at a cut; without a component one that is not known."""
    return ComponentFinding.objects.create(
        title=title,
        version=version or add_encoder(EncoderVersion.Family.COMPONENT),
        cut_frame=cut_frame,
        first_frame=cut_frame - 6,
        end_frame=cut_frame + 6,
        answer="known" if component else "unknown",
        category="transition",
        component=component,
        nearest=nearest,
        confidence=0.8,
    )


def add_suggestion(
    candidate: MatchCandidate, component: EditingComponent | None, **fields: object
) -> Suggestion:
    """A suggestion for a candidate's cut, at its frames; None is the plain cut."""
    version = add_encoder(EncoderVersion.Family.RECOMMENDER)
    where = {
        "version": version,
        "leaving": candidate.leaving,
        "leaving_frame": candidate.leaving_frame,
        "entering": candidate.entering,
        "entering_frame": candidate.entering_frame,
    }
    length = {"before": 4, "after": 4} if component else {}
    defaults = {
        "rank": Suggestion.objects.filter(**where).count() + 1,
        "confidence": 0.4,
        "reason": "used where the camera moves like this",
        "component": component,
    }
    return Suggestion.objects.create(**{**where, **defaults, **length, **fields})


def add_shot_suggestion(
    shot: Shot, component: EditingComponent | None, **fields: object
) -> Suggestion:
    """A suggestion for one shot alone; None leaves it as it stands."""
    version = add_encoder(EncoderVersion.Family.RECOMMENDER)
    where = {"version": version, "leaving": shot, "entering": None}
    defaults = {
        "leaving_frame": shot.first_frame + shot.frames // 2,
        "rank": Suggestion.objects.filter(**where).count() + 1,
        "confidence": 0.3,
        "reason": "used in shots as dark as this",
        "component": component,
    }
    return Suggestion.objects.create(**where, **{**defaults, **fields})


def roomy_pair(production: Production | None = None) -> MatchCandidate:
    """A pair at 25 frames a second with 20 frames beyond the cut on both sides."""
    return add_pair(production, leaving_frame=79, entering_frame=220)


def add_acceptance(
    candidate: MatchCandidate,
    component: EditingComponent | None,
    user: User | None = None,
    *,
    before: int = 4,
    after: int = 4,
) -> Acceptance:
    """A choice for a candidate's cut."""
    return accept_for_cut(
        cut_of_candidate(candidate), component, user=user, before=before, after=after
    )


def write_preview(component: EditingComponent, clip: bytes = b"clip") -> None:
    """Put a component's preview in its place."""
    write_file(preview_still_key(component), b"still")
    write_file(preview_key(component), clip)
