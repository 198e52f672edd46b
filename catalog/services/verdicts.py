from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.timezone import now

from catalog.models import MatchCandidate, Verdict

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def give_verdict(
    candidate: MatchCandidate, value: str, *, user: User, reason: str = ""
) -> Verdict:
    """Write down a person's word on a pair, by title and frames.

    Raises ValueError when the value is not a verdict.
    """
    if value not in Verdict.Value.values:
        raise ValueError(f"{value!r} is not a verdict: say good or bad.")
    leaving, entering = candidate.leaving, candidate.entering
    return Verdict.objects.create(
        kind=candidate.kind,
        value=value,
        reason=reason[:200],
        leaving_title=leaving.title,
        leaving_first=leaving.first_frame,
        leaving_end=leaving.end_frame,
        leaving_frame=candidate.leaving_frame,
        entering_title=entering.title,
        entering_first=entering.first_frame,
        entering_end=entering.end_frame,
        entering_frame=candidate.entering_frame,
        made_by=user,
    )


def undo_verdict(user: User) -> Verdict | None:
    """Take back the user's last standing verdict; None when there is none.

    The row stays, marked: history is never erased.
    """
    # What was carried to a new version was not said there: it has nothing to take back.
    given = Verdict.objects.filter(made_by=user, carried_from__isnull=True)
    last = given.filter(undone_at__isnull=True).first()
    if last is not None:
        last.undone_at = now()
        last.save(update_fields=["undone_at"])
    return last
