"""What programs send: each field checked, each row one that the user may see."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from catalog.exports import FORMATS, LOOPS, RATES, TARGETS
from catalog.exports.paths import SYSTEMS
from catalog.models import Bin, MatchCandidate, Production, Title, Verdict

LAST_FRAME = 2**31 - 1


class VisibleKey(s.PrimaryKeyRelatedField[Any]):
    """The number of a row that the user may see; another's is as good as none."""

    def get_queryset(self) -> Any:
        """Rows of visible productions."""
        request = self.context.get("request")
        rows: Any = vars(self)["queryset"]
        if request is None:
            return rows.none()
        return rows.visible_to(request.user)


class TitleToAdd(s.Serializer[Any]):
    """A file or folder of the server, under its import roots."""

    path = s.CharField(max_length=4096)
    production = VisibleKey(queryset=Production.objects.all())
    kind = s.ChoiceField(choices=Title.Kind.choices, default=Title.Kind.CUT)
    supersedes = VisibleKey(
        queryset=Title.objects.all(), required=False, allow_null=True, default=None
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A version stays in its production."""
        older = attrs["supersedes"]
        if older is not None and older.production != attrs["production"]:
            raise s.ValidationError(
                f"{older} belongs to {older.production}: choose that production."
            )
        return attrs


class VerdictToGive(s.Serializer[Any]):
    """A word on a pair."""

    value = s.ChoiceField(choices=Verdict.Value.choices)
    reason = s.ChoiceField(
        choices=Verdict.Reason.choices, required=False, allow_blank=True, default=""
    )


class BinToMake(s.Serializer[Any]):
    """An empty bin."""

    production = VisibleKey(queryset=Production.objects.all())
    name = s.CharField(max_length=200)


class BinToRename(s.Serializer[Any]):
    """Another name."""

    name = s.CharField(max_length=200)


class ItemToKeep(s.Serializer[Any]):
    """A pair of the board, at its own frames or at others of the same shots."""

    match = VisibleKey(
        queryset=MatchCandidate.objects.select_related(
            "leaving__title", "entering__title"
        )
    )
    leaving_frame = s.IntegerField(
        min_value=0, max_value=LAST_FRAME, required=False, allow_null=True
    )
    entering_frame = s.IntegerField(
        min_value=0, max_value=LAST_FRAME, required=False, allow_null=True
    )
    note = s.CharField(max_length=2000, required=False, allow_blank=True, default="")


class PlaceToMoveTo(s.Serializer[Any]):
    """A place in the bin, from 1."""

    place = s.IntegerField(min_value=1, max_value=10**6)


class TitleToCarryTo(s.Serializer[Any]):
    """The newer version."""

    title = VisibleKey(queryset=Title.objects.select_related("supersedes__source"))


class ExportToAsk(s.Serializer[Any]):
    """A bin, or matches by their numbers, and what the file is to be."""

    bin = VisibleKey(
        queryset=Bin.objects.all(), required=False, allow_null=True, default=None
    )
    matches = s.ListField(child=s.IntegerField(min_value=1), default=list)
    format = s.ChoiceField(choices=[*FORMATS, LOOPS])
    rate = s.ChoiceField(choices=list(RATES), default="", allow_blank=True)
    seconds = s.FloatField(min_value=0.04, max_value=60, default=2.0)
    handles = s.IntegerField(min_value=0, max_value=100_000, default=24)
    paths = s.ChoiceField(choices=list(SYSTEMS), default="server")
    target = s.ChoiceField(choices=list(TARGETS), default="", allow_blank=True)
    from_rushes = s.BooleanField(default=False)


class SearchFilters(s.Serializer[Any]):
    """What may be found; all of it optional."""

    titles = s.ListField(child=s.IntegerField(), required=False)
    not_titles = s.ListField(child=s.IntegerField(), required=False)
    productions = s.ListField(child=s.IntegerField(), required=False)
    min_seconds = s.FloatField(required=False, min_value=0)
    max_seconds = s.FloatField(required=False, min_value=0)
    added_from = s.DateField(required=False)
    added_to = s.DateField(required=False)
    not_groups_of = s.IntegerField(required=False)
    min_score = s.FloatField(required=False, min_value=0, max_value=1)
    min_handles = s.IntegerField(required=False, min_value=0)


class SearchToAsk(s.Serializer[Any]):
    """By a shot, or by a silhouette: 1,024 hex digits, 64 x 64 bits row by row."""

    kind = s.CharField(max_length=10)
    by = s.ChoiceField(choices=[("shot", "shot"), ("silhouette", "silhouette")])
    shot = s.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    mask = s.CharField(required=False, max_length=1024, default="", allow_blank=True)
    filters = SearchFilters(required=False)
    top = s.IntegerField(required=False, min_value=1, max_value=200, default=20)


class StillToSearchBy(s.Serializer[Any]):
    """By a picture: multipart, with the filters as one JSON field."""

    kind = s.CharField(max_length=10)
    picture = s.FileField()
    filters = s.JSONField(required=False, default=dict)
    top = s.IntegerField(required=False, min_value=1, max_value=200, default=20)
