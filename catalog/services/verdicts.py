from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.timezone import now

from catalog.models import MatchCandidate, MatchSet, Shot, Verdict
from catalog.services.titles import Refused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def give_verdict(
    candidate: MatchCandidate, value: str, *, user: User | None, reason: str = ""
) -> Verdict:
    """Write down a person's word on a pair, by title and frames.

    A reason given after the word is added to it, so that one undo takes back both.
    Raises ValueError when the value is not a verdict, or the reason is none of
    `Verdict.Reason` or goes with a good cut.
    """
    _check(value, reason)
    last = candidate.verdicts().standing().first()
    if last and reason and _lacks_reason(last, value, user):
        last.reason = reason
        last.save(update_fields=["reason"])
        return last
    leaving, entering = candidate.leaving, candidate.entering
    return Verdict.objects.create(
        kind=candidate.kind,
        value=value,
        reason=reason,
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


def _check(value: str, reason: str) -> None:
    if value not in Verdict.Value.values:
        raise ValueError(f"{value!r} is not a verdict: say good or bad.")
    if reason and reason not in Verdict.Reason.values:
        known = ", ".join(Verdict.Reason.values)
        raise ValueError(f"{reason!r} is not a reason: say one of {known}, or none.")
    if reason and value == Verdict.Value.GOOD:
        raise ValueError("A reason says why a pair is rejected: a good cut has none.")


def _lacks_reason(last: Verdict, value: str, user: User | None) -> bool:
    return last.made_by == user and last.value == value and not last.reason


def label_pair(
    leaving: Shot,
    entering: Shot,
    value: str,
    *,
    kind: str,
    user: User | None,
    reason: str = "",
) -> Verdict:
    """Write down a word on a cut from one shot to another, on the board or not.

    The frames are those a live search matched, else the last of the one and the first
    of the other. Raises Refused for one shot twice, a kind nobody sought, a value or
    a reason that is none.
    """
    if leaving.pk == entering.pk:
        raise Refused("A shot cannot be cut to itself; name two shots.")
    known = MatchSet.objects.kinds()
    if kind not in known:
        raise Refused(
            f"No search has sought the kind {kind!r}; "
            f"there are {', '.join(known) or 'none yet'}."
        )
    reason = _known_reason(reason)
    live = MatchCandidate.objects.live().filter(kind=kind)
    found = live.filter(leaving=leaving, entering=entering).first()
    candidate = found or MatchCandidate(
        kind=kind,
        leaving=leaving,
        leaving_frame=leaving.end_frame - 1,
        entering=entering,
        entering_frame=entering.first_frame,
    )
    try:
        return give_verdict(candidate, value, user=user, reason=reason)
    except ValueError as error:
        raise Refused(str(error)) from None


def _known_reason(word: str) -> str:
    plain = word.strip().lower().replace(" ", "_").replace("-", "_")
    if plain and plain not in Verdict.Reason.values:
        known = ", ".join(Verdict.Reason.values)
        raise Refused(f"{word!r} is no reason; there are {known}.")
    return plain


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
