"""The documents of `catalog.documents.components`, field by field, for the schema."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from catalog.api.answers import Answer, KeptSideAnswer
from catalog.documents import components as documents
from catalog.models import EditingComponent

CATEGORIES = ", ".join(EditingComponent.Category.values)


class ComponentAnswer(Answer):
    """An editing component."""

    document = staticmethod(documents.component_document)
    id = s.IntegerField()
    key = s.CharField(help_text="its name for ever: category/base/preset")
    label = s.CharField()  # type: ignore[assignment]  # a field, not DRF's own
    category = s.CharField(help_text=CATEGORIES)
    base = s.CharField()
    preset = s.IntegerField()
    settings = s.DictField()
    split = s.CharField(help_text="train or unseen")
    offered = s.BooleanField(help_text="false: no longer drawn by this release")


class SimilarAnswer(Answer):
    """A component that is like another."""

    document = staticmethod(documents.similar_document)
    likeness = s.FloatField(help_text="cosine of the two embeddings")
    component = ComponentAnswer()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Its document, whose component is a document already."""
        return documents.similar_document(instance)


class FindingAnswer(Answer):
    """What detection says of a shot, or of a cut by its new shot's first frame."""

    document = staticmethod(documents.finding_document)
    id = s.IntegerField()
    title = s.IntegerField()
    shot = s.IntegerField(allow_null=True)
    cut_frame = s.IntegerField(allow_null=True)
    first_frame = s.IntegerField()
    end_frame = s.IntegerField()
    tc = s.CharField()
    answer = s.CharField(help_text="known, unknown or nothing")
    category = s.CharField(allow_blank=True)
    component = s.CharField(allow_null=True, help_text="its key")
    nearest = s.CharField(
        allow_null=True, help_text="of what is unknown, the key of what it is most like"
    )
    label = s.CharField()  # type: ignore[assignment]  # a field, not DRF's own
    confidence = s.FloatField()
    version = s.IntegerField()


class SuggestionAnswer(Answer):
    """A suggestion; without a component, the plain cut or the shot as it stands."""

    document = staticmethod(documents.suggestion_document)
    id = s.IntegerField()
    rank = s.IntegerField()
    component = s.CharField(allow_null=True, help_text="its key")
    category = s.CharField(allow_blank=True)
    label = s.CharField()  # type: ignore[assignment]  # a field, not DRF's own
    confidence = s.FloatField()
    reason = s.CharField()
    before = s.IntegerField(help_text="frames of the leaving title before the cut")
    after = s.IntegerField()
    version = s.IntegerField()


class SuggestionsAnswer(s.Serializer[Any]):
    """What is suggested for a match: for its cut, and for either shot alone."""

    cut = SuggestionAnswer(many=True)
    leaving = SuggestionAnswer(many=True)
    entering = SuggestionAnswer(many=True)


class AcceptanceAnswer(Answer):
    """A person's choice for a cut or for one shot."""

    document = staticmethod(documents.acceptance_document)
    id = s.IntegerField()
    component = s.CharField(allow_null=True, help_text="its key; null: none")
    label = s.CharField()  # type: ignore[assignment]  # a field, not DRF's own
    leaving = KeptSideAnswer()
    entering = KeptSideAnswer(allow_null=True)
    before = s.IntegerField()
    after = s.IntegerField()
    made_at = s.DateTimeField()
    undone_at = s.DateTimeField(allow_null=True)
    carried_from = s.IntegerField(allow_null=True)
