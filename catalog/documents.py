"""What we say of a row to a program: the command line's and the API's documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from catalog.matchcuts import cut_of_item

if TYPE_CHECKING:
    from catalog.matchcuts import CutSide
    from catalog.models import (
        Bin,
        BinItem,
        CutEvent,
        EncoderVersion,
        ImportedCut,
        Job,
        MatchCandidate,
        Production,
        Shot,
        Title,
        Verdict,
    )

Document = dict[str, Any]


def production_document(production: Production) -> Document:
    """A production."""
    return {
        "id": production.pk,
        "name": production.name,
        "may_train": production.may_train,
    }


def title_document(title: Title) -> Document:
    """A title; `shots` and `matches` are counted for those `with_counts`."""
    return {
        "id": title.pk,
        "name": title.name,
        "production": title.production_id,
        "kind": title.kind,
        "version": title.version,
        "supersedes": title.supersedes_id,
        "state": title.state,
        "error": title.error,
        "same_as": title.same_as_id,
        "frames": title.frames,
        "rate": rate_text(title),
        "start_tc": title.start_tc or title.tc(0),
        "drop_frame": title.drop_frame,
        "reel": title.reel,
        "file": title.online_path() or title.added_path,
        "offline": title.offline,
        "added": title.created_at,
        "shots": getattr(title, "shot_count", None),
        "matches": getattr(title, "match_count", None),
    }


def rate_text(title: Title) -> str:
    """Frames a second, exact: 24000/1001."""
    return f"{title.rate_num}/{title.rate_den}"


def shot_document(shot: Shot) -> Document:
    """A shot; its title is read."""
    return {
        "id": shot.pk,
        "index": shot.index,
        "first_frame": shot.first_frame,
        "end_frame": shot.end_frame,
        "start_tc": shot.start_tc,
        "end_tc": shot.end_tc,
        "role": shot.role,
        "group": shot.group_id,
    }


def match_document(candidate: MatchCandidate, rank: int | None = None) -> Document:
    """A candidate with both sides; `rank` as listed, else that of its own search."""
    return {
        "id": candidate.pk,
        "rank": candidate.rank if rank is None else rank,
        "kind": candidate.kind,
        "score": candidate.score,
        "parts": candidate.parts,
        "leaving": _side(
            candidate.leaving, candidate.leaving_frame, candidate.handles("leaving")
        ),
        "entering": _side(
            candidate.entering, candidate.entering_frame, candidate.handles("entering")
        ),
        "transform": candidate.transform,
    }


def _side(shot: Shot, frame: int, handle_frames: int) -> Document:
    title = shot.title
    return {
        "title": title.pk,
        "title_name": str(title),
        "shot": shot.pk,
        "shot_index": shot.index,
        "frame": frame,
        "tc": title.tc(frame),
        "file": title.online_path() or title.added_path,
        "reel": title.reel,
        "handle_frames": handle_frames,
    }


def verdict_document(verdict: Verdict) -> Document:
    """What a person said of a pair."""
    return {
        "id": verdict.pk,
        "kind": verdict.kind,
        "value": verdict.value,
        "reason": verdict.reason,
        "leaving": _kept_side(verdict, "leaving"),
        "entering": _kept_side(verdict, "entering"),
        "made_at": verdict.made_at,
        "undone_at": verdict.undone_at,
        "carried_from": verdict.carried_from_id,
    }


def _kept_side(row: Verdict, side: str) -> Document:
    return {
        "title": getattr(row, f"{side}_title_id"),
        "first_frame": getattr(row, f"{side}_first"),
        "end_frame": getattr(row, f"{side}_end"),
        "frame": getattr(row, f"{side}_frame"),
    }


def bin_document(kept_in: Bin) -> Document:
    """A bin; `item_count` is annotated."""
    return {
        "id": kept_in.pk,
        "production": kept_in.production_id,
        "name": kept_in.name,
        "items": getattr(kept_in, "item_count", 0),
        "made_at": kept_in.made_at,
    }


def item_document(item: BinItem) -> Document:
    """One cut of a bin; both titles are read."""
    cut = cut_of_item(item)
    return {
        "id": item.pk,
        "bin": item.bin_id,
        "place": item.place,
        "kind": item.kind,
        "score": item.score,
        "parts": item.parts,
        "leaving": _cut_side(cut.leaving, cut.leaving_handle),
        "entering": _cut_side(cut.entering, cut.entering_handle),
        "transform": item.transform,
        "note": item.note,
        "made_at": item.made_at,
        "carried_from": item.carried_from_id,
    }


def _cut_side(side: CutSide, handle_frames: int) -> Document:
    title = side.title
    return {
        "title": title.pk,
        "title_name": str(title),
        "first_frame": side.first_frame,
        "end_frame": side.end_frame,
        "frame": side.frame,
        "tc": title.tc(side.frame),
        "file": title.online_path() or title.added_path,
        "reel": title.reel,
        "handle_frames": handle_frames,
    }


def job_document(job: Job) -> Document:
    """A job, with what it found once it is done."""
    return {
        "id": job.pk,
        "kind": job.kind,
        "title": job.title_id,
        "state": job.state,
        "stage": job.stage,
        "progress": job.progress,
        "error": job.error,
        "seconds": job.seconds,
        "result": job.result,
        "created_at": job.created_at,
        "ended_at": job.ended_at,
    }


def encoder_document(version: EncoderVersion) -> Document:
    """An encoder version."""
    return {
        "id": version.pk,
        "family": version.family,
        "name": version.name,
        "status": version.status,
        "weights_sha256": version.weights_sha256,
        "metrics": version.metrics,
        "parent": version.parent_id,
        "created_at": version.created_at,
    }


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
