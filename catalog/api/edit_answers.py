"""The documents of `catalog.documents.edits`, field by field, for the schema."""

from __future__ import annotations

from rest_framework import serializers as s

from catalog.api.answers import Answer
from catalog.back_ends import BACK_ENDS
from catalog.documents.edits import edit_document


class EditAnswer(Answer):
    """One attempt at an edit: what was asked, how it goes, what came of it."""

    document = staticmethod(edit_document)
    id = s.IntegerField()
    job = s.IntegerField(allow_null=True)
    state = s.CharField(help_text="its job's, or gone")
    error = s.CharField(allow_blank=True)
    stage = s.CharField(allow_blank=True)
    step = s.IntegerField()
    steps_of_stage = s.IntegerField()
    title = s.IntegerField()
    first_frame = s.IntegerField()
    end_frame = s.IntegerField()
    frames = s.IntegerField()
    start_tc = s.CharField()
    source_prompt = s.CharField()
    target_prompt = s.CharField()
    picture_sha256 = s.CharField()
    region = s.DictField(help_text="kind, and what that kind needs")
    back_end = s.CharField(help_text=", ".join(BACK_ENDS))
    strength = s.FloatField()
    steps = s.IntegerField()
    seed = s.IntegerField()
    parent = s.IntegerField(allow_null=True)  # type: ignore[assignment]  # a field, not DRF's own
    reproduces = s.IntegerField(allow_null=True)
    same_pixels = s.BooleanField(allow_null=True)
    made_otherwise = s.ListField(
        child=s.CharField(),
        help_text="in what the edit it reproduces was made otherwise",
    )
    estimate = s.DictField(allow_null=True, help_text="foretold by its worker")
    inputs = s.DictField(help_text="hashes of what went in, and what computed")
    video = s.CharField(allow_null=True, help_text="the result on the server")
    pixels_sha256 = s.CharField(allow_null=True)
    file_sha256 = s.CharField(allow_null=True)
    metrics = s.DictField()
    flicker = s.DictField()
    spent = s.DictField()
    accepted = s.IntegerField(allow_null=True, help_text="the title it became")
    accepted_by = s.CharField(allow_null=True)
    accepted_at = s.DateTimeField(allow_null=True)
    made_by = s.CharField(allow_null=True)
    made_at = s.DateTimeField()
