"""From a version that was trained to one that is live: every family's last stages.

Every board, of a title and across titles, is ranked with it first, into sets that are not
shown; one transaction flips version and sets.
"""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from django.conf import settings
from django.utils.timezone import now
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from catalog.churn import rank_churn
from catalog.models import (
    EncoderVersion,
    MatchSet,
    Promotion,
    RetrainSchedule,
    TrainingRun,
)
from catalog.services import (
    Refused,
    check_usable,
    promote_version,
    reopen_run,
    told_gate,
)
from pipelines.across import find_across, write_across
from pipelines.boards import write_set
from pipelines.errors import PipelineError
from pipelines.jobs import Finished
from pipelines.match import LIMITS, find_matches
from pipelines.sought import search_with

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.db.models import QuerySet

    from pipelines.jobs import Claim
    from pipelines.sought import Sought

    Stages = Mapping[str, Callable[[Claim], None]]


def train_or_promote(claim: Claim, training: Stages, by_hand: Stages) -> None:
    """Do what a job of a trained family asks: train, or put a version live by hand."""
    torch.set_num_threads(settings.TORCH_THREADS)
    # Pool children share the cores: more threads each would only wait for one another.
    with threadpool_limits(settings.TORCH_THREADS):
        claim.do_stages(by_hand if "version" in claim.job.subject else training)


def begun_run(claim: Claim, family: str) -> TrainingRun:
    """The run of a training job, unfinished again where the job is tried again.

    Raises PipelineError while another run of the family is unfinished.
    """
    run, _ = TrainingRun.objects.get_or_create(
        job=claim.job, defaults={"family": family}
    )
    if run.ended_at is not None and not run.is_decided:
        try:
            reopen_run(run)
        except Refused as refused:
            raise PipelineError(str(refused)) from None
    return run


def is_judged(run: TrainingRun) -> bool:
    """Whether the gate of a run has decided, against what is live now.

    Another version may have gone live while the run was broken off.
    """
    if not run.outcome or run.is_decided:
        return bool(run.outcome)
    live = live_of(run.family)
    key = live.pk if live else None
    return key == run.version_id or run.outcome.get("against_version", key) == key


def write_outcome(claim: Claim, run: TrainingRun, outcome: dict[str, Any]) -> None:
    """Write down what the gate of a run decided; a version that did not pass ends it."""
    version = version_of(run)
    with claim.writing():
        version.metrics = outcome
        version.save(update_fields=["metrics"])
        run.outcome = outcome
        run.stage = "judged"
        if not outcome["passed"]:
            run.ended_at = now()
        run.save(update_fields=["outcome", "stage", "ended_at"])
    claim.job.note(outcome["reason"])


def end_unless_passed(run: TrainingRun) -> None:
    """End the job of a run whose version did not pass; also when it is tried again."""
    if not run.outcome["passed"]:
        raise Finished


def weigh(claim: Claim) -> None:
    """Write down how boards would change; where a person is to decide, end here."""
    version = asked_version(claim)
    if not is_live(version):
        churn = rank_churn(version)
        with claim.writing():
            version.metrics |= {"churn": asdict(churn)}
            version.save(update_fields=["metrics"])
        claim.job.note(churn.said)
    end_where_a_person_decides(claim)


def end_where_a_person_decides(claim: Claim) -> None:
    """End a job whose version is ready, where a person puts versions live."""
    if is_live(asked_version(claim)) or not _waits(claim):
        return
    if "version" not in claim.job.subject:
        run = run_of(claim)
        with claim.writing():
            run.ended_at = now()
            run.save(update_fields=["ended_at"])
    claim.job.note("Ready; put it live by hand.")
    raise Finished


def _waits(claim: Claim) -> bool:
    """Whether what a job made ready is not put live by it."""
    if "version" in claim.job.subject:
        return bool(claim.job.subject.get("weighed"))
    return not gate_of(run_of(claim))["goes_live"]


def gate_of(run: TrainingRun) -> dict[str, Any]:
    """What a run's gate was told; the usual where nobody said anything."""
    usual = told_gate(RetrainSchedule())
    return {**usual, **run.config}


def retired_versions(family: str) -> QuerySet[EncoderVersion]:
    """Versions that were live, and that no rollback or asking leads to."""
    last = Promotion.objects.filter(family=family).first()
    old = EncoderVersion.objects.filter(
        family=family, status=EncoderVersion.Status.RETIRED
    )
    if last is None:
        return old.none()
    kept = {last.version_id, last.before_id}
    kept |= set(EncoderVersion.objects.filled(family).values_list("pk", flat=True))
    return old.exclude(pk__in=[key for key in kept if key])


def rank_boards(claim: Claim) -> None:
    """Write a set that is ready, not live, beside every one that is shown."""
    sought = search_with(asked_version(claim))
    shown = MatchSet.objects.filter(live=True).select_related("title")
    # Those of titles first: a learned space has its rows by them, and those across read all.
    boards = list(shown.order_by("-scope", "title"))
    for number, board in enumerate(boards, start=1):
        told = partial(
            claim.progress, number / len(boards), f"{number} of {len(boards)} boards"
        )
        ready = board.title.match_sets.filter(
            live=False, scope=board.scope, versions=sought.versions
        )
        if not ready.exists():
            _rank(claim, board, sought, told)
        told()


def _rank(
    claim: Claim, shown: MatchSet, sought: Sought, told: Callable[[], None]
) -> None:
    """Write beside a board what it would be; `told` says meanwhile that it goes on."""
    title = shown.title
    if shown.scope == MatchSet.Scope.ACROSS:
        rows = find_across(title, sought, lambda _share, _pace: told())
        with claim.writing():
            write_across(title, rows, sought, live=False)
        return
    rows = find_matches(title, sought)
    with claim.writing():
        write_set(title, shown.scope, rows, sought, asdict(LIMITS), live=False)


def switch(claim: Claim) -> None:
    """Put the version of a training live, with the boards that are ready."""
    run = run_of(claim)
    version = version_of(run)
    with claim.writing():
        # Went it live before, and a person took it back since, that stands.
        if not (is_live(version) or run.is_decided):
            promote_version(
                version, user=claim.job.asked_by, reason=run.outcome["reason"]
            )
        run.outcome = run.outcome | {"went_live": True}
        run.ended_at = now()
        run.save(update_fields=["outcome", "ended_at"])


def switch_by_hand(claim: Claim) -> None:
    """Put the version live that a person named, with the reason given."""
    version = asked_version(claim)
    said = claim.job.subject.get("reason") or "No reason was given."
    with claim.writing():
        if not is_live(version):
            promote_version(version, user=claim.job.asked_by, reason=f"By hand: {said}")


def asked_version(claim: Claim) -> EncoderVersion:
    """The version that a job is about. Raises PipelineError when it cannot be used."""
    wanted = claim.job.subject.get("version")
    if wanted is None:
        return version_of(run_of(claim))
    version = EncoderVersion.objects.filter(pk=wanted).first()
    if version is None:
        raise PipelineError(f"Encoder version {wanted} is no longer there.")
    return _usable(version)


def run_of(claim: Claim) -> TrainingRun:
    """The run of a training job."""
    return TrainingRun.objects.select_related("version").get(job=claim.job)


def version_of(run: TrainingRun) -> EncoderVersion:
    """The version that a run made. Raises PipelineError when it cannot be used."""
    if run.version is None:
        raise PipelineError("The trained version was deleted; train again.")
    return _usable(run.version)


def _usable(version: EncoderVersion) -> EncoderVersion:
    try:
        check_usable(version)
    except Refused as refused:
        raise PipelineError(str(refused)) from None
    return version


def begun_with(run: TrainingRun) -> EncoderVersion | None:
    """The version that a run's training begins with, as frozen; None: nothing trained."""
    frozen = run.frozen.get("begins_with")
    return EncoderVersion.objects.filter(pk=frozen).first()


def live_of(family: str) -> EncoderVersion | None:
    """What is live of a family; None: nothing."""
    return EncoderVersion.objects.actives().filter(family=family).first()


def is_live(version: EncoderVersion) -> bool:
    """Whether a version is the live one."""
    live = live_of(version.family)
    return live is not None and live.pk == version.pk
