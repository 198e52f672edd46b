"""Admin of what people keep, import and train: bins, cuts, training runs, storage."""

from __future__ import annotations

from django.contrib import admin

from catalog.admin.base import CatalogAdmin, WrittenByWorkers
from catalog.models import (
    Bin,
    BinItem,
    CutEvent,
    ImportedCut,
    Look,
    StorageRoot,
)


@admin.register(Bin)
class BinAdmin(WrittenByWorkers):
    """Bins; their items are changed on the bin's page."""

    list_display = ["name", "production", "made_by", "made_at"]
    list_filter = ["production"]
    list_select_related = ["production", "made_by"]
    search_fields = ["name"]


@admin.register(BinItem)
class BinItemAdmin(WrittenByWorkers):
    """Cuts that people keep."""

    list_display = [
        *["bin", "place", "kind", "leaving_title", "leaving_frame"],
        *["entering_title", "entering_frame", "made_by", "made_at"],
    ]
    list_filter = ["kind"]
    list_select_related = ["bin", "leaving_title", "entering_title", "made_by"]
    search_fields = ["bin__name", "note"]


@admin.register(ImportedCut)
class ImportedCutAdmin(WrittenByWorkers):
    """Timelines that were read."""

    list_display = ["name", "production", "title", "form", "made_by", "made_at"]
    list_filter = ["production", "form"]
    list_select_related = ["production", "title", "made_by"]
    search_fields = ["name"]


@admin.register(CutEvent)
class CutEventAdmin(WrittenByWorkers):
    """Clips of timelines."""

    list_display = [
        *["cut", "place", "source", "source_first", "source_end"],
        *["record_first", "record_end", "reel"],
    ]
    list_select_related = ["cut", "source"]
    search_fields = ["cut__name", "reel", "clip_name"]


@admin.register(Look)
class LookAdmin(WrittenByWorkers):
    """Looks, without their numbers."""

    list_display = ["name", "production", "sha256", "made_by", "made_at"]
    list_filter = ["production"]
    list_select_related = ["production", "made_by"]
    search_fields = ["name"]
    exclude = ["cube"]


@admin.register(StorageRoot)
class StorageRootAdmin(CatalogAdmin):
    """Storages as servers, Macs and Windows machines see them."""

    list_display = ["name", "server", "macos", "windows"]
    search_fields = ["name", "server"]
