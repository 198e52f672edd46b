"""Components, what was found of them and what is suggested."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.documents import Document
    from catalog.models import (
        Acceptance,
        ComponentEmbedding,
        ComponentFinding,
        EditingComponent,
        Suggestion,
    )


def component_document(component: EditingComponent) -> Document:
    """A component."""
    return {
        "id": component.pk,
        "key": component.key,
        "label": component.label,
        "category": component.category,
        "base": component.base,
        "preset": component.preset,
        "settings": component.settings,
        "split": component.split,
        "offered": component.offered,
    }


def similar_document(near: ComponentEmbedding) -> Document:
    """One of `nearest_to`, with how alike it is: a cosine."""
    likeness = 1 - near.distance  # type: ignore[attr-defined]  # annotated
    return {"likeness": likeness, "component": component_document(near.component)}


def finding_document(finding: ComponentFinding) -> Document:
    """What detection says of a shot or a cut."""
    title, component = finding.title, finding.component
    return {
        "id": finding.pk,
        "title": title.pk,
        "shot": finding.shot_id,
        "cut_frame": finding.cut_frame,
        "first_frame": finding.first_frame,
        "end_frame": finding.end_frame,
        "tc": title.tc(finding.first_frame),
        "answer": finding.answer,
        "category": finding.category,
        "component": component.key if component else None,
        "nearest": finding.nearest.key if finding.nearest else None,
        "label": finding.label,
        "confidence": finding.confidence,
        "version": finding.version_id,
    }


def suggestion_document(suggestion: Suggestion) -> Document:
    """A suggestion; without a component it is the plain cut, or the shot as it stands."""
    component = suggestion.component
    return {
        "id": suggestion.pk,
        "rank": suggestion.rank,
        "component": component.key if component else None,
        "category": component.category if component else "",
        "label": suggestion.label,
        "confidence": suggestion.confidence,
        "reason": suggestion.reason,
        "before": suggestion.before,
        "after": suggestion.after,
        "version": suggestion.version_id,
    }


def acceptance_document(row: Acceptance) -> Document:
    """A person's choice; of a shot alone, `entering` is null."""
    component = row.component
    entering = None
    if row.entering_title_id is not None:
        entering = _side(row, "entering")
    return {
        "id": row.pk,
        "component": component.key if component else None,
        "label": row.label,
        "leaving": _side(row, "leaving"),
        "entering": entering,
        "before": row.before,
        "after": row.after,
        "made_at": row.made_at,
        "undone_at": row.undone_at,
        "carried_from": row.carried_from_id,
    }


def _side(row: Acceptance, side: str) -> Document:
    return {
        "title": getattr(row, f"{side}_title_id"),
        "first_frame": getattr(row, f"{side}_first"),
        "end_frame": getattr(row, f"{side}_end"),
        "frame": getattr(row, f"{side}_frame"),
    }
