"""A small catalogue whose labels follow a rule that scores do not know, but shots show."""

import itertools

import numpy as np

from catalog.models import Production, Shot, ShotMask, ShotVector, Title, Verdict
from pipelines.encoders import FAMILIES
from tests.factories import add_encoder, add_match_set, add_production, add_title

DIMS = 1323
SORTS = 3
LENGTHS = (40, 100, 250)


def labelled_catalogue(titles: int = 30, shots: int = 6, seed: int = 0) -> list[Title]:
    """Titles whose shots are of three sorts; a cut within a sort is good, others bad.

    A sort shows in a shot's length and, faintly, in its looks; masks are drawn at random,
    so the score of the kind frame says nothing. Each title has a live, empty set.
    """
    chance = np.random.default_rng(seed)
    production = add_production()
    Production.objects.filter(pk=production.pk).update(may_train=True)
    versions = {family: add_encoder(family) for family in FAMILIES}
    marks = np.linalg.qr(chance.normal(size=(DIMS, SORTS)))[0].T
    found = []
    for _ in range(titles):
        title = add_title(production, frames=2000)
        match_set = add_match_set(title)
        match_set.versions = {family: row.pk for family, row in versions.items()}
        match_set.save()
        sorts = [number % SORTS for number in range(shots)]
        own = _shots(title, sorts, chance)
        _represent(own, sorts, versions, marks, chance)
        judge_by_sort(own, sorts, chance)
        found.append(title)
    return found


def judge_by_sort(shots, sorts, chance, many: int = 10) -> None:
    """Verdicts on pairs drawn from a title, a third of them good."""
    pairs = list(itertools.permutations(range(len(shots)), 2))
    good = [pair for pair in pairs if sorts[pair[0]] == sorts[pair[1]]]
    bad = [pair for pair in pairs if sorts[pair[0]] != sorts[pair[1]]]
    drawn = [*chance.permutation(good)[: many // 3], *chance.permutation(bad)[:7]]
    Verdict.objects.bulk_create(
        verdict_on(shots[a], shots[b], "good" if sorts[a] == sorts[b] else "bad")
        for a, b in drawn
    )


def verdict_on(leaving: Shot, entering: Shot, value: str, **fields) -> Verdict:
    """An unsaved word on the cut from the end of one shot to the head of the other."""
    return Verdict(
        kind=fields.pop("kind", "frame"),
        value=value,
        leaving_title=leaving.title,
        leaving_first=leaving.first_frame,
        leaving_end=leaving.end_frame,
        leaving_frame=leaving.end_frame - 1,
        entering_title=entering.title,
        entering_first=entering.first_frame,
        entering_end=entering.end_frame,
        entering_frame=entering.first_frame,
        **fields,
    )


def _shots(title, sorts, chance) -> list[Shot]:
    at, found = 0, []
    for index, sort in enumerate(sorts):
        length = LENGTHS[sort] + int(chance.integers(-4, 5))
        found.append(
            Shot(
                title=title,
                index=index,
                first_frame=at,
                end_frame=at + length,
                represented=True,
            )
        )
        at += length
    return Shot.objects.bulk_create(found)


def _represent(shots, sorts, versions, marks, chance) -> None:
    masks, vectors = [], []
    for shot, sort in zip(shots, sorts, strict=True):
        for slot, frame in (("head", shot.first_frame), ("tail", shot.end_frame - 1)):
            where = {"shot": shot, "title": shot.title, "slot": slot, "frame": frame}
            bits = "".join(map(str, _blob(chance).ravel()))
            masks.append(
                ShotMask(
                    version=versions["mask"], subject="person", confidence=0.9,
                    area=bits.count("1") / 4096, placed=bits, centred=bits, **where,
                )
            )  # fmt: skip
            look = chance.normal(size=DIMS) / np.sqrt(DIMS) + 0.2 * marks[sort]
            look /= np.linalg.norm(look)
            vectors.append(
                ShotVector(
                    version=versions["appearance"], vector=look.tolist(), **where
                )
            )
    ShotMask.objects.bulk_create(masks)
    ShotVector.objects.bulk_create(vectors)


def _blob(chance) -> np.ndarray:
    mask = np.zeros((64, 64), int)
    top, left = chance.integers(4, 20, 2)
    mask[top : top + chance.integers(24, 40), left : left + chance.integers(24, 40)] = 1
    return mask
