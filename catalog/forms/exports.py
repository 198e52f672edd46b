"""What people fill in to take cuts away and to bring a timeline in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from catalog.exports import FORMATS, LOOPS, RATES
from catalog.models import Production, Title
from catalog.services import Wishes

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class ExportForm(forms.Form):
    """What an export is to be."""

    format = forms.ChoiceField(
        choices=[
            *((name, form.label) for name, form in FORMATS.items()),
            (LOOPS, "MP4 loops, numbered, in a ZIP"),
        ]
    )
    rate = forms.ChoiceField(
        label="Sequence rate",
        required=False,
        choices=[("", "The commonest of the cuts"), *((name, name) for name in RATES)],
    )
    seconds = forms.FloatField(
        label="Seconds of each side", min_value=0.04, max_value=60, initial=2
    )
    handles = forms.IntegerField(
        label="Handles, frames", min_value=0, max_value=100_000, initial=24
    )
    paths = forms.ChoiceField(
        label="Paths for",
        choices=[
            ("server", "This server"),
            ("macos", "macOS"),
            ("windows", "Windows"),
        ],
    )
    target = forms.ChoiceField(
        label="Reposition for (experimental)",
        required=False,
        choices=[
            ("", "Markers only"),
            ("final-cut", "Final Cut"),
            ("resolve", "DaVinci Resolve"),
            ("premiere", "Premiere"),
        ],
    )
    from_rushes = forms.BooleanField(
        label="Take the rushes where an imported timeline names them", required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""

    def wishes(self) -> Wishes:
        """What was filled in, once it is valid. Raises Refused."""
        chosen = dict(self.cleaned_data)
        return Wishes(form=chosen.pop("format"), **chosen)


class ImportCutForm(forms.Form):
    """An EDL or OTIO, and whose cut it is."""

    production = forms.ModelChoiceField(Production.objects.none())
    file = forms.FileField(label="EDL or OTIO")
    title = forms.ModelChoiceField(
        Title.objects.none(),
        label="The rendered cut",
        required=False,
        empty_label="Not a title here",
    )
    rate = forms.ChoiceField(
        label="Record rate",
        required=False,
        choices=[("", "As the file or the sources say"), *((n, n) for n in RATES)],
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        production: Any = self.fields["production"]
        production.queryset = Production.objects.visible_to(user)
        title: Any = self.fields["title"]
        title.queryset = (
            Title.objects.visible_to(user).listed().filter(state=Title.State.READY)
        )
