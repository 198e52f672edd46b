"""Chains of match cuts: what is asked for, and what was found, for pages and commands."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django import forms

from catalog.models import Job, MatchCandidate, MatchSet, Production, Title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import User

    from catalog.models import Shot

SHORTEST, LONGEST = 3, 12
MOST_CHAINS = 100


def _seconds(label: str) -> forms.FloatField:
    box = forms.NumberInput(attrs={"step": "0.1", "placeholder": "any"})
    return forms.FloatField(
        label=label, required=False, min_value=0, max_value=86_400, widget=box
    )


class ChainForm(forms.Form):
    """The rules of a search for chains, as they stand in the page's address."""

    length = forms.IntegerField(
        label="Shots", min_value=SHORTEST, max_value=LONGEST, initial=4
    )
    kind = forms.ChoiceField(required=False)
    title = forms.ModelChoiceField(
        Title.objects.none(), required=False, empty_label="All titles"
    )
    min_score = forms.FloatField(
        label="Score from",
        required=False,
        min_value=0,
        max_value=1,
        widget=forms.NumberInput(attrs={"step": "0.05", "placeholder": "0.00"}),
    )
    min_seconds = _seconds("Seconds, at least")
    max_seconds = _seconds("at most")
    min_shot = _seconds("A shot, at least")
    max_shot = _seconds("at most")
    titles = forms.IntegerField(
        label="Titles, at least", required=False, min_value=1, max_value=LONGEST
    )
    of_a_title = forms.IntegerField(
        label="Shots of one title, at most",
        required=False,
        min_value=1,
        max_value=LONGEST,
    )
    top = forms.IntegerField(
        label="Chains", required=False, min_value=1, max_value=MOST_CHAINS
    )

    def __init__(self, *args: Any, user: User | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        titles = Title.objects.all() if user is None else Title.objects.visible_to(user)
        self.fields["title"].queryset = titles.listed()  # type: ignore[attr-defined]
        kinds = [(name, name.capitalize()) for name in MatchSet.objects.kinds()]
        self.fields["kind"].choices = [("", "All kinds"), *kinds]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse limits that no chain can keep to."""
        given = super().clean() or {}
        for low, high, what in (
            ("min_seconds", "max_seconds", "The chain's"),
            ("min_shot", "max_shot", "A shot's"),
        ):
            least, most = given.get(low), given.get(high)
            if least and most and most < least:
                raise forms.ValidationError(
                    f"{what} longest time is below its shortest."
                )
        if (given.get("titles") or 1) > (given.get("length") or LONGEST):
            raise forms.ValidationError("There are more titles asked for than shots.")
        return given

    def wanted(self) -> dict[str, Any]:
        """The rules as a job's subject has them; what sets no limit is not in it."""
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        if "title" in chosen:
            chosen["title"] = chosen["title"].pk
        return chosen


class KeepForm(forms.Form):
    """Which cuts go into which bin; a name that is new makes one."""

    # Not "matches": a field of that name would hide the method of the form on the page.
    pairs = forms.RegexField(r"^\d{1,18}(,\d{1,18}){0,11}$")
    name = forms.CharField(label="Bin", max_length=200)
    production = forms.ModelChoiceField(Production.objects.none(), empty_label=None)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        mine = Production.objects.visible_to(user)
        self.fields["production"].queryset = mine  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class ChainShot:
    """A shot of a chain: `first` to `last` plays of it; it is entered and left at the
    frames that were compared, None at the free ends."""

    shot: Shot
    first: int
    last: int
    entered: int | None
    left: int | None

    @property
    def seconds(self) -> float:
        """What plays."""
        return float((self.last - self.first + 1) / self.shot.title.rate)

    @property
    def tc(self) -> str:
        """Source timecode of its first frame."""
        return self.shot.title.tc(self.first)


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain as it was found; `weakest` and `mean` are scores of its cuts."""

    rank: int
    weakest: float
    mean: float
    seconds: float
    cuts: list[MatchCandidate]
    shots: list[ChainShot]

    @property
    def matches(self) -> str:
        """Keys of its cuts, in their order, as KeepForm takes them."""
        return ",".join(str(cut.pk) for cut in self.cuts)


def chains_of(job: Job, user: User | None) -> list[Chain]:
    """What a search found, less what the person may not see or is no longer there."""
    found = job.result.get("chains", [])
    known = cuts_by_key({key for chain in found for key in chain["cuts"]}, user)
    return [
        _chain(chain, [known[key] for key in chain["cuts"]])
        for chain in found
        if all(key in known for key in chain["cuts"])
    ]


def cuts_by_key(keys: set[int], user: User | None) -> dict[int, MatchCandidate]:
    """Visible candidates by key; None sees everything."""
    found = MatchCandidate.objects.filter(pk__in=keys)
    if user is not None:
        found = found.visible_to(user)
    return {
        each.pk: each
        for each in found.select_related("leaving__title", "entering__title")
    }


def _chain(found: dict[str, Any], cuts: list[MatchCandidate]) -> Chain:
    head, tail = cuts[0], cuts[-1]
    trim = found["ends"]
    first = head.leaving_frame + 1 - trim[0]
    last = tail.entering_frame - 1 + trim[1]
    shots = [
        ChainShot(head.leaving, first, head.leaving_frame, None, head.leaving_frame),
        *(_between(before, after) for before, after in pairwise(cuts)),
        ChainShot(tail.entering, tail.entering_frame, last, tail.entering_frame, None),
    ]
    scores = found["weakest"], found["mean"], found["seconds"]
    return Chain(found["rank"], *scores, cuts, shots)


def _between(before: MatchCandidate, after: MatchCandidate) -> ChainShot:
    entered, left = before.entering_frame, after.leaving_frame
    return ChainShot(before.entering, entered, left, entered, left)


def connected(cuts: Sequence[MatchCandidate]) -> bool:
    """Whether each cut leaves the shot that the one before enters."""
    return all(a.entering_id == b.leaving_id for a, b in pairwise(cuts))
