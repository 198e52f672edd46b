"""From cuts that a person may see to files for their editing program."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalog.exports import (
    FORMATS,
    LOOPS,
    TARGETS,
    Lengths,
    Planner,
    Unwritable,
    rate_named,
)
from catalog.exports.loops import loops_subject
from catalog.exports.paths import SYSTEMS
from catalog.exports.sources import sources_of
from catalog.exports.text import one_line
from catalog.matchcuts import MatchCut, cut_of_candidate, cut_of_item
from catalog.models import Bin, BinItem, Job, MatchCandidate, StorageRoot
from catalog.rushes import rushes_of
from catalog.services.components import with_accepted
from catalog.services.jobs import add_job
from catalog.services.titles import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import User

MOST_CUTS, MOST_LOOPS = 2000, 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Wishes:
    """What an export is to be: `rate` "" is the commonest, `target` "" no program.

    Raises Refused for a word that means nothing.
    """

    form: str
    rate: str = ""
    handles: int = 24
    seconds: float = 2.0
    paths: str = "server"
    target: str = ""
    from_rushes: bool = False

    def __post_init__(self) -> None:
        known = {
            "form": (self.form, (*FORMATS, LOOPS)),
            "paths": (self.paths, SYSTEMS),
            "target": (self.target, ("", *TARGETS)),
        }
        for name, (given, words) in known.items():
            if given not in words:
                listed = ", ".join(word for word in words if word)
                raise Refused(f"{given!r} is not a {name} of an export: take {listed}.")
        try:
            Lengths(seconds=self.seconds, handles=self.handles)
            if self.rate:
                rate_named(self.rate)
        except Unwritable as error:
            raise Refused(str(error)) from None


@dataclass(frozen=True, kw_only=True, slots=True)
class Exported:
    """The files by their names, how many events they hold, and what to know of them."""

    files: dict[str, bytes]
    events: int
    warnings: list[str]

    def as_one(self, name: str) -> tuple[str, bytes]:
        """One file to download: the only one, or all of them in a ZIP."""
        if len(self.files) == 1:
            return next(iter(self.files.items()))
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            for each, content in self.files.items():
                packed.writestr(zipfile.ZipInfo(each), content)
        return f"{file_stem(name)}.zip", out.getvalue()


def cuts_of_matches(keys: Sequence[int], user: User | None) -> list[MatchCut]:
    """The cuts of these candidates, in this order; `user` None sees everything.

    Raises Refused when one is not there or not theirs to see.
    """
    found = MatchCandidate.objects.all()
    if user is not None:
        found = found.visible_to(user)
    wanted = list(dict.fromkeys(keys))
    _check_number(len(wanted), "Name at least one match.")
    sides = found.select_related("leaving__title__source", "entering__title__source")
    rows = sides.in_bulk([key for key in wanted if key < 2**63])
    missing = [str(key) for key in wanted if key not in rows]
    if missing:
        raise Refused(f"There is no match {', '.join(missing)}.")
    return [cut_of_candidate(rows[key]) for key in wanted]


def cuts_of_bin(kept_in: Bin, user: User | None) -> list[MatchCut]:
    """The cuts of a bin in its order. Raises Refused for an empty one."""
    found = BinItem.objects.filter(bin=kept_in)
    if user is not None:
        found = found.visible_to(user)
    items = found.select_related("leaving_title__source", "entering_title__source")
    cuts = [cut_of_item(item) for item in items.order_by("place", "pk")]
    _check_number(len(cuts), f"The bin {kept_in} holds no cuts.")
    return cuts


def export_cuts(
    name: str, cuts: Sequence[MatchCut], wishes: Wishes, *, user: User | None
) -> Exported:
    """Write the cuts in the format asked for, with what is accepted for them.

    Nothing is kept on the server.

    Raises Refused with one sentence when they cannot be written.
    """
    # Before rushes take their places: choices are kept by the frames of the cut.
    cuts, warnings = _sourced(with_accepted(cuts), wishes, user)
    titles = [side.title for cut in cuts for side in (cut.leaving, cut.entering)]
    form = FORMATS[wishes.form]
    stem = file_stem(name)
    try:
        sources, said = sources_of(
            titles, list(StorageRoot.objects.all()), wishes.paths
        )
        lengths = Lengths(seconds=wishes.seconds, handles=wishes.handles)
        planner = Planner(
            name=one_line(name, 100), cuts=cuts, sources=sources, lengths=lengths
        )
        if form.one_rate:
            lines = planner.by_rate()
        else:
            lines = [planner.in_one(rate_named(wishes.rate) if wishes.rate else None)]
    except Unwritable as error:
        raise Refused(str(error)) from None
    files = {
        f"{stem if len(lines) == 1 else file_stem(line.name)}{form.suffix}": form.write(
            line, wishes.target
        )
        for line in lines
    }
    events = sum(len(line.events) for line in lines)
    return Exported(files=files, events=events, warnings=warnings + said)


def ask_loops(
    name: str, cuts: Sequence[MatchCut], wishes: Wishes, *, user: User | None
) -> Job:
    """Ask the worker for numbered loops of these cuts in one ZIP.

    Raises Refused for a title without a proxy, and for too many cuts.
    """
    if len(cuts) > MOST_LOOPS:
        raise Refused(f"{len(cuts)} loops are too many at once; take {MOST_LOOPS}.")
    cuts, _ = _sourced(cuts, wishes, user)
    for cut in cuts:
        for side in (cut.leaving, cut.entering):
            if not side.title.proxy_key:
                raise Refused(
                    f"{side.title} has no proxy yet: wait for its ingest, then export."
                )
    subject = loops_subject(file_stem(name), cuts, seconds=wishes.seconds)
    return add_job(
        Job.Kind.EXPORT, None, subject=subject, key=subject["key"], asked_by=user
    )


def find_cuts(
    matches: Sequence[int], kept_in: Bin | None, user: User | None
) -> tuple[str, list[MatchCut]]:
    """A name for the export, and the cuts of a bin or of single matches.

    Raises Refused when neither, both, or nothing is there.
    """
    if bool(matches) == (kept_in is not None):
        raise Refused("Name matches or a bin, one of the two.")
    if kept_in is not None:
        return kept_in.name, cuts_of_bin(kept_in, user)
    return "Match cuts", cuts_of_matches(matches, user)


def file_stem(name: str) -> str:
    """A name that every file system takes."""
    plain = re.sub(r'[<>:"/\\|?*%]+', "_", one_line(name, 100)).strip(" .")
    return plain or "Kuleshov"


def _sourced(
    cuts: Sequence[MatchCut], wishes: Wishes, user: User | None
) -> tuple[list[MatchCut], list[str]]:
    if not wishes.from_rushes:
        return list(cuts), []
    found, warnings = [], []
    for cut in cuts:
        traced = rushes_of(cut, user)
        found.append(traced.cut)
        warnings += traced.warnings
    return found, warnings


def _check_number(number: int, sentence: str) -> None:
    if not number:
        raise Refused(sentence)
    if number > MOST_CUTS:
        raise Refused(f"{number} cuts are too many for one export; take {MOST_CUTS}.")
