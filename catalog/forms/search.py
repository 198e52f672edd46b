"""What a person looks for: a shot, a picture or a drawn shape, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from catalog.models import Job, MatchSet, Production, Shot, Title
from catalog.pictures import keep_still
from catalog.services import Refused, ask_search

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SHOT, STILL, SILHOUETTE = "shot", "still", "silhouette"
WAYS = [(SHOT, "A shot"), (STILL, "A picture"), (SILHOUETTE, "A drawn shape")]
SHAPE = "frame"
"""The kind of match that a silhouette is compared by."""


class SearchForm(forms.Form):
    """One search: by what, of which kind, among what."""

    by = forms.ChoiceField(choices=WAYS, widget=forms.RadioSelect, initial=SHOT)
    kind = forms.ChoiceField()
    shot = forms.ModelChoiceField(
        Shot.objects.none(), required=False, widget=forms.HiddenInput
    )
    picture = forms.FileField(
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    mask = forms.CharField(required=False, widget=forms.HiddenInput)
    titles = forms.ModelMultipleChoiceField(
        Title.objects.none(), label="In titles", required=False
    )
    not_titles = forms.ModelMultipleChoiceField(
        Title.objects.none(), label="Not in titles", required=False
    )
    production = forms.ModelChoiceField(
        Production.objects.none(), required=False, empty_label="All productions"
    )
    min_seconds = forms.FloatField(label="Shots from, s", required=False, min_value=0)
    max_seconds = forms.FloatField(label="Shots to, s", required=False, min_value=0)
    added_from = forms.DateField(
        required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    added_to = forms.DateField(
        required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    min_score = forms.FloatField(
        label="Score from", required=False, min_value=0, max_value=1
    )
    min_handles = forms.IntegerField(
        label="Handles from", required=False, min_value=0, max_value=100_000
    )
    others_only = forms.BooleanField(
        label="No copies of this shot", required=False, initial=True
    )

    FILTERS = (
        *("titles", "not_titles", "production", "min_seconds", "max_seconds"),
        *("added_from", "added_to", "min_score", "min_handles"),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.user = user
        fields: dict[str, Any] = self.fields
        shots = Shot.objects.visible_to(user).select_related("title")
        fields["shot"].queryset = shots
        titles = Title.objects.visible_to(user).listed()
        fields["titles"].queryset = fields["not_titles"].queryset = titles
        fields["production"].queryset = Production.objects.visible_to(user)
        fields["kind"].choices = kind_choices()

    def where(self) -> list[forms.BoundField]:
        """The fields that say where to look."""
        return [self[name] for name in self.FILTERS]

    def clean(self) -> dict[str, Any]:
        """Want what the chosen way needs."""
        given = super().clean() or {}
        by = given.get("by")
        if by == SHOT and not given.get("shot"):
            raise forms.ValidationError("Choose the shot on its title's page.")
        if by == STILL and not given.get("picture"):
            raise forms.ValidationError("Choose a picture.")
        if by == SILHOUETTE and not given.get("mask"):
            raise forms.ValidationError("Draw a shape, or begin with a shot's.")
        return given

    def ask(self) -> Job | None:
        """Ask for the search; None with the reason on the form when it is refused."""
        given = self.cleaned_data
        by = given["by"]
        try:
            return ask_search(
                kind=given["kind"],
                by=by,
                user=self.user,
                shot=given["shot"] if by == SHOT else None,
                picture_key=keep_still(given["picture"]) if by == STILL else "",
                mask=given["mask"] if by == SILHOUETTE else "",
                filters=self._filters(),
            )
        except Refused as refused:
            self.add_error(None, str(refused))
            return None

    def _filters(self) -> dict[str, Any]:
        given = self.cleaned_data
        filters = {
            "titles": [title.pk for title in given["titles"]],
            "not_titles": [title.pk for title in given["not_titles"]],
            "productions": [given["production"].pk] if given["production"] else [],
            "not_groups_of": given["shot"].pk
            if given["others_only"] and given["by"] == SHOT
            else None,
        }
        plain = self.FILTERS[3:]
        filters |= {
            name: value.isoformat() if hasattr(value, "isoformat") else value
            for name, value in ((name, given[name]) for name in plain)
        }
        return {name: v for name, v in filters.items() if v not in (None, [])}


def kind_choices() -> list[tuple[str, str]]:
    """Every kind that has been sought; those of a new service before it has."""
    kinds = MatchSet.objects.kinds() or [SHAPE]
    return [(name, name.capitalize()) for name in kinds]
