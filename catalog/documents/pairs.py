"""Pairs, what people said of them, and the bins they are kept in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.matchcuts import cut_of_item

if TYPE_CHECKING:
    from catalog.documents import Document
    from catalog.matchcuts import CutSide
    from catalog.models import Bin, BinItem, MatchCandidate, Shot, Verdict


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
