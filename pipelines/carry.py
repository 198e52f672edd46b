"""A new version of a title keeps what people said of the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.files import local_path, publish, working_folder
from catalog.recuts import map_key, read_map, write_map
from catalog.services import carry_changes, carry_choices, carry_verdicts
from mlcore.shots.detect import find_shots
from mlcore.shots.recut import kept_frames
from pipelines.segment import load_signals

if TYPE_CHECKING:
    from pathlib import Path

    from catalog.models import Job, Title
    from mlcore.shots.signals import Signals
    from pipelines.jobs import Claim, Work


def with_older(title: Title, segment: Work) -> dict[str, Work]:
    """The stages about the shots: of a new version also what the older one has to give.

    Cuts that people have set are carried before the shots are found, so that each shot
    is given its role once; verdicts after, since they are kept by the new shots' frames.
    """
    if title.supersedes_id is None:
        return {"shots": segment}
    return {"align": align, "shots": segment, "carry": carry}


def align(claim: Claim) -> None:
    """Find the older version's frames in this one, and set its cuts made by hand."""
    title, older = claim.title, claim.title.supersedes
    if older is None or not _comparable(claim, title, older):
        return
    if read_map(title) is None:
        _write(claim.job, title, _spans(title, older))
    found = read_map(title)
    if found is None:
        raise ValueError(f"the map of {title} was written and cannot be read")
    with claim.writing():
        cuts = carry_changes(title, older, found)
    claim.job.note(
        f"{found.frames} of {older.frames} frames of version {older.version} are here; "
        f"{cuts} cuts made by hand were carried"
    )


def carry(claim: Claim) -> None:
    """Repeat the verdicts and choices on the older version whose frames are here."""
    title, older = claim.title, claim.title.supersedes
    found = read_map(title)
    if older is None or found is None:
        return
    with claim.writing():
        made = carry_verdicts(title, older, found)
        chosen = carry_choices(title, older, found)
    claim.job.note(
        f"{made} verdicts on version {older.version} were carried, "
        f"{chosen} choices of components"
    )


def _comparable(claim: Claim, title: Title, older: Title) -> bool:
    if not older.proxy_key or not _signals(older).exists():
        claim.job.note(f"version {older.version} was never read: nothing is carried")
        return False
    if older.rate != title.rate:
        claim.job.note(
            f"version {older.version} has {float(older.rate):g} frames a second, this "
            f"one {float(title.rate):g}: nothing is carried"
        )
        return False
    return True


def _signals(title: Title) -> Path:
    return local_path(f"{title.proxy_key.rpartition('/')[0]}/signals.npy")


def _spans(title: Title, older: Title) -> list[tuple[int, int, int]]:
    old, new = load_signals(older), load_signals(title)
    found = kept_frames(
        old.tint,
        new.tint,
        old_cuts=_cuts(old, older),
        new_cuts=_cuts(new, title),
    )
    return [(kept.old, kept.new, kept.frames) for kept in found]


def _cuts(signals: Signals, title: Title) -> list[int]:
    return [span.first for span in find_shots(signals, title.rate)[1:]]


def _write(job: Job, title: Title, spans: list[tuple[int, int, int]]) -> None:
    folder = working_folder(f"recut-{job.pk}")
    path = folder / "map.json"
    path.write_text(write_map(spans))
    publish(path, map_key(title))
    folder.rmdir()
