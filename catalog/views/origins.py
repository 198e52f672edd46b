"""Where a pair comes from: the searches that found it, their encoders, the formula."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.models import EncoderVersion, MatchCandidate, MatchSet


@dataclass(frozen=True, slots=True)
class Found:
    """One search that found the pair, and the encoder versions that it looked with."""

    candidate: MatchCandidate
    match_set: MatchSet
    versions: list[EncoderVersion]


def searches_of(candidate: MatchCandidate) -> list[Found]:
    """Every search that still is kept and found this pair, the live one first."""
    found = MatchCandidate.objects.like(candidate).select_related("match_set__title")
    rows = list(found.order_by("-match_set__live", "-match_set__created_at"))
    keys = {key for row in rows for key in row.match_set.versions.values()}
    versions = EncoderVersion.objects.in_bulk(keys)
    return [_found(row, versions) for row in rows]


def _found(row: MatchCandidate, versions: dict[int, EncoderVersion]) -> Found:
    match_set: MatchSet = row.match_set
    used = [versions[key] for key in match_set.versions.values() if key in versions]
    return Found(row, match_set, used)


def formula_of(candidate: MatchCandidate) -> str:
    """How the parts make the score, as the search itself wrote it down; or nothing."""
    formulas = candidate.match_set.config.get("formulas", {})
    return str(formulas.get(candidate.kind, ""))
