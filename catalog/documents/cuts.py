"""Imported cuts and their events."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.documents import Document
    from catalog.models import CutEvent, ImportedCut


def cut_document(cut: ImportedCut) -> Document:
    """An imported timeline; `event_count` is annotated."""
    return {
        "id": cut.pk,
        "production": cut.production_id,
        "name": cut.name,
        "title": cut.title_id,
        "form": cut.form,
        "events": getattr(cut, "event_count", 0),
        "made_at": cut.made_at,
    }


def event_document(event: CutEvent) -> Document:
    """One clip of an imported timeline."""
    return {
        "place": event.place,
        "source": event.source_id,
        "source_first": event.source_first,
        "source_end": event.source_end,
        "record_first": event.record_first,
        "record_end": event.record_end,
        "reel": event.reel,
        "clip_name": event.clip_name,
    }
