from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from catalog.models.acceptances import label_on_cut
from catalog.models.filters import FilteredCandidates
from catalog.models.shots import Shot
from catalog.models.titles import Title
from catalog.models.verdicts import ENTERING, LEAVING, Verdict, VerdictQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

    from catalog.models.bins import BinItem


class MatchSetQuerySet(models.QuerySet["MatchSet"]):
    """Which searches."""

    def kinds(self) -> list[str]:
        """Every kind of match that a live search sought, in the order of their worth."""
        found: dict[str, None] = {}
        for config in self.filter(live=True).values_list("config", flat=True):
            found |= dict.fromkeys(config.get("kinds", ()))
        return list(found)

    def changing(
        self, family: str, wanted: int | None
    ) -> list[tuple[int, int | None, bool]]:
        """Which live sets change when another version of a family is shown, or none.

        Each with the newest set of the same title and scope that was ranked with it, and
        whether the versions of all else are the same there: sets of which they are come
        first. None where there is no such set. One question however many titles there are,
        and put together here: how a database would join them hangs on what it guesses.
        """
        shown, ready = [], defaultdict(list)
        fields = ("pk", "title", "scope", "live", "versions")
        for key, title, scope, live, versions in self.order_by("-pk").values_list(
            *fields
        ):
            is_wanted = versions.get(family) == wanted
            others = {name: pk for name, pk in versions.items() if name != family}
            if live and not is_wanted:
                shown.append((key, (title, scope), others))
            elif is_wanted and not live:
                ready[title, scope].append((key, others))
        changes = []
        for key, place, others in shown:
            found = ready[place]
            same = next((other for other, rest in found if rest == others), None)
            newest = found[0][0] if found else None
            changes.append((key, same or newest, same is not None))
        return changes


class MatchSet(models.Model):
    """One search of one title. A new search is a new set; one set is live.

    Within the title every pair is compared; across titles each of its shots is searched
    for in the catalogue. `config["kinds"]` names the kinds of match that were sought.
    """

    class Scope(models.TextChoices):
        TITLE = "title", "Within the title"
        ACROSS = "across", "Across titles"

    title = models.ForeignKey(Title, models.CASCADE, related_name="match_sets")
    scope = models.CharField(max_length=6, choices=Scope, default=Scope.TITLE)
    live = models.BooleanField(default=False)
    versions = models.JSONField(default=dict, help_text="Encoder version per family.")
    config = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MatchSetQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["title", "scope"],
                condition=Q(live=True),
                name="one_live_set_per_title",
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} set {self.pk}"


def _copies_of(group: str) -> Coalesce:
    same = Shot.objects.filter(group=OuterRef(group)).order_by()
    counted = same.values("group").annotate(n=models.Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


class MatchCandidateQuerySet(FilteredCandidates["MatchCandidate"]):
    """Which candidates."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Candidates whose both shots are in visible titles."""
        titles = Title.objects.visible_to(user)
        return self.filter(leaving__title__in=titles, entering__title__in=titles)

    def live(self) -> Self:
        """Candidates of the live sets, with what a card shows."""
        return self.filter(match_set__live=True).select_related(
            "match_set", "leaving__title", "entering__title"
        )

    def with_card(self) -> Self:
        """Add what a card shows: both sides, verdict, copies, where it is cut so, and the
        component that stands accepted for it as `laid`."""
        sides = self.select_related("leaving__title", "entering__title")
        return (
            sides.with_verdict()
            .with_known()
            .annotate(
                leaving_copies=_copies_of("leaving__group"),
                entering_copies=_copies_of("entering__group"),
                laid=label_on_cut("leaving__title", "entering__title"),
            )
        )

    def judged(self, value: str | None) -> Self:
        """Of those `with_verdict`: the ones judged so; None: the unjudged ones."""
        if value is not None:
            return self.filter(verdict=value)
        # Not by `verdict`: as an anti-join it is looked up for the page's rows alone.
        return self.filter(~Exists(_standing_verdicts()))

    def judged_by(self, verdict: Verdict) -> Self:
        """The candidates this verdict is about, whatever the shots are now."""
        return self.filter(
            kind=verdict.kind,
            leaving__title=verdict.leaving_title_id,
            leaving_frame__range=(verdict.leaving_first, verdict.leaving_end - 1),
            entering__title=verdict.entering_title_id,
            entering_frame__range=(verdict.entering_first, verdict.entering_end - 1),
        )

    def on_board(self) -> Self:
        """Ranked candidates; the others are only partners of single shots."""
        return self.filter(rank__isnull=False)

    def best_first(self) -> Self:
        """Best place first; the order never depends on chance.

        Within a set and kind this is the order of ranks, in which rows were written;
        sets and kinds meet by standing.
        """
        return self.order_by("-standing", "pk")

    def like(self, candidate: MatchCandidate) -> Self:
        """Candidates of every search that lead between the same two shots."""
        leaving, entering = candidate.leaving, candidate.entering
        return self.filter(
            kind=candidate.kind,
            leaving__title=leaving.title_id,
            leaving_frame__range=(leaving.first_frame, leaving.end_frame - 1),
            entering__title=entering.title_id,
            entering_frame__range=(entering.first_frame, entering.end_frame - 1),
        )

    def kept_as(self, item: BinItem) -> Self:
        """Candidates between the shots that an item of a bin was made of."""
        return self.filter(
            kind=item.kind,
            leaving__title=item.leaving_title_id,
            leaving__first_frame__lte=item.leaving_frame,
            leaving__end_frame__gt=item.leaving_frame,
            entering__title=item.entering_title_id,
            entering__first_frame__lte=item.entering_frame,
            entering__end_frame__gt=item.entering_frame,
        ).order_by("-score", "pk")

    def partners_of(self, shot: Shot) -> Self:
        """Candidates in which the shot leaves or enters, best score first."""
        either = Q(leaving=shot) | Q(entering=shot)
        return self.filter(either).order_by("-score", "pk")

    def with_verdict(self) -> Self:
        """Add `verdict` and `verdict_reason` of the newest standing verdict, or None.

        Verdicts are kept by frames: one stands for every candidate whose matched
        frames lie inside the judged ranges, whatever the shots are now.
        """
        standing = _standing_verdicts().order_by("-made_at", "-pk")
        return self.annotate(
            verdict=Subquery(standing.values("value")[:1]),
            verdict_reason=Subquery(standing.values("reason")[:1]),
        )

    def leaving_at(self, title: Title, frame: int) -> Self:
        """Live candidates that leave from the shot around a frame, best score first."""
        around = self.live().filter(
            leaving__title=title,
            leaving__first_frame__lte=frame,
            leaving__end_frame__gt=frame,
        )
        return around.order_by("-score", "pk")


def _standing_verdicts() -> models.QuerySet[Verdict]:
    """The standing verdicts on a candidate of an outer query, by frames."""
    return Verdict.objects.alias(
        leaving_judged=LEAVING, entering_judged=ENTERING
    ).filter(
        undone_at__isnull=True,
        kind=OuterRef("kind"),
        leaving_title=OuterRef("leaving__title"),
        entering_title=OuterRef("entering__title"),
        leaving_judged__contains=OuterRef("leaving_frame"),
        entering_judged__contains=OuterRef("entering_frame"),
    )


class MatchCandidate(models.Model):
    """An ordered pair: the cut goes from the leaving shot to the entering one."""

    match_set = models.ForeignKey(MatchSet, models.CASCADE, related_name="candidates")
    kind = models.CharField(max_length=10)
    # Null: not on the board, kept as one of a shot's best partners.
    rank = models.PositiveIntegerField(null=True, blank=True)
    # The score its place is worth: never above that of a pair ranked before it. One
    # shot fills few places of a board, so ranks do not follow scores alone.
    standing = models.FloatField(default=0.0)
    leaving = models.ForeignKey(Shot, models.CASCADE, related_name="leaving_in")
    entering = models.ForeignKey(Shot, models.CASCADE, related_name="entering_in")
    score = models.FloatField()
    # What the trained ranking of this kind says, 0 to 1; null where none is live.
    learned = models.FloatField(null=True, blank=True)
    # Drawn, not ranked: labels must not come from the live ranking's choice alone.
    by_chance = models.BooleanField(default=False)
    parts = models.JSONField(default=dict)
    leaving_frame = models.PositiveIntegerField()
    entering_frame = models.PositiveIntegerField()
    # scale, dx, dy in widths of the active picture, rotation in degrees; null: none.
    transform = models.JSONField(null=True, blank=True)

    objects = MatchCandidateQuerySet.as_manager()

    class Meta:
        ordering = ["match_set", "kind", "rank"]
        indexes = [
            models.Index(fields=["-standing", "id"], name="candidate_by_standing")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["match_set", "kind", "leaving", "entering"],
                name="one_candidate_per_pair",
            ),
            models.UniqueConstraint(
                fields=["match_set", "kind", "rank"], name="one_candidate_per_rank"
            ),
            models.CheckConstraint(
                condition=~Q(leaving=F("entering")), name="a_shot_never_matches_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.rank}: {self.leaving} > {self.entering}"

    @property
    def kind_label(self) -> str:
        """The kind as pages write it."""
        return self.kind.capitalize()

    def verdicts(self) -> VerdictQuerySet:
        """All that was ever said of this pair, newest first."""
        found = Verdict.objects.filter(
            kind=self.kind,
            leaving_title=self.leaving.title_id,
            leaving_first__lte=self.leaving_frame,
            leaving_end__gt=self.leaving_frame,
            entering_title=self.entering.title_id,
            entering_first__lte=self.entering_frame,
            entering_end__gt=self.entering_frame,
        )
        return found.select_related("made_by").order_by("-made_at", "-pk")

    def handles(self, side: str) -> int:
        """Frames the shot has beyond the matched frame, outside the cut."""
        if side == "leaving":
            return self.leaving.end_frame - 1 - self.leaving_frame
        return self.entering_frame - self.entering.first_frame
