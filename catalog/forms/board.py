"""The board's filters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from catalog.models import MatchCandidate, MatchSet, Production, Title, Verdict
from catalog.models.filters import ACROSS, NEWEST, SCORE, STANDING, WITHIN, Filters

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from catalog.models.matches import MatchCandidateQuerySet

UNJUDGED, ALL, HIDE, SHOW = "unjudged", "all", "hide", "show"


def _any_title(label: str, empty: str) -> forms.ModelChoiceField[Title]:
    return forms.ModelChoiceField(
        Title.objects.none(), label=label, required=False, empty_label=empty
    )


def _number(
    label: str,
    kind: Any,
    placeholder: str,
    *,
    least: float = 0,
    most: float,
) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"step": "any", "placeholder": placeholder})
    field: forms.IntegerField = kind(
        label=label, required=False, min_value=least, max_value=most, widget=widget
    )
    return field


def _day(label: str) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"})
    return forms.DateField(label=label, required=False, widget=widget)


class BoardForm(forms.Form):
    """The board's filters and order, as they stand in its address."""

    kind = forms.ChoiceField(required=False)
    title = _any_title("Title", "All titles")
    score = forms.FloatField(
        label="Score from",
        required=False,
        min_value=0,
        max_value=1,
        widget=forms.NumberInput(attrs={"step": "0.05", "placeholder": "0.00"}),
    )
    verdict = forms.ChoiceField(
        required=False,
        choices=[(UNJUDGED, "Unjudged"), *Verdict.Value.choices, (ALL, "All")],
    )
    duplicates = forms.ChoiceField(
        required=False, choices=[(HIDE, "Hidden"), (SHOW, "Shown")]
    )
    sort = forms.ChoiceField(
        label="Order",
        required=False,
        choices=[
            (STANDING, "Best place"),
            (SCORE, "Best score"),
            (NEWEST, "Newest search"),
        ],
    )
    scope = forms.ChoiceField(
        label="Titles",
        required=False,
        choices=[("", "One or two"), (WITHIN, "Within one"), (ACROSS, "Across two")],
    )
    leaving = _any_title("Leaving", "Any title")
    entering = _any_title("Entering", "Any title")
    without = _any_title("Without", "No title")
    production = forms.ModelChoiceField(
        Production.objects.none(), required=False, empty_label="All productions"
    )
    handles = _number("Handles from", forms.IntegerField, "frames", most=100_000)
    shortest = _number("Shots from", forms.FloatField, "s", most=86_400)
    longest = _number("Shots to", forms.FloatField, "s", most=86_400)
    zoom = _number("Zoom to", forms.FloatField, "1.20", least=1, most=100)
    since = _day("Found since")
    until = _day("Found until")

    # What most people never ask for: kept folded, unless it is asked for.
    RARER = (
        *("sort", "scope", "leaving", "entering", "without", "production", "handles"),
        *("shortest", "longest", "zoom", "since", "until"),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.user = user
        # Asked once for all four lists of titles.
        visible = Title.objects.visible_to(user)
        titles = list(visible.listed())
        for name in ("title", "leaving", "entering", "without"):
            field: Any = self.fields[name]
            field.queryset = visible
            first = ("", field.empty_label)
            field.choices = [first, *((title.pk, str(title)) for title in titles)]
        production: Any = self.fields["production"]
        production.queryset = Production.objects.visible_to(user)
        kinds = [(name, name.capitalize()) for name in MatchSet.objects.kinds()]
        self.fields["kind"].choices = [("", "All kinds"), *kinds]  # type: ignore[attr-defined]

    def usual(self) -> list[forms.BoundField]:
        """The fields that are always in sight."""
        return [field for field in self if field.name not in self.RARER]

    def rarer(self) -> list[forms.BoundField]:
        """The fields that are folded away."""
        return [self[name] for name in self.RARER]

    def narrowed(self) -> int:
        """How many of the folded fields ask for something."""
        self.is_valid()
        return sum(bool(self.cleaned_data.get(name)) for name in self.RARER)

    @property
    def order(self) -> str:
        """The order asked for."""
        self.is_valid()
        return self.cleaned_data.get("sort") or STANDING

    def candidates(self) -> MatchCandidateQuerySet:
        """The candidates asked for, in their order; a filter that makes no sense is dropped."""
        self.is_valid()
        chosen = self.cleaned_data
        found = MatchCandidate.objects.live().on_board().visible_to(self.user)
        found = found.narrowed(Filters.of(chosen))
        verdict = chosen.get("verdict") or UNJUDGED
        # What a person has judged is shown, copy or not.
        if verdict in {UNJUDGED, ALL} and chosen.get("duplicates") != SHOW:
            found = found.one_a_group()
        else:
            found = found.one_a_pair()
        found = found.with_card().sorted_by(self.order)
        if verdict == ALL:
            return found
        return found.judged(None if verdict == UNJUDGED else verdict)
