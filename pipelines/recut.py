"""Cuts found again, or changed by hand: only what changed is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.services import ask_across
from pipelines.carry import with_older
from pipelines.duplicates import group_duplicates
from pipelines.match import match
from pipelines.represent import represent
from pipelines.segment import give_roles, load_signals, segment

if TYPE_CHECKING:
    from pipelines.jobs import Claim


def redetect(claim: Claim) -> None:
    """Detect the cuts again; shots that stay where they were keep their rows."""
    claim.do_stages({**with_older(claim.title, segment), **AFTER})
    ask_across(claim.title)


def recut(claim: Claim) -> None:
    """Look at the shots that a split or merge has made."""
    claim.do_stages({"roles": _roles, **AFTER})
    ask_across(claim.title)


def rematch(claim: Claim) -> None:
    """Search a title again with the live encoders; what was never looked at is, first."""
    claim.do_stages(AFTER)
    ask_across(claim.title)


def _roles(claim: Claim) -> None:
    give_roles(claim, load_signals(claim.title))


AFTER = {"represent": represent, "duplicates": group_duplicates, "match": match}
