"""Verbs that write several rows or ring the bell."""

from catalog.services.bins import (
    drop_item,
    keep_in_bin,
    make_bin,
    move_item,
    moved_to,
)
from catalog.services.chains import ask_chains, keep_chain
from catalog.services.cuts import merge_with_previous, split_shot
from catalog.services.jobs import add_job, cancel_job, retry_job, sweep_jobs
from catalog.services.locations import refresh_locations
from catalog.services.titles import (
    Refused,
    add_from,
    add_path,
    add_upload,
    default_production,
    media_files,
)
from catalog.services.verdicts import give_verdict, undo_verdict

__all__ = [
    "Refused",
    "add_from",
    "add_job",
    "add_path",
    "add_upload",
    "ask_chains",
    "cancel_job",
    "default_production",
    "drop_item",
    "give_verdict",
    "keep_chain",
    "keep_in_bin",
    "make_bin",
    "media_files",
    "merge_with_previous",
    "move_item",
    "moved_to",
    "refresh_locations",
    "retry_job",
    "split_shot",
    "sweep_jobs",
    "undo_verdict",
]
