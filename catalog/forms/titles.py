"""A title to add, a cut to set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from catalog.models import Look, Production, Title
from catalog.models.productions import sees_everything

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class AddTitleForm(forms.Form):
    """A file or folder of this server, or an upload."""

    production = forms.ModelChoiceField(Production.objects.none())
    kind = forms.ChoiceField(choices=Title.Kind.choices, initial=Title.Kind.CUT)
    path = forms.CharField(
        label="File or folder on this server", required=False, max_length=4096
    )
    upload = forms.FileField(label="or a file of yours", required=False)
    look = forms.ModelChoiceField(
        Look.objects.none(), required=False, empty_label="None: seen as it is"
    )
    cube = forms.FileField(label="or a .cube of yours", required=False)
    supersedes = forms.ModelChoiceField(
        Title.objects.none(),
        label="New version of",
        required=False,
        empty_label="Nothing: a title of its own",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        production: Any = self.fields["production"]
        production.queryset = Production.objects.visible_to(user)
        production.initial = _last_production(user)
        if sees_everything(user):
            production.required, production.empty_label = False, "Unsorted"
        look: Any = self.fields["look"]
        look.queryset = Look.objects.visible_to(user).select_related("production")
        supersedes: Any = self.fields["supersedes"]
        supersedes.queryset = Title.objects.visible_to(user).listed()

    def clean(self) -> dict[str, Any]:
        """Want exactly one of path and upload, and a version within its production."""
        given = super().clean() or {}
        if bool(given.get("path")) == bool(given.get("upload")):
            raise forms.ValidationError(
                "Name a path on this server, or choose a file to upload."
            )
        if given.get("look") and given.get("cube"):
            raise forms.ValidationError("Choose a look, or a .cube of yours, not both.")
        older, production = given.get("supersedes"), given.get("production")
        if older is not None and older.production != production:
            raise forms.ValidationError(
                f"{older} belongs to {older.production}: choose that production."
            )
        return given


class SplitForm(forms.Form):
    """The frame that becomes the first of a new shot."""

    frame = forms.IntegerField(min_value=0, max_value=2**31 - 1)


def _last_production(user: User) -> Production | None:
    """The one this person last added to, else the only one there is."""
    mine = Production.objects.visible_to(user)
    last = mine.filter(titles__added_by=user).order_by("-titles__created_at").first()
    return last or (mine.get() if mine.count() == 1 else None)
