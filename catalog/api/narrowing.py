"""Filters of lists, from the address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters as f
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend

from catalog.api.asker import asker
from catalog.forms.board import BoardForm
from catalog.models import EditingComponent, EditJob, Job, Shot, Title

if TYPE_CHECKING:
    from rest_framework.request import Request

    from catalog.models.components import EditingComponentQuerySet


class TitleFilter(f.FilterSet):  # type: ignore[misc]  # the library has no types
    """Titles by what they are."""

    name = f.CharFilter(lookup_expr="icontains")

    class Meta:
        model = Title
        fields = ["name", "production", "kind", "state", "supersedes", "reel"]


class ShotFilter(f.FilterSet):  # type: ignore[misc]
    """Shots by what they show."""

    class Meta:
        model = Shot
        fields = ["role", "group"]


class ComponentFilter(f.FilterSet):  # type: ignore[misc]
    """Components by what they are."""

    name = f.CharFilter(method="called", label="words of its label or key")

    class Meta:
        model = EditingComponent
        fields = ["category", "base", "split"]

    def called(
        self, found: EditingComponentQuerySet, _name: str, words: str
    ) -> EditingComponentQuerySet:
        """Those with every word in their label or key."""
        return found.called(words)


class JobFilter(f.FilterSet):  # type: ignore[misc]
    """Jobs by what becomes of them."""

    class Meta:
        model = Job
        fields = ["kind", "state", "title"]


class EditFilter(f.FilterSet):  # type: ignore[misc]
    """Edits by what was asked and what becomes of them."""

    state = f.CharFilter(field_name="job__state", label="state of its job")

    class Meta:
        model = EditJob
        fields = ["title", "back_end", "parent"]


class BoardFilter(BaseFilterBackend):
    """The board's own form: the same fields give the same pairs as its page.

    What makes no sense is dropped on the page and refused here.
    """

    def filter_queryset(self, request: Request, queryset: Any, view: Any) -> Any:
        """The pairs the form asks for; the view is told the order."""
        form = BoardForm(request.query_params, user=asker(request))
        if not form.is_valid():
            raise ValidationError(
                {name: [str(one) for one in said] for name, said in form.errors.items()}
            )
        view.board_order = form.order
        return form.candidates()

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Each field of the form."""
        return [
            {
                "name": name,
                "in": "query",
                "required": False,
                "description": field.label or name.capitalize(),
                "schema": _schema_of(field),
            }
            for name, field in BoardForm.base_fields.items()
        ]


def _schema_of(field: Any) -> dict[str, Any]:
    kinds = {"IntegerField": "integer", "FloatField": "number"}
    kind = kinds.get(type(field).__name__)
    if kind:
        return {"type": kind, "minimum": field.min_value, "maximum": field.max_value}
    if type(field).__name__ == "DateField":
        return {"type": "string", "format": "date"}
    if type(field).__name__ == "ModelChoiceField":
        return {"type": "integer"}
    words = [value for value, _ in field.choices if value]
    return {"type": "string", "enum": words} if words else {"type": "string"}
