"""What programs send of components."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from catalog.api.asked import LAST_FRAME
from catalog.models import EditingComponent

PLACES = ("cut", "leaving", "entering")


class ComponentToLay(s.Serializer[Any]):
    """A component by its key, on the cut or on one of its shots; null lays none."""

    component = s.SlugRelatedField(
        slug_field="key", queryset=EditingComponent.objects.offered(), allow_null=True
    )
    on = s.ChoiceField(choices=[(each, each) for each in PLACES], default="cut")
    before = s.IntegerField(min_value=0, max_value=LAST_FRAME, default=0)
    after = s.IntegerField(min_value=0, max_value=LAST_FRAME, default=0)
    leaving_frame = s.IntegerField(
        required=False, min_value=0, max_value=LAST_FRAME, allow_null=True
    )
    entering_frame = s.IntegerField(
        required=False, min_value=0, max_value=LAST_FRAME, allow_null=True
    )
