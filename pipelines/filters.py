"""What a search may find: conditions that stand in the query itself."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from psycopg import sql

from catalog.models import Shot
from pipelines.rows import read_rows

if TYPE_CHECKING:
    from mlcore.matching.kinds import Kind
    from mlcore.matching.moments import Slot

SELECTIVE = 0.02
"""Share of the shots below which a filter is answered by a scan of what passes it."""


SCAN_COST = 18.0
"""An index weighs about `many` / share rows, whatever their moment, in 64 us for each that is
kept; a scan takes 3.5 us a passing shot (a million movements, `python -m bench.search`): below
sqrt(18 * many * shots) passing shots the scan is as fast, and exact."""


class Lookup(NamedTuple):
    """Rows of which moments are sought for a row of which moments."""

    own: frozenset[Slot]
    others: frozenset[Slot]
    enters: bool
    """The others may follow the own shot."""
    leaves: bool
    """The own shot may follow the others."""


def lookups_of(kind: Kind[Any]) -> list[Lookup]:
    """Every way round in which a row of the kind can meet others, each once."""
    found: dict[tuple[frozenset[Slot], frozenset[Slot]], Lookup] = {}
    for leaving, entering in kind.comparisons:
        if leaving == entering:
            found[leaving, entering] = Lookup(leaving, entering, True, True)  # noqa: FBT003
            continue
        found[leaving, entering] = Lookup(leaving, entering, enters=True, leaves=False)
        found[entering, leaving] = Lookup(entering, leaving, enters=False, leaves=True)
    return list(found.values())


class Condition(NamedTuple):
    """A piece of SQL and its values."""

    text: str
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """Which rows of which shots come into question; pictures only, always."""

    titles: tuple[int, ...] | None = None
    """Only shots of these titles; None: of all."""
    not_titles: tuple[int, ...] = ()
    not_shots: tuple[int, ...] = ()
    not_groups: tuple[int, ...] = ()
    """No shots of these near-duplicate groups."""
    min_seconds: float | None = None
    max_seconds: float | None = None
    min_handles: int = 0
    """Frames that the shot must have beyond the matched frame, outside the cut."""
    min_score: float = 0.0
    """Applied after the exact re-scoring: no distance knows it."""

    def on_rows(self) -> list[Condition]:
        """What can be said of a representation row `r` by itself."""
        found = []
        if self.titles is not None:
            found.append(Condition("r.title_id = ANY(%s)", (list(self.titles),)))
        if self.not_titles:
            found.append(Condition("r.title_id <> ALL(%s)", (list(self.not_titles),)))
        if self.not_shots:
            found.append(Condition("r.shot_id <> ALL(%s)", (list(self.not_shots),)))
        return found

    def on_shots(self) -> list[Condition]:
        """What is asked of the shot `s`."""
        found = [Condition("s.role = %s", (Shot.Role.PICTURE.value,))]
        if self.not_groups:
            outside = "(s.group_id IS NULL OR s.group_id <> ALL(%s))"
            found.append(Condition(outside, (list(self.not_groups),)))
        for limit, sign in ((self.min_seconds, ">="), (self.max_seconds, "<=")):
            if limit is not None:
                found.append(Condition(f"{SECONDS} {sign} %s", (limit,)))
        return found

    def on_handles(self, lookup: Lookup) -> list[Condition]:
        """What is asked of the row's place in its shot."""
        if self.min_handles <= 0:
            return []
        ways = []
        if lookup.enters:
            ways.append("r.frame - s.first_frame >= %s")
        if lookup.leaves:
            ways.append("s.end_frame - 1 - r.frame >= %s")
        values = (self.min_handles,) * len(ways)
        return [Condition(f"({' OR '.join(ways)})", values)]

    @property
    def by_seconds(self) -> bool:
        """Whether the shot's title must be read too: it knows the rate."""
        return self.min_seconds is not None or self.max_seconds is not None

    def without_shot(self, shot: int) -> Filters:
        """The same, but for one shot: what is sought for is not found."""
        return replace(self, not_shots=(*self.not_shots, shot))

    def is_narrow(self, many: int) -> bool:
        """True where a scan of what passes is right for lists of `many` rows.

        That is below SELECTIVE of all shots, so that nothing is missed there, and also
        where an index would weigh more rows than pass. Counts no further than needed.
        """
        total = _all_shots()
        enough = int(max(SELECTIVE * total, math.sqrt(SCAN_COST * many * total))) + 1
        on_titles = [
            Condition(text.replace("r.title_id", "s.title_id"), values)
            for text, values in self.on_rows()
            if "title_id" in text
        ]
        # A row at its shot's end has no handle there; one inside has half of the shot.
        long = Condition("s.end_frame - s.first_frame > 2 * %s", (self.min_handles,))
        conditions = [*on_titles, *self.on_shots(), long]
        rate = TITLE if self.by_seconds else ""
        counted = (
            f"SELECT count(*) FROM (SELECT 1 FROM catalog_shot s {rate} "  # noqa: S608
            f"WHERE {together(conditions)} LIMIT %s) passing"
        )
        values = [*values_of(conditions), enough]
        return int(read_rows(counted, values)[0][0]) < enough


def _all_shots() -> int:
    """How many there are; where counting would take its time, as last analysed."""
    known = read_rows(ANALYSED, [])[0][0]
    if known >= COUNTED:
        return int(known)
    return int(read_rows("SELECT count(*) FROM catalog_shot", [])[0][0])


ANALYSED = "SELECT reltuples::bigint FROM pg_class WHERE oid = 'catalog_shot'::regclass"
COUNTED = 200_000
SECONDS = "(s.end_frame - s.first_frame) * t.rate_den::float8 / t.rate_num"
TITLE = "JOIN catalog_title t ON t.id = s.title_id AND t.rate_num > 0"


def together(conditions: list[Condition]) -> str:
    """All of them."""
    return " AND ".join(condition.text for condition in conditions) or "true"


def values_of(conditions: list[Condition]) -> list[Any]:
    """Their values in order."""
    return [value for condition in conditions for value in condition.values]


def rows_pass(filters: Filters, lookup: Lookup) -> tuple[sql.SQL, list[Any]]:
    """The conditions on a row `r` as one piece of SQL, and its values."""
    on_rows = filters.on_rows()
    on_shots = [*filters.on_shots(), *filters.on_handles(lookup)]
    rate = TITLE if filters.by_seconds else ""
    inside = (
        f"EXISTS (SELECT 1 FROM catalog_shot s {rate} "  # noqa: S608  our own words
        f"WHERE s.id = r.shot_id AND {together(on_shots)})"
    )
    text = " AND ".join([condition.text for condition in on_rows] + [inside])
    return sql.SQL(text), values_of([*on_rows, *on_shots])
