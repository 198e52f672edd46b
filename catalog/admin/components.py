"""Admin of editing components, of what is found and suggested, and of what people chose."""

from __future__ import annotations

from django.contrib import admin

from catalog.admin.base import WrittenByWorkers
from catalog.models import (
    Acceptance,
    ComponentEmbedding,
    ComponentFinding,
    ComponentPlace,
    EditingComponent,
    Suggestion,
)


@admin.register(EditingComponent)
class EditingComponentAdmin(WrittenByWorkers):
    """Components; one that somebody chose cannot be deleted."""

    list_display = ["label", "key", "category", "split", "offered"]
    list_filter = ["category", "split", "offered"]
    search_fields = ["key", "label"]


@admin.register(ComponentEmbedding)
class ComponentEmbeddingAdmin(WrittenByWorkers):
    """Embeddings, without their numbers."""

    list_display = ["component", "version", "clips"]
    list_filter = ["version"]
    list_select_related = ["component", "version"]
    search_fields = ["component__key"]
    exclude = ["vector"]


@admin.register(ComponentPlace)
class ComponentPlaceAdmin(WrittenByWorkers):
    """Points of the map."""

    list_display = ["component", "version", "x", "y"]
    list_filter = ["version"]
    list_select_related = ["component", "version"]
    search_fields = ["component__key"]


@admin.register(ComponentFinding)
class ComponentFindingAdmin(WrittenByWorkers):
    """What detection found."""

    list_display = [
        *["title", "first_frame", "end_frame", "answer", "category"],
        *["component", "confidence", "version"],
    ]
    list_filter = ["answer", "category", "version"]
    list_select_related = ["title", "component", "version"]
    search_fields = ["title__name", "component__key"]


@admin.register(Suggestion)
class SuggestionAdmin(WrittenByWorkers):
    """What was suggested."""

    list_display = ["leaving", "entering", "rank", "label", "confidence", "version"]
    list_filter = ["version"]
    list_select_related = [
        *["leaving__title", "entering__title", "component", "version"]
    ]
    search_fields = ["leaving__title__name", "component__key"]


@admin.register(Acceptance)
class AcceptanceAdmin(WrittenByWorkers):
    """What people chose; taken back or not."""

    list_display = [
        *["label", "leaving_title", "leaving_frame", "entering_title"],
        *["entering_frame", "made_by", "made_at", "undone_at"],
    ]
    list_select_related = [*["component", "leaving_title", "entering_title", "made_by"]]
    search_fields = ["component__key", "leaving_title__name"]
