"""What people fill in to have an encoder trained by the clock."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import available_timezones

from django import forms

from catalog.models import RetrainSchedule
from catalog.plans import COMPONENT_SHAPES, PLANS, SHAPES
from catalog.services import Refused, check_schedule, scheduled_families

if TYPE_CHECKING:
    ScheduleFormBase = forms.ModelForm[RetrainSchedule]
else:
    ScheduleFormBase = forms.ModelForm


AREAS = tuple(
    f"{area}/"
    for area in (
        *("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia"),
        *("Europe", "Indian", "Pacific"),
    )
)
"""Time zones by place; the rest are other names of these."""


class CheckedSchedule(ScheduleFormBase):
    """A schedule, refused for the reasons that the service has."""

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        try:
            check_schedule(self.instance)
        except Refused as refused:
            self.add_error(None, str(refused))


class PlanField(forms.CharField):
    """A plan's name, or its stages as JSON."""

    def prepare_value(self, value: Any) -> Any:
        """Show a name as it is, and stages one under another."""
        return value if isinstance(value, str) else json.dumps(value, indent=1)

    def to_python(self, value: Any) -> Any:
        """Return the name, or what the JSON says. Raises ValidationError."""
        word = super().to_python(value) or ""
        if not word.startswith(("{", "[")):
            return word
        try:
            return json.loads(word)
        except ValueError as error:
            raise forms.ValidationError(f"This is no JSON: {error}.") from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether somebody wrote another plan."""
        return bool(self.prepare_value(initial) != data)


class ScheduleForm(CheckedSchedule):
    """The page's own form: the parts of a schedule under headings."""

    family = forms.ChoiceField()
    time_zone = forms.ChoiceField(initial="UTC")
    shape = forms.ChoiceField(
        choices=[(each, each) for each in dict.fromkeys(SHAPES + COMPONENT_SHAPES)],
        help_text=f"Of components {', '.join(COMPONENT_SHAPES)}.",
    )
    plan = PlanField(
        initial="tpl4",
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=f"{', '.join(PLANS)}; or JSON with stages.",
    )

    PARTS = (
        ("What", ("name", "family", "enabled")),
        ("When", ("cron", "every_hours", "time_zone")),
        ("What has to be new", ("least_new_shots", "least_new_labels")),
        ("For how long", ("frames", "minutes", "device")),
        ("How", ("shape", "plan", "motion_steps", "seed")),
        ("To go live", ("better_by", "worse_by", "goes_live")),
    )

    class Meta:
        model = RetrainSchedule
        exclude = ("beat", "made_by", "said", "rang_at")
        labels: ClassVar = {
            "cron": "Crontab",
            "every_hours": "Or every so many hours",
            "least_new_shots": "New shots",
            "least_new_labels": "New labels",
            "minutes": "Or minutes",
            "motion_steps": "Steps of motion",
            "better_by": "Better by",
            "worse_by": "No part worse by",
            "goes_live": "Goes live by itself",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        known = scheduled_families()
        if self.instance.family and self.instance.family not in known:
            known.append(self.instance.family)
        kept = {"UTC", self.instance.time_zone}
        named = {zone for zone in available_timezones() if zone.startswith(AREAS)}
        zones = [(zone, zone) for zone in sorted(kept | named)]
        for name, choices in (
            ("family", [(each, each) for each in known]),
            ("time_zone", zones),
        ):
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def parts(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under their headings."""
        return [(head, [self[name] for name in names]) for head, names in self.PARTS]
