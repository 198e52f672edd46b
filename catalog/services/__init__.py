"""Verbs that write several rows or ring the bell."""

from catalog.services.bins import (
    drop_item,
    keep_in_bin,
    make_bin,
    move_item,
    moved_to,
    put_back,
    rename_bin,
    set_note,
)
from catalog.services.carrying import (
    Carried,
    carried_to,
    carry_bin,
    carry_changes,
    carry_choices,
    carry_verdicts,
)
from catalog.services.chains import ask_chains, keep_chain
from catalog.services.components import (
    accept_for_cut,
    accept_for_shot,
    ask_every_preview,
    ask_recommendation,
    recommendation_key,
    standing_on_cut,
    standing_on_shot,
    suggested_for,
    take_back,
    with_accepted,
)
from catalog.services.cuts import merge_with_previous, split_shot
from catalog.services.exports import (
    Exported,
    Wishes,
    ask_loops,
    cuts_of_bin,
    cuts_of_matches,
    export_cuts,
    find_cuts,
)
from catalog.services.finding import ask_detection, ask_learning
from catalog.services.imports import import_cut
from catalog.services.jobs import add_job, cancel_job, retry_job, sweep_jobs
from catalog.services.locations import refresh_locations
from catalog.services.looks import keep_look
from catalog.services.rankings import (
    ask_promotion,
    ask_training,
    family_of,
    kind_of,
    promote_version,
    roll_back,
    trainable_kinds,
)
from catalog.services.retraining import (
    Foreseen,
    dry_run,
    ring_schedule,
    run_now,
)
from catalog.services.schedules import (
    check_schedule,
    drop_schedule,
    save_schedule,
)
from catalog.services.searches import ask_across, ask_search, keep_picture
from catalog.services.titles import (
    Refused,
    add_from,
    add_path,
    add_upload,
    default_production,
    media_files,
)
from catalog.services.training import (
    begin_run,
    cancel_run,
    reopen_run,
    resume_run,
)
from catalog.services.verdicts import give_verdict, label_pair, undo_verdict

__all__ = [
    "Carried",
    "Exported",
    "Foreseen",
    "Refused",
    "Wishes",
    "accept_for_cut",
    "accept_for_shot",
    "add_from",
    "add_job",
    "add_path",
    "add_upload",
    "ask_across",
    "ask_chains",
    "ask_detection",
    "ask_every_preview",
    "ask_learning",
    "ask_loops",
    "ask_promotion",
    "ask_recommendation",
    "ask_search",
    "ask_training",
    "begin_run",
    "cancel_job",
    "cancel_run",
    "carried_to",
    "carry_bin",
    "carry_changes",
    "carry_choices",
    "carry_verdicts",
    "check_schedule",
    "cuts_of_bin",
    "cuts_of_matches",
    "default_production",
    "drop_item",
    "drop_schedule",
    "dry_run",
    "export_cuts",
    "family_of",
    "find_cuts",
    "give_verdict",
    "import_cut",
    "keep_chain",
    "keep_in_bin",
    "keep_look",
    "keep_picture",
    "kind_of",
    "label_pair",
    "make_bin",
    "media_files",
    "merge_with_previous",
    "move_item",
    "moved_to",
    "promote_version",
    "put_back",
    "recommendation_key",
    "refresh_locations",
    "rename_bin",
    "reopen_run",
    "resume_run",
    "retry_job",
    "ring_schedule",
    "roll_back",
    "run_now",
    "save_schedule",
    "set_note",
    "split_shot",
    "standing_on_cut",
    "standing_on_shot",
    "suggested_for",
    "sweep_jobs",
    "take_back",
    "trainable_kinds",
    "undo_verdict",
    "with_accepted",
]
