from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.utils.timezone import now

from catalog.matchcuts import cut_of_candidate
from catalog.models import Job, MatchSet
from catalog.services.bins import keep_in_bin
from catalog.services.jobs import add_job

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import User

    from catalog.models import Bin, MatchCandidate

# A chain found so long ago is sought again: verdicts may have changed meanwhile.
FRESH = timedelta(minutes=10)


def ask_chains(wanted: dict[str, Any], *, by: User | None) -> Job:
    """Ask for chains (the names of `ChainForm`); one found a moment ago is found.

    Searched are the candidates that `by` may see; None sees everything.
    """
    subject = {name: value for name, value in wanted.items() if value}
    text = json.dumps([by.pk if by else None, subject], sort_keys=True)
    key = f"chain:{hashlib.sha256(text.encode()).hexdigest()[:40]}"
    last = Job.objects.filter(key=key).first()
    if last is not None and _is_fresh(last):
        return last
    return add_job(Job.Kind.CHAIN, None, subject=subject, key=key, asked_by=by)


def _is_fresh(job: Job) -> bool:
    live = MatchSet.objects.filter(live=True)
    newest = live.aggregate(newest=Max("created_at"))["newest"]
    searched = newest is None or newest < job.created_at
    return searched and job.created_at > now() - FRESH


@transaction.atomic
def keep_chain(
    kept_in: Bin, cuts: Sequence[MatchCandidate], *, user: User | None
) -> int:
    """Put the cuts of a chain at the end of a bin, in their order; returns how many."""
    for candidate in cuts:
        keep_in_bin(kept_in, cut_of_candidate(candidate), user=user)
    return len(cuts)
