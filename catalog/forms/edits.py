"""What a person asks of an edit: frames, a picture, words, where, how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from catalog.back_ends import BACK_ENDS, COMPOSITE
from catalog.models import EditJob
from catalog.models.edits import PROMPT_CHARACTERS, USUAL_STEPS
from catalog.pictures import pieces_of
from catalog.services import EditWish, Refused, ask_edit
from catalog.services.edit_checks import MOST_SEED, MOST_STEPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import User

    from catalog.models import Title

Region = EditJob.Region
SUBJECTS = [
    ("any", "Anyone or anything"),
    ("person", "A person"),
    ("foreground", "A thing"),
]
USUAL_FRAMES = 24
"""Of a long shot: a second"""


def _percent(label: str) -> forms.FloatField:
    widget = forms.NumberInput(attrs={"step": "any"})
    return forms.FloatField(
        label=label, required=False, min_value=0, max_value=100, widget=widget
    )


class EditForm(forms.Form):
    """One edit of a title; places in percent of the whole shown picture."""

    first_frame = forms.IntegerField(label="First frame", min_value=0)
    last_frame = forms.IntegerField(label="Last frame", min_value=0)
    picture = forms.FileField(
        label="Picture of what is wanted",
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    source_prompt = forms.CharField(
        label="What is seen now", max_length=PROMPT_CHARACTERS
    )
    target_prompt = forms.CharField(
        label="What is wanted", max_length=PROMPT_CHARACTERS
    )
    region = forms.ChoiceField(
        choices=Region.choices, initial=Region.BOX, widget=forms.RadioSelect
    )
    subject = forms.ChoiceField(choices=SUBJECTS, required=False, initial="any")
    frame = forms.IntegerField(label="Marked on frame", required=False, min_value=0)
    left, top = _percent("Left, %"), _percent("Top, %")
    width, height = _percent("Width, %"), _percent("Height, %")
    across, down = _percent("Across, %"), _percent("Down, %")
    mask = forms.CharField(required=False, widget=forms.HiddenInput)
    back_end = forms.ChoiceField(
        label="Back-end",
        choices=[(each.key, each.name) for each in BACK_ENDS.values()],
        initial=COMPOSITE,
        widget=forms.RadioSelect,
    )
    strength = forms.FloatField(
        min_value=0.01,
        max_value=1,
        initial=1,
        widget=forms.NumberInput(attrs={"step": "0.05"}),
    )
    steps = forms.IntegerField(min_value=1, max_value=MOST_STEPS, initial=USUAL_STEPS)
    seed = forms.IntegerField(min_value=0, max_value=MOST_SEED, initial=0)

    BOX, PLACE = ("left", "top", "width", "height"), ("across", "down")

    def __init__(
        self, *args: Any, title: Title, user: User, parent: EditJob | None, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.label_suffix = ""
        self.title, self.user, self.parent = title, user, parent
        self.edit: EditJob | None = None

    def clean_picture(self) -> Any:
        """Want a picture, unless the one of the edit before is taken again."""
        picture = self.cleaned_data["picture"]
        if picture is None and self.parent is None:
            raise forms.ValidationError("Drop a picture of what is wanted.")
        return picture

    def clean(self) -> dict[str, Any]:
        """Want all that the chosen region needs."""
        given = super().clean() or {}
        marks: dict[str, tuple[str, ...]]
        marks = {Region.BOX: self.BOX, Region.CLICK: self.PLACE}
        needed = marks.get(given.get("region", ""), ())
        if any(given.get(name) is None for name in needed):
            self.add_error("region", "Mark it in the picture, or write its numbers.")
        return given

    def ask(self) -> EditJob | None:
        """Ask for the edit; None with the reason on the form when it is refused."""
        try:
            pieces = pieces_of(self.cleaned_data["picture"])
            return ask_edit(self._wish(), user=self.user, picture=pieces)
        except Refused as refused:
            self.add_error(None, str(refused))
            return None

    def _wish(self) -> EditWish:
        given = self.cleaned_data
        return EditWish(
            title=self.title,
            first_frame=given["first_frame"],
            end_frame=given["last_frame"] + 1,
            source_prompt=given["source_prompt"],
            target_prompt=given["target_prompt"],
            picture_sha256=self.parent.picture_sha256 if self.parent else "",
            back_end=given["back_end"],
            region=given["region"],
            region_given=self._region_given(),
            strength=given["strength"],
            steps=given["steps"],
            seed=given["seed"],
            parent=self.parent,
        )

    def _region_given(self) -> dict[str, Any]:
        """What the region's kind needs, in parts of the picture."""
        given = self.cleaned_data
        region, frame = given["region"], given.get("frame")
        frame = given["first_frame"] if frame is None else frame
        marked: dict[str, Callable[[], dict[str, Any]]] = {
            Region.SUBJECT: lambda: {"subject": given.get("subject") or "any"},
            Region.BOX: lambda: {"frame": frame, "box": self._shares(self.BOX)},
            Region.CLICK: lambda: {"frame": frame, "at": self._shares(self.PLACE)},
            Region.DRAWN: lambda: {"frame": frame, "mask": given["mask"]},
        }
        return marked[region]() if region in marked else {}

    def _shares(self, names: tuple[str, ...]) -> list[float]:
        # The edit before is shown rounded: what nobody changed is exactly its own.
        before = _places_of(self.parent) if self.parent else {}
        return [
            before[name]
            if name in before and name not in self.changed_data
            else self.cleaned_data[name] / 100
            for name in names
        ]


def initial_of(edit: EditJob) -> dict[str, Any]:
    """Return what the form of "same again" begins with."""
    names = ("first_frame", "source_prompt", "target_prompt", "region", "back_end")
    same = {name: getattr(edit, name) for name in (*names, "strength", "steps", "seed")}
    told = edit.region_given
    same |= {"last_frame": edit.end_frame - 1, "mask": told.get("mask", "")}
    same |= {"frame": told.get("frame"), "subject": told.get("subject", "any")}
    places = _places_of(edit).items()
    return same | {name: round(100 * share, 2) for name, share in places}


def _places_of(edit: EditJob) -> dict[str, float]:
    """What an edit's box or click is in parts of the picture, by the names of the fields."""
    told = edit.region_given
    both = ((EditForm.BOX, "box"), (EditForm.PLACE, "at"))
    named = (zip(names, told.get(place, ()), strict=False) for names, place in both)
    return {name: share for pairs in named for name, share in pairs}
