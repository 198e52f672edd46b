"""What a program says of an edit."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from catalog.api.asked import LAST_FRAME, VisibleKey
from catalog.back_ends import BACK_ENDS
from catalog.models import EditJob, Title
from catalog.models.edits import PROMPT_CHARACTERS, USUAL_STEPS


class RegionToEdit(s.Serializer[Any]):
    """Where: a kind, and what that kind needs; places in parts of the whole picture."""

    kind = s.ChoiceField(choices=EditJob.Region.choices)
    subject = s.CharField(required=False, max_length=20)
    frame = s.IntegerField(required=False, min_value=0, max_value=LAST_FRAME)
    box = s.ListField(child=s.FloatField(), required=False, max_length=4)
    at = s.ListField(child=s.FloatField(), required=False, max_length=2)
    mask = s.CharField(required=False, max_length=1024)


class SameAgain(s.Serializer[Any]):
    """What is said otherwise of an edit that was asked for before; all of it optional."""

    first_frame = s.IntegerField(required=False, min_value=0, max_value=LAST_FRAME)
    end_frame = s.IntegerField(required=False, min_value=0, max_value=LAST_FRAME)
    source_prompt = s.CharField(required=False, max_length=PROMPT_CHARACTERS)
    target_prompt = s.CharField(required=False, max_length=PROMPT_CHARACTERS)
    region = RegionToEdit(required=False)
    back_end = s.ChoiceField(choices=list(BACK_ENDS), required=False)
    strength = s.FloatField(required=False)
    steps = s.IntegerField(required=False, min_value=1, max_value=LAST_FRAME)
    seed = s.IntegerField(required=False, min_value=0, max_value=LAST_FRAME)


class EditAgain(SameAgain):
    """JSON: an edit once more, with its own picture."""

    again = VisibleKey(queryset=EditJob.objects.select_related("title"))


class EditToAsk(SameAgain):
    """Multipart: a title's frames and a picture of what is wanted; `region` as JSON."""

    title = VisibleKey(queryset=Title.objects.all())
    first_frame = s.IntegerField(min_value=0, max_value=LAST_FRAME)
    end_frame = s.IntegerField(min_value=0, max_value=LAST_FRAME)
    picture = s.FileField()
    source_prompt = s.CharField(max_length=PROMPT_CHARACTERS)
    target_prompt = s.CharField(max_length=PROMPT_CHARACTERS)
    region = s.JSONField(required=False)  # type: ignore[assignment]  # a form has no objects
    back_end = s.ChoiceField(choices=list(BACK_ENDS))

    def validate_region(self, value: Any) -> dict[str, Any]:
        """Want a region as JSON has it."""
        form = RegionToEdit(data=value)
        form.is_valid(raise_exception=True)
        return dict(form.validated_data)


class AcceptedAs(s.Serializer[Any]):
    """What an accepted edit is called as a title."""

    name = s.CharField(
        default="", max_length=300, allow_blank=True, help_text='else "SOURCE · edit N"'
    )


class EditToForetell(s.Serializer[Any]):
    """What an edit would take."""

    title = VisibleKey(queryset=Title.objects.all())
    frames = s.IntegerField(min_value=1, max_value=LAST_FRAME)
    back_end = s.ChoiceField(choices=list(BACK_ENDS))
    steps = s.IntegerField(min_value=1, max_value=LAST_FRAME, default=USUAL_STEPS)
    strength = s.FloatField(min_value=0.01, max_value=1, default=1.0)
    marked = s.BooleanField(default=True, help_text="whether a region is given")


class Foretelling(s.Serializer[Any]):
    """Seconds, by the last edit of its back-end on its device; null: none is known."""

    frames = s.IntegerField()
    seconds = s.FloatField(allow_null=True)
    words = s.CharField()
    before = s.IntegerField(help_text="jobs before it in the queue")
