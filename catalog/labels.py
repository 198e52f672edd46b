"""What people's verdicts say about pairs, for training: one label a pair, split by title."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from catalog.models import Shot, Title, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

# Every third title that was added, whatever becomes of it.
HOLD_OUT_EVERY = 3
# What the gate asks for; `mlcore.matching.ranking.gate` says why, and a test holds both.
LEAST_TITLES = 10
LEAST_POSITIVES = 60
# Fewer to train on teach nothing.
LEAST_LABELS = 20
LEAST_OF_EACH = 5
# The learned kind learns from verdicts of every kind.
LEARNED = "learned"


@dataclass(frozen=True, kw_only=True, slots=True)
class Label:
    """What most annotators said of an ordered pair of shots."""

    kind: str
    good: bool
    leaving: Shot
    leaving_frame: int
    entering: Shot
    entering_frame: int
    counted_under: int
    """The title it is resampled with: the first version of it, the held-out one of two."""
    held_out: bool
    """Never trained on; true where either title is in the hold-out."""


@dataclass(kw_only=True)
class Labels:
    """The labels of one kind, and how many pairs were left out and why."""

    pairs: list[Label] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    @property
    def good(self) -> int:
        """How many are good."""
        return sum(pair.good for pair in self.pairs)

    @property
    def held_out_titles(self) -> int:
        """Titles of the hold-out that have labels."""
        return len({pair.counted_under for pair in self.pairs if pair.held_out})

    @property
    def titles(self) -> int:
        """Titles that have labels."""
        return len({pair.counted_under for pair in self.pairs})

    def missing_to_train(self) -> str:
        """What is still missing before anything can be learned; empty: nothing."""
        own = [pair.good for pair in self.pairs if not pair.held_out]
        lacks = _lacks(
            (LEAST_LABELS - len(own), "labels"),
            (LEAST_OF_EACH - sum(own), "good ones"),
            (LEAST_OF_EACH - own.count(False), "bad ones"),
        )
        return f"{lacks} among titles to train on" if lacks else ""

    def missing_to_decide(self) -> str:
        """What is still missing before a gate can decide; empty: nothing."""
        return _lacks(
            (LEAST_TITLES - self.held_out_titles, "hold-out titles with labels"),
            (LEAST_POSITIVES - self.good, "good pairs"),
        )


def labels_of(kind: str) -> Labels:
    """Gather the standing verdicts of a kind, of titles whose production may train.

    An annotator's newest word on a pair counts, and the majority of annotators decides.
    "Wrong mask" and "duplicate" are no words about the cut: they count for nothing.
    """
    verdicts = list(_verdicts(kind))
    titles = {verdict.leaving_title_id for verdict in verdicts}
    titles |= {verdict.entering_title_id for verdict in verdicts}
    shots, roots = _Shots(titles), first_versions()
    found = Labels()
    judged: dict[tuple[int, int], dict[int | None, _Word]] = defaultdict(dict)
    # Oldest first: what an annotator said last stands.
    for verdict in verdicts:
        leaving = shots.at(verdict.leaving_title_id, verdict.leaving_frame)
        entering = shots.at(verdict.entering_title_id, verdict.entering_frame)
        if leaving is None or entering is None or leaving == entering:
            found.left_out["no longer a pair of shots"] += 1
            continue
        word = _Word(verdict, leaving, entering)
        judged[leaving.pk, entering.pk][verdict.made_by_id] = word
    for words in judged.values():
        _settle(found, list(words.values()), roots)
    return found


def is_held_out(root: int) -> bool:
    """Whether a title, named by its first version, belongs to the hold-out: for ever."""
    return root % HOLD_OUT_EVERY == 0


class _Word(NamedTuple):
    """What one annotator said, and of which shots."""

    verdict: Verdict
    leaving: Shot
    entering: Shot

    @property
    def good(self) -> bool:
        return self.verdict.value == Verdict.Value.GOOD

    @property
    def is_about_the_cut(self) -> bool:
        return self.good or self.verdict.reason not in Verdict.NOT_ABOUT_THE_CUT


def _settle(found: Labels, words: list[_Word], roots: dict[int, int]) -> None:
    about = [word for word in words if word.is_about_the_cut]
    good = [word for word in about if word.good]
    if not about:
        found.left_out["wrong mask or duplicate"] += 1
    elif 2 * len(good) == len(about):
        found.left_out["annotators divided"] += 1
    else:
        majority = good if 2 * len(good) > len(about) else about
        found.pairs.append(_label(majority[-1], majority is good, roots))


def _label(word: _Word, good: bool, roots: dict[int, int]) -> Label:  # noqa: FBT001
    verdict = word.verdict
    own, other = roots[verdict.leaving_title_id], roots[verdict.entering_title_id]
    return Label(
        kind=verdict.kind,
        good=good,
        leaving=word.leaving,
        leaving_frame=verdict.leaving_frame,
        entering=word.entering,
        entering_frame=verdict.entering_frame,
        counted_under=other if is_held_out(other) and not is_held_out(own) else own,
        held_out=is_held_out(own) or is_held_out(other),
    )


def _verdicts(kind: str) -> Iterable[Verdict]:
    found = Verdict.objects.filter(
        undone_at__isnull=True,
        # A verdict carried to a new version of its title would count twice.
        carried_to__isnull=True,
        leaving_title__production__may_train=True,
        entering_title__production__may_train=True,
    )
    if kind != LEARNED:
        found = found.filter(kind=kind)
    return found.order_by("made_at", "pk")


def first_versions() -> dict[int, int]:
    """The first version of every title: all versions of a film are one in a split."""
    before = dict(Title.objects.order_by().values_list("pk", "supersedes"))
    roots: dict[int, int] = {}
    for title in before:
        at, seen = title, {title}
        while (earlier := before.get(at)) is not None and earlier not in seen:
            at = earlier
            seen.add(at)
        roots[title] = at
    return roots


class _Shots:
    """Finds the shot that a frame of a title lies in."""

    def __init__(self, titles: Iterable[int]) -> None:
        self._shots: dict[int, list[Shot]] = defaultdict(list)
        found = Shot.objects.filter(title__in=titles).select_related("title")
        for shot in found.order_by("title", "first_frame"):
            self._shots[shot.title_id].append(shot)
        self._starts = {
            title: [shot.first_frame for shot in shots]
            for title, shots in self._shots.items()
        }

    def at(self, title: int, frame: int) -> Shot | None:
        """The shot, or None where there is none now."""
        place = bisect_right(self._starts.get(title, []), frame) - 1
        if place < 0:
            return None
        shot = self._shots[title][place]
        return shot if frame < shot.end_frame else None


def _lacks(*wanted: tuple[int, str]) -> str:
    return " and ".join(f"{many} more {what}" for many, what in wanted if many > 0)
