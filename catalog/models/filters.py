"""What a board may be narrowed to and how it is ordered, for pages, API and commands."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import ExpressionWrapper, F, Func, Q, Window
from django.db.models.fields.json import KT
from django.db.models.functions import Abs, Cast, Coalesce, Greatest, RowNumber

from catalog.models.cuts import KnownPairs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from catalog.models.productions import Production
    from catalog.models.titles import Title

# MatchCandidate, whose file imports this one.
Row = TypeVar("Row", bound=models.Model)

WITHIN, ACROSS = "within", "across"
STANDING, NEWEST, SCORE = "standing", "newest", "score"
# The board's order, for each sort: columns from the first on that tells two apart.
ORDERS = {
    STANDING: ("-standing", "pk"),
    NEWEST: ("-match_set_id", "-standing", "pk"),
    SCORE: ("-score", "pk"),
}
# Height of the picture in its widths; the share of a shift that has to be covered is
# that of the usual picture, for a board of many titles.
USUAL_ASPECT = 16 / 9


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """What is asked of a candidate; None and empty ask for nothing.

    Lengths are seconds of both shots, handles frames on both sides, `zoom` how much a
    picture may have to be enlarged, 1 or more.
    """

    kind: str | None = None
    title: Title | None = None
    leaving: Title | None = None
    entering: Title | None = None
    without: Title | None = None
    production: Production | None = None
    scope: str | None = None
    score: float | None = None
    handles: int | None = None
    shortest: float | None = None
    longest: float | None = None
    zoom: float | None = None
    since: date | None = None
    until: date | None = None

    @classmethod
    def of(cls, given: dict[str, Any]) -> Filters:
        """Take what is a filter out of cleaned fields or options."""
        names = {field.name for field in fields(cls)}
        return cls(**{name: given[name] for name in names & given.keys()})


class FilteredCandidates(KnownPairs[Row]):
    """Which candidates a person has asked for."""

    def narrowed(self, filters: Filters) -> Self:
        """The candidates that all filters let through."""
        asked = {field.name: getattr(filters, field.name) for field in fields(filters)}
        found = self
        for name, value in asked.items():
            if value not in (None, ""):
                found = getattr(found, CHOOSERS[name])(value)
        return found

    def of_kind(self, kind: str) -> Self:
        """Matches of one kind."""
        return self.filter(kind=kind)

    def touching_title(self, title: Title) -> Self:
        """Candidates that leave from or enter this title."""
        return self.filter(Q(leaving__title=title) | Q(entering__title=title))

    def leaving_from(self, title: Title) -> Self:
        """Candidates whose leaving shot is of this title."""
        return self.filter(leaving__title=title)

    def entering_into(self, title: Title) -> Self:
        """Candidates whose entering shot is of this title."""
        return self.filter(entering__title=title)

    def without_title(self, title: Title) -> Self:
        """Candidates with neither shot of this title."""
        return self.exclude(leaving__title=title).exclude(entering__title=title)

    def of_production(self, production: Production) -> Self:
        """Candidates with both shots of this production."""
        return self.filter(
            leaving__title__production=production,
            entering__title__production=production,
        )

    def in_scope(self, scope: str) -> Self:
        """Candidates within one title, or across two."""
        same = Q(leaving__title=F("entering__title"))
        return self.filter(same if scope == WITHIN else ~same)

    def scored_from(self, score: float) -> Self:
        """Candidates of this score or a higher one."""
        return self.filter(score__gte=score)

    def with_handles(self, frames: int) -> Self:
        """Candidates whose shots both go on for so many frames beyond the cut."""
        return self.filter(
            leaving__end_frame__gt=F("leaving_frame") + frames,
            entering__first_frame__lte=F("entering_frame") - frames,
        )

    def lasting_from(self, seconds: float) -> Self:
        """Candidates whose shots both last at least so long."""
        return self._lasting("gte", seconds)

    def lasting_to(self, seconds: float) -> Self:
        """Candidates whose shots both last at most so long."""
        return self._lasting("lte", seconds)

    def _lasting(self, compare: str, seconds: float) -> Self:
        found = self
        for side in ("leaving", "entering"):
            frames = F(f"{side}__end_frame") - F(f"{side}__first_frame")
            # In 1/rate_num s, for rates are exact: frames * den against seconds * num.
            lasts = ExpressionWrapper(
                frames * F(f"{side}__title__rate_den"), models.FloatField()
            )
            limit = ExpressionWrapper(
                F(f"{side}__title__rate_num") * seconds, models.FloatField()
            )
            found = found.alias(**{f"{side}_lasts": lasts})
            found = found.filter(**{f"{side}_lasts__{compare}": limit})
        return found

    def enlarged_to(self, zoom: float) -> Self:
        """Candidates of which no picture has to be enlarged more than so much.

        Shrinking one side is enlarging the other, and a shift is covered by enlarging:
        scale >= 1 + 2 |dx| for a picture one wide.
        """
        part = {
            name: Cast(KT(f"transform__{name}"), models.FloatField())
            for name in ("scale", "dx", "dy")
        }
        needed = Greatest(
            part["scale"],
            1.0 / part["scale"],
            1.0 + 2.0 * Abs(part["dx"]),
            1.0 + 2.0 * USUAL_ASPECT * Abs(part["dy"]),
            output_field=models.FloatField(),
        )
        placed = self.alias(needed=needed)
        return placed.filter(Q(transform__isnull=True) | Q(needed__lte=zoom))

    def found_since(self, day: date) -> Self:
        """Candidates of searches on this day or later."""
        return self.filter(match_set__created_at__date__gte=day)

    def found_until(self, day: date) -> Self:
        """Candidates of searches on this day or earlier."""
        return self.filter(match_set__created_at__date__lte=day)

    def one_a_group(self) -> Self:
        """Of the pairs between the same two near-duplicate groups, the best of a kind.

        What is filtered before this call competes; what is filtered after does not.
        """
        return self._best_of(
            Coalesce(F("leaving__group"), -F("leaving")),
            Coalesce(F("entering__group"), -F("entering")),
        )

    def one_a_pair(self) -> Self:
        """Each pair of shots once a kind: the searches of both its titles find it.

        What is filtered before this call competes; what is filtered after does not.
        """
        return self._best_of(F("leaving"), F("entering"))

    def _best_of(self, leaving: F | Coalesce, entering: F | Coalesce) -> Self:
        same = [F("kind"), leaving, entering]
        place = Window(RowNumber(), partition_by=same, order_by=["-standing", "pk"])
        best = self.annotate(place=place).filter(place=1)
        return self.filter(_one_of(best.values("pk")))

    def sorted_by(self, sort: str) -> Self:
        """In the order of one of ORDERS; it never depends on chance."""
        return self.order_by(*ORDERS[sort])

    def after(self, last: Row, sort: str) -> Self:
        """What `sorted_by` lists after this candidate."""
        return self.filter(_later(last, ORDERS[sort]))

    def before(self, first: Row, sort: str) -> Self:
        """What `sorted_by` lists before this candidate, the nearest first."""
        backwards = tuple(
            name.removeprefix("-") if name.startswith("-") else f"-{name}"
            for name in ORDERS[sort]
        )
        return self.filter(_later(first, backwards)).order_by(*backwards)


def _later(last: models.Model, columns: Sequence[str]) -> Q:
    later = Q()
    equal: dict[str, Any] = {}
    for column in columns:
        name = column.removeprefix("-")
        value = getattr(last, name)
        compare = "lt" if column.startswith("-") else "gt"
        later |= Q(**equal, **{f"{name}__{compare}": value})
        equal[name] = value
    return later


def _one_of(keys: models.QuerySet[Any, Any]) -> Func:
    # As an array it is found once. As a subquery the planner takes it for a handful of
    # rows and finds it anew for each candidate.
    return Func(
        F("pk"),
        ArraySubquery(keys),
        arg_joiner=" = ANY(",
        template="(%(expressions)s))",
        output_field=models.BooleanField(),
    )


# Which method answers which filter.
CHOOSERS = {
    "kind": "of_kind",
    "title": "touching_title",
    "leaving": "leaving_from",
    "entering": "entering_into",
    "without": "without_title",
    "production": "of_production",
    "scope": "in_scope",
    "score": "scored_from",
    "handles": "with_handles",
    "shortest": "lasting_from",
    "longest": "lasting_to",
    "zoom": "enlarged_to",
    "since": "found_since",
    "until": "found_until",
}
