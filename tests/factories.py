"""Rows for tests, each with a default for whatever a test does not care about."""

import itertools
import secrets
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User

from catalog.files import local_path
from catalog.models import (
    Bin,
    BinItem,
    CutEvent,
    EncoderVersion,
    ImportedCut,
    Job,
    MatchCandidate,
    MatchSet,
    Production,
    Shot,
    ShotMask,
    ShotVector,
    SourceFile,
    Title,
)
from catalog.stills import still_key, times_key

PASSWORD = secrets.token_urlsafe(12)
_numbers = itertools.count(1)


def add_user(
    name: str = "", group: str = "editor", productions: Sequence[Production] = ()
) -> User:
    """A user of one group, member of some productions; group "" is a superuser."""
    name = name or f"user{next(_numbers)}"
    user = User(username=name, password=hashed_password())
    if not group:
        user.is_staff = user.is_superuser = True
        user.save()
        return user
    user.save()
    user.groups.add(Group.objects.get(name=group))
    user.productions.add(*productions)
    return user


@cache
def hashed_password() -> str:
    """PASSWORD as it is kept; to make it takes a third of a second, so once a run."""
    return make_password(PASSWORD)


def add_production(name: str = "") -> Production:
    """A production nobody is a member of."""
    return Production.objects.create(name=name or f"Production {next(_numbers)}")


def add_title(production: Production | None = None, **fields: object) -> Title:
    """A ready title of 25 frames a second from 01:00:00:00, with a proxy key of its own."""
    number = next(_numbers)
    key = f"{number:064x}"
    defaults = {
        "name": f"Title {number}",
        "state": Title.State.READY,
        "added_path": f"/footage/{number}.mov",
        "source": SourceFile.objects.create(content_key=key, size=1000),
        "rate_num": 25,
        "rate_den": 1,
        "frames": 300,
        "start_tc": "01:00:00:00",
        "reel": f"A{number:03d}",
        "proxy_key": f"proxies/{key[:2]}/{key}/proxy.mp4",
        "poster_key": f"proxies/{key[:2]}/{key}/poster.jpg",
    }
    return Title.objects.create(
        production=production or add_production(), **{**defaults, **fields}
    )


def add_shots(title: Title, *lengths: int) -> list[Shot]:
    """Shots of these lengths in frames, one after another from frame 0."""
    ends = list(itertools.accumulate(lengths))
    return [
        Shot.objects.create(
            title=title,
            index=index,
            first_frame=end - length,
            end_frame=end,
            represented=True,
        )
        for index, (length, end) in enumerate(zip(lengths, ends, strict=True))
    ]


def add_match_set(title: Title, *, live: bool = True) -> MatchSet:
    """A set without candidates."""
    kinds = {"kinds": ["frame", "motion"]}
    return MatchSet.objects.create(title=title, live=live, config=kinds)


def add_candidate(
    match_set: MatchSet, leaving: Shot, entering: Shot, **fields: object
) -> MatchCandidate:
    """A ranked frame match, from the tail of one shot to the head of the other."""
    kind = fields.get("kind", "frame")
    score = fields.pop("score", 0.8)
    defaults = {
        "kind": kind,
        "rank": match_set.candidates.filter(kind=kind).count() + 1,
        "standing": score,
        "score": score,
        "parts": {"placed_iou": 0.8, "centred_iou": 0.9, "same_class": 1.0},
        "leaving_frame": leaving.end_frame - 1,
        "entering_frame": entering.first_frame,
    }
    return MatchCandidate.objects.create(
        match_set=match_set,
        leaving=leaving,
        entering=entering,
        **{**defaults, **fields},
    )


def add_pair(production: Production | None = None, **fields: object) -> MatchCandidate:
    """A candidate in a title of its own, of three shots: the first cut to the third."""
    title = add_title(production)
    first, _, third = add_shots(title, 100, 100, 100)
    return add_candidate(add_match_set(title), first, third, **fields)


def add_bin(production: Production, name: str = "") -> Bin:
    """A bin without items."""
    return Bin.objects.create(
        production=production, name=name or f"Bin {next(_numbers)}"
    )


def add_bin_item(pair: MatchCandidate, kept_in: Bin | None = None) -> BinItem:
    """A candidate kept in a bin, the last of its items."""
    leaving, entering = pair.leaving, pair.entering
    kept_in = kept_in or add_bin(leaving.title.production)
    return BinItem.objects.create(
        bin=kept_in,
        place=kept_in.items.count() + 1,
        kind=pair.kind,
        leaving_title=leaving.title,
        leaving_first=leaving.first_frame,
        leaving_end=leaving.end_frame,
        leaving_frame=pair.leaving_frame,
        entering_title=entering.title,
        entering_first=entering.first_frame,
        entering_end=entering.end_frame,
        entering_frame=pair.entering_frame,
        score=pair.score,
        parts=pair.parts,
        transform=pair.transform,
    )


def add_encoder(family: str, *, status: str = "active") -> EncoderVersion:
    """A version of a family; there is one active version of each."""
    return EncoderVersion.objects.get_or_create(
        family=family, status=status, defaults={"name": f"test {next(_numbers)}"}
    )[0]


def add_mask(shot: Shot, bits: str, *, slot: str = "head") -> ShotMask:
    """A person's silhouette at the head of a shot: 4096 characters, 0 and 1."""
    return ShotMask.objects.create(
        shot=shot,
        title=shot.title,
        version=add_encoder("mask"),
        slot=slot,
        frame=shot.first_frame,
        subject=ShotMask.Subject.PERSON,
        confidence=0.9,
        area=bits.count("1") / len(bits),
        placed=bits,
        centred=bits,
    )


def add_flow(shot: Shot, vector: Sequence[float], *, slot: str = "head") -> ShotVector:
    """A flow field at the head of a shot: 9 rows of 16 columns of (x, y)."""
    return ShotVector.objects.create(
        shot=shot,
        title=shot.title,
        version=add_encoder("flow"),
        slot=slot,
        frame=shot.first_frame,
        vector=list(vector),
        magnitude=0.2,
    )


def add_job(title: Title | None = None, **fields: object) -> Job:
    """A waiting ingest whose bell was never rung."""
    defaults = {
        "kind": Job.Kind.INGEST,
        "title": title,
        "key": f"test:{next(_numbers)}",
    }
    return Job.objects.create(**{**defaults, **fields})


def add_export(titles: Sequence[Title]) -> Job:
    """Loops of cuts of these titles, rendered."""
    key = f"exports/{next(_numbers)}.zip"
    write_file(key, b"loops")
    return add_job(
        kind=Job.Kind.EXPORT,
        state=Job.State.DONE,
        subject={"name": "Loops", "titles": [t.pk for t in titles], "key": key},
        result={"key": key, "files": 1},
    )


def add_cut(source: Title, *spans: tuple[int, int]) -> ImportedCut:
    """A timeline that shows these frames of one title, half-open, one after another."""
    cut = ImportedCut.objects.create(
        production=source.production,
        name=f"Cut of {source}",
        form="edl",
        rate_num=source.rate_num,
        rate_den=source.rate_den,
        sha256=f"{next(_numbers):064x}",
    )
    at = 0
    for place, (first, end) in enumerate(spans or ((0, 50), (200, 250)), start=1):
        CutEvent.objects.create(
            cut=cut,
            place=place,
            source=source,
            source_first=first,
            source_end=end,
            record_first=at,
            record_end=at + end - first,
        )
        at += end - first
    return cut


def write_file(key: str, content: bytes) -> Path:
    """Put a derived file in its place."""
    path = local_path(key)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def write_still(title: Title, frame: int, grey: int = 128) -> Path:
    """A real JPEG of one grey in the place of a frame's still."""
    picture = np.full((36, 64, 3), grey, np.uint8)
    _, jpeg = cv2.imencode(".jpg", picture)
    return write_file(still_key(title, frame), jpeg.tobytes())


def write_times(title: Title, ticks: Sequence[int], time_base: str = "1/25") -> Path:
    """A timestamp table, as ingest writes it."""
    text = f'{{"time_base": "{time_base}", "ticks": {list(ticks)}}}'
    return write_file(times_key(title), text.encode())
