"""The documents of `catalog.documents`, field by field, for the schema."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rest_framework import serializers as s

from catalog.documents import cuts, pairs, titles, work


class Answer(s.Serializer[Any]):
    """A row as a document: what the schema names and the document lacks fails here."""

    document: Callable[[Any], dict[str, Any]] | None = None

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """The row's document, field by field."""
        made = type(self).__dict__.get("document")
        document = made.__func__(instance) if made else instance
        return super().to_representation(document)


class ProductionAnswer(Answer):
    """A production."""

    document = staticmethod(titles.production_document)
    id = s.IntegerField()
    name = s.CharField()
    may_train = s.BooleanField()


class TitleAnswer(Answer):
    """A title."""

    document = staticmethod(titles.title_document)
    id = s.IntegerField()
    name = s.CharField()
    production = s.IntegerField()
    kind = s.CharField(help_text="cut, rushes or reference")
    version = s.IntegerField()
    supersedes = s.IntegerField(allow_null=True)
    state = s.CharField(help_text="queued, working, ready, failed or duplicate")
    error = s.CharField(allow_blank=True)
    same_as = s.IntegerField(allow_null=True)
    frames = s.IntegerField()
    rate = s.CharField(help_text="frames a second, exact: 24000/1001")
    start_tc = s.CharField()
    drop_frame = s.BooleanField()
    reel = s.CharField(allow_blank=True)
    file = s.CharField()
    offline = s.BooleanField()
    added = s.DateTimeField()
    shots = s.IntegerField(allow_null=True)
    matches = s.IntegerField(allow_null=True)


class AddedAnswer(s.Serializer[Any]):
    """A title that was added, and the job that ingests it."""

    title = TitleAnswer()
    job = s.IntegerField(allow_null=True)


class ShotAnswer(Answer):
    """A shot: frames are half-open, timecodes the source's."""

    document = staticmethod(titles.shot_document)
    id = s.IntegerField()
    index = s.IntegerField()
    first_frame = s.IntegerField()
    end_frame = s.IntegerField()
    start_tc = s.CharField()
    end_tc = s.CharField()
    role = s.CharField(help_text="picture, black, bars, slate or text")
    group = s.IntegerField(allow_null=True)


class SideAnswer(s.Serializer[Any]):
    """One side of a candidate: the last frame before the cut, or the first after it."""

    title = s.IntegerField()
    title_name = s.CharField()
    shot = s.IntegerField()
    shot_index = s.IntegerField()
    frame = s.IntegerField()
    tc = s.CharField()
    file = s.CharField()
    reel = s.CharField(allow_blank=True)
    handle_frames = s.IntegerField()


class TransformAnswer(s.Serializer[Any]):
    """How the entering picture is placed: widths of the picture, degrees."""

    scale = s.FloatField()
    dx = s.FloatField()
    dy = s.FloatField()
    rotation = s.FloatField()


class MatchAnswer(Answer):
    """A match cut that is proposed."""

    document = staticmethod(pairs.match_document)
    id = s.IntegerField()
    rank = s.IntegerField(allow_null=True)
    kind = s.CharField()
    score = s.FloatField()
    parts = s.DictField()
    leaving = SideAnswer()
    entering = SideAnswer()
    transform = TransformAnswer(allow_null=True)


class KeptSideAnswer(s.Serializer[Any]):
    """One side of a verdict."""

    title = s.IntegerField()
    first_frame = s.IntegerField()
    end_frame = s.IntegerField()
    frame = s.IntegerField()


class VerdictAnswer(Answer):
    """What a person said of a pair."""

    document = staticmethod(pairs.verdict_document)
    id = s.IntegerField()
    kind = s.CharField()
    value = s.CharField(help_text="good or bad")
    reason = s.CharField(allow_blank=True)
    leaving = KeptSideAnswer()
    entering = KeptSideAnswer()
    made_at = s.DateTimeField()
    undone_at = s.DateTimeField(allow_null=True)
    carried_from = s.IntegerField(allow_null=True)


class BinAnswer(Answer):
    """A bin."""

    document = staticmethod(pairs.bin_document)
    id = s.IntegerField()
    production = s.IntegerField()
    name = s.CharField()
    items = s.IntegerField()
    made_at = s.DateTimeField()


class CutSideAnswer(s.Serializer[Any]):
    """One side of a bin's cut, with the shot as it was."""

    title = s.IntegerField()
    title_name = s.CharField()
    first_frame = s.IntegerField()
    end_frame = s.IntegerField()
    frame = s.IntegerField()
    tc = s.CharField()
    file = s.CharField()
    reel = s.CharField(allow_blank=True)
    handle_frames = s.IntegerField()


class ItemAnswer(Answer):
    """One cut of a bin."""

    document = staticmethod(pairs.item_document)
    id = s.IntegerField()
    bin = s.IntegerField()
    place = s.IntegerField()
    kind = s.CharField()
    score = s.FloatField(allow_null=True)
    parts = s.DictField()
    leaving = CutSideAnswer()
    entering = CutSideAnswer()
    transform = TransformAnswer(allow_null=True)
    note = s.CharField(allow_blank=True)
    made_at = s.DateTimeField()
    carried_from = s.IntegerField(allow_null=True)


class CarriedAnswer(s.Serializer[Any]):
    """What carrying a bin to a new version gave."""

    items = ItemAnswer(many=True)
    gone = s.ListField(child=s.IntegerField(), help_text="items whose frames are gone")


class JobAnswer(Answer):
    """A job."""

    document = staticmethod(work.job_document)
    id = s.IntegerField()
    kind = s.CharField()
    title = s.IntegerField(allow_null=True)
    state = s.CharField(
        help_text="ready, running, done, failed, quarantined or cancelled"
    )
    stage = s.CharField(allow_blank=True)
    progress = s.FloatField()
    error = s.CharField(allow_blank=True)
    seconds = s.DictField(child=s.FloatField())
    result = s.DictField()
    created_at = s.DateTimeField()
    ended_at = s.DateTimeField(allow_null=True)


class EncoderAnswer(Answer):
    """An encoder version."""

    document = staticmethod(work.encoder_document)
    id = s.IntegerField()
    family = s.CharField()
    name = s.CharField()
    status = s.CharField(help_text="candidate, active or retired")
    weights_sha256 = s.CharField(allow_blank=True)
    metrics = s.DictField()
    parent = s.IntegerField(allow_null=True)  # type: ignore[assignment]  # a field, not DRF's own
    created_at = s.DateTimeField()


class CutAnswer(Answer):
    """An imported timeline."""

    document = staticmethod(cuts.cut_document)
    id = s.IntegerField()
    production = s.IntegerField()
    name = s.CharField()
    title = s.IntegerField(allow_null=True)
    form = s.CharField()
    events = s.IntegerField()
    made_at = s.DateTimeField()


class EventAnswer(Answer):
    """One clip of an imported timeline: frames are half-open."""

    document = staticmethod(cuts.event_document)
    place = s.IntegerField()
    source = s.IntegerField()  # type: ignore[assignment]  # a field, not DRF's own
    source_first = s.IntegerField()
    source_end = s.IntegerField()
    record_first = s.IntegerField()
    record_end = s.IntegerField()
    reel = s.CharField(allow_blank=True)
    clip_name = s.CharField(allow_blank=True)
