from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from catalog.labels import LEARNED, labels_of
from catalog.models import (
    EncoderVersion,
    Job,
    MatchSet,
    Promotion,
    RetrainSchedule,
    Title,
)
from catalog.services.jobs import add_job
from catalog.services.titles import Refused
from catalog.services.training import begin_run

if TYPE_CHECKING:
    from typing import Any

    from django.contrib.auth.models import User

RANKER = "ranker-"
ROLLED_BACK = "Rolled back"
Family, Status = EncoderVersion.Family, EncoderVersion.Status
# Which job finds the matches of a set again.
FINDING = {
    MatchSet.Scope.TITLE: Job.Kind.REMATCH,
    MatchSet.Scope.ACROSS: Job.Kind.ACROSS,
}


def family_of(kind: str) -> str:
    """The encoder family that is trained for a kind: its ranking, or the learned space."""
    return kind if kind == LEARNED else f"{RANKER}{kind}"


def kind_of(family: str) -> str:
    """The kind a trained family is for. Raises Refused for one that is not trained."""
    if not is_switched(family):
        raise Refused(
            f"{family} is not trained here; rankings, the learned kind, and encoders of "
            "clips and components are."
        )
    return family.removeprefix(RANKER)


def is_switched(family: str) -> bool:
    """Whether versions of a family are made here: put live, and taken back."""
    trained = {LEARNED, Family.CLIP, *Family.OFF_BOARDS}
    return family in trained or family.startswith(RANKER)


def is_encoder(family: str) -> bool:
    """Whether a family is trained by jobs of retraining, not by those of rankings."""
    return family in {Family.CLIP, *Family.OFF_BOARDS}


def scheduled_families() -> list[str]:
    """Families that the clock may train."""
    return [Family.CLIP, Family.COMPONENT, *map(family_of, reversed(trainable_kinds()))]


def trainable_kinds() -> list[str]:
    """Kinds that something can be trained for: those that were sought, and learned."""
    return [*dict.fromkeys([*MatchSet.objects.kinds(), LEARNED])]


def ask_training(kind: str, *, user: User | None, **told: Any) -> Job:
    """Ask for a ranking of this kind to be trained, or return the job that already does.

    `told` are fields of the run: which schedule asks, what its gate is told where that is
    not the usual. Raises Refused for an unknown kind, and where labels are too few.
    """
    known = trainable_kinds()
    if kind not in known:
        raise Refused(f"There is no kind {kind!r}; there are {', '.join(known)}.")
    if missing := labels_of(kind).missing_to_train():
        raise Refused(f"Too few labels to train {kind}: {missing} needed.")
    run = begin_run(
        family_of(kind), Job.Kind.TRAIN, subject={"kind": kind}, user=user, **told
    )
    return Job.objects.get(training_run=run)


def told_gate(schedule: RetrainSchedule) -> dict[str, Any]:
    """What a schedule tells the gate of its runs, and whether what passes goes live."""
    return {
        "better_by": schedule.better_by,
        "worse_by": schedule.worse_by,
        "goes_live": schedule.goes_live,
    }


@transaction.atomic
def ask_promotion(version: EncoderVersion, *, user: User | None, reason: str) -> Job:
    """Ask for a trained version to go live whatever its gate said; the reason is kept.

    A worker first ranks every title with it, so that all boards change at once.
    Raises Refused for a version that is live, whose weights were tidied away, or of a
    family that is not trained.
    """
    return _ask_ready("promote", version, user, reason=reason.strip()[:250])


@transaction.atomic
def ask_weighing(version: EncoderVersion, *, user: User | None) -> Job:
    """Ask how boards would change by a trained version, which does not go live by it.

    A worker ranks every title with it; to put it live then takes a moment. Raises Refused
    as asking for it to go live does, and for a family that no board rests on.
    """
    if version.family in Family.OFF_BOARDS:
        raise Refused(f"No board rests on versions of {version.family}.")
    return _ask_ready("weigh", version, user, weighed=True)


def _ask_ready(
    what: str, version: EncoderVersion, user: User | None, **told: Any
) -> Job:
    kind_of(version.family)
    # Either it is asked for first, and is not tidied away, or it is seen to be.
    version = EncoderVersion.objects.select_for_update().get(pk=version.pk)
    check_usable(version)
    if version.status == Status.ACTIVE:
        raise Refused(f"{version} is live already.")
    kind = Job.Kind.RETRAIN if is_encoder(version.family) else Job.Kind.TRAIN
    key = f"{what}:{version.family}:{version.pk}"
    subject = {"version": version.pk, **told}
    return add_job(kind, None, subject=subject, key=key, asked_by=user)


def check_usable(version: EncoderVersion) -> None:
    """Raise Refused for a version whose weights were tidied away."""
    if version.is_tidied:
        raise Refused(
            f"The weights of {version} were tidied away; it cannot go live. Train again."
        )


@transaction.atomic
def promote_version(
    version: EncoderVersion, *, user: User | None, reason: str
) -> Promotion:
    """Put a version live, and the boards that were ranked with it, in one transaction.

    Titles that have no such board yet are matched again. Raises Refused when it is live.
    """
    before = _locked_live(version.family)
    if before is not None and before.pk == version.pk:
        raise Refused(f"{version} is live already.")
    return _switch(version.family, version, before, user=user, reason=reason)


@transaction.atomic
def roll_back(family: str, *, user: User | None) -> Promotion:
    """Put back what was live before the live version, boards included.

    Raises Refused where nothing was promoted.
    """
    kind_of(family)
    live = _locked_live(family)
    last = way_back(live)
    if live is None or last is None:
        raise Refused(f"Nothing of {family} was promoted; there is no way back.")
    reason = f"{ROLLED_BACK} {live.name}."
    return _switch(family, last.before, live, user=user, reason=reason, older=True)


def way_back(live: EncoderVersion | None) -> Promotion | None:
    """Return how a live version came to be so: its `before` is where a rollback leads.

    None where nothing was promoted. A way back is none to go on from.
    """
    made = Promotion.objects.filter(version=live).exclude(
        reason__startswith=ROLLED_BACK
    )
    return made.select_related("before").first() if live else None


def _locked_live(family: str) -> EncoderVersion | None:
    # One switch of a family at a time: the rows of all its versions are held.
    rows = EncoderVersion.objects.select_for_update().filter(family=family)
    return next((row for row in rows if row.status == Status.ACTIVE), None)


def _switch(
    family: str,
    version: EncoderVersion | None,
    before: EncoderVersion | None,
    *,
    user: User | None,
    reason: str,
    older: bool = False,
) -> Promotion:
    same = EncoderVersion.objects.filter(family=family)
    # Two steps: the constraint allows one active row, so the old one steps down first.
    same.filter(status=Status.ACTIVE).update(status=Status.RETIRED)
    if version is not None:
        same.filter(pk=version.pk).update(status=Status.ACTIVE)
    if family not in Family.OFF_BOARDS:
        _switch_boards(family, version.pk if version else None, user, older=older)
    return Promotion.objects.note(family, version, before, reason, user)


def _switch_boards(
    family: str, wanted: int | None, user: User | None, *, older: bool
) -> None:
    """Show the boards ranked with the wanted version; ask for those there are none of.

    `older`: until one is found again, it is shown as it was ranked with the wanted version
    beside another of something else; what is taken back is shown least of all.
    """
    # A search that ends now writes its set before or after this, never in between.
    list(Title.objects.select_for_update().order_by("pk").values_list("pk"))
    pairs = MatchSet.objects.changing(family, wanted)
    found = {shown: ready for shown, ready, same in pairs if ready and (same or older)}
    MatchSet.objects.filter(pk__in=list(found)).update(live=False)
    MatchSet.objects.filter(pk__in=list(found.values())).update(live=True)
    lacking = MatchSet.objects.filter(
        pk__in=[shown for shown, _, same in pairs if not same]
    )
    for shown in lacking.select_related("title").order_by("-pk"):
        add_job(FINDING[MatchSet.Scope(shown.scope)], shown.title, asked_by=user)
