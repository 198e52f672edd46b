"""A new version of a title, through the real worker: what survives is carried, once."""

from itertools import permutations
from typing import Any

from django.contrib.auth.models import User
from django.utils.timezone import now

from catalog.models import Bin, BinItem, CutChange, Job, Title, Verdict
from catalog.services import (
    Refused,
    add_job,
    add_path,
    carried_to,
    carry_bin,
    default_production,
)
from tests.catalog.pages import logged_in
from tests.films import DrawnShot, Film, pictures, write_pictures
from tests.ingesting import IngestCase

PANS = ((6, 0), (0, -5), (-4, 4), (5, 5), (-6, -1), (4, 0), (0, 6), (-3, -5), (2, 5))
FRAMES = 24
CUT = 3
"""The shot whose middle a person has set a cut in."""


def film() -> Film:
    """Nine pans over textures of their own: no frame looks like another."""
    shots = [
        DrawnShot(scene=60 + n, pan=pan, frames=FRAMES) for n, pan in enumerate(PANS)
    ]
    return Film(shots=tuple(shots), planted=frozenset())


def other_shot() -> list[Any]:
    return list(
        pictures(Film(shots=(DrawnShot(scene=90, pan=(1, 7)),), planted=frozenset()))
    )


# Version 2: shot 1 is gone, a new one stands after 2, 5 and 4 have changed places, 6 has
# lost its first four frames and its last three. (None: a frame that was never there.)
def recut() -> list[int | None]:
    of = {n: list(range(n * FRAMES, (n + 1) * FRAMES)) for n in range(len(PANS))}
    order: list[list[Any]] = [
        of[0],
        of[2],
        [None] * 20,
        of[3],
        of[5],
        of[4],
        of[6][4:-3],
        of[7],
        of[8],
    ]
    return [frame for shot in order for frame in shot]


class RecutTests(IngestCase):
    maxDiff = None

    def setUp(self):
        super().setUp()
        self.user = User.objects.create_user("ed")
        drawn = list(pictures(film()))
        first = write_pictures(self.folder / "reel v7.mp4", drawn)
        self.older = self.ingested(first)
        fresh = iter(other_shot())
        self.truth = recut()
        again = [next(fresh) if at is None else drawn[at] for at in self.truth]
        self.path = write_pictures(self.folder / "reel v8.mp4", again, crf=29)

    def judge(self, leaving: int, entering: int, **fields: Any) -> Verdict:
        """A verdict from the last frame of one shot to the first of another."""
        given = {"kind": "motion", "value": "good", "made_by": self.user}
        sides = self.sides(leaving, entering)
        return Verdict.objects.create(**{**given, **sides, **fields})

    def sides(self, leaving: int, entering: int) -> dict[str, Any]:
        a, b = leaving * FRAMES, entering * FRAMES
        return {
            "leaving_title": self.older,
            "leaving_first": a,
            "leaving_end": a + FRAMES,
            "leaving_frame": a + FRAMES - 1,
            "entering_title": self.older,
            "entering_first": b,
            "entering_end": b + FRAMES,
            "entering_frame": b,
        }

    def new_version(self) -> Title:
        title, job = add_path(
            self.path, default_production(), supersedes=self.older, user=None
        )
        self.done(job)
        title.refresh_from_db()
        return title

    def test_every_verdict_whose_frames_survive_is_there_and_nothing_is_lost(self):
        for pair in permutations(range(len(PANS)), 2):
            self.judge(*pair)
        # The last frame of 6 and its first are gone; these two are inside it.
        inner = self.judge(7, 6)
        Verdict.objects.filter(pk=inner.pk).update(entering_frame=6 * FRAMES + 9)
        undone = self.judge(0, 2, value="bad", undone_at=now())
        middle = CUT * FRAMES + FRAMES // 2
        for frame, action in ((middle, "split"), (5 * FRAMES, "merge"), (30, "split")):
            CutChange.objects.create(
                title=self.older, frame=frame, action=action, made_by=self.user
            )
        before = list(Verdict.objects.order_by("pk").values())

        title = self.new_version()

        survive = {old: new for new, old in enumerate(self.truth) if old is not None}
        expected = {
            verdict.pk: (
                survive[verdict.leaving_frame],
                survive[verdict.entering_frame],
            )
            for verdict in Verdict.objects.filter(carried_from=None, undone_at=None)
            if {verdict.leaving_frame, verdict.entering_frame} <= set(survive)
        }
        self.assertEqual(len(expected), 7 * 6 + 1)
        carried = Verdict.objects.filter(leaving_title=title, entering_title=title)
        found = {
            v.carried_from_id: (v.leaving_frame, v.entering_frame) for v in carried
        }
        self.assertEqual(found, expected)
        self.assertNotIn(undone.pk, found)
        self.assertEqual(list(self.older_rows()), before)
        self.assert_whose_they_are_and_when_has_not_changed(carried)
        self.assert_ranges_are_those_of_the_new_shots(title, carried)
        self.assert_cuts_made_by_hand_are_there(title, survive, middle)
        self.assert_carrying_again_changes_nothing(title, carried)
        self.assert_the_page_says_so(title)
        self.assert_a_bin_is_carried_on_request(title, survive)

    def older_rows(self):
        rows = Verdict.objects.filter(leaving_title=self.older)
        return rows.order_by("pk").values()

    def assert_whose_they_are_and_when_has_not_changed(self, carried):
        for verdict in carried.select_related("carried_from"):
            self.assertEqual(verdict.made_by, self.user)
            self.assertEqual(verdict.made_at, verdict.carried_from.made_at)

    def assert_ranges_are_those_of_the_new_shots(self, title, carried):
        shots = set(title.shots.values_list("first_frame", "end_frame"))
        for verdict in carried:
            for side in ("leaving", "entering"):
                bounds = (
                    getattr(verdict, f"{side}_first"),
                    getattr(verdict, f"{side}_end"),
                )
                self.assertIn(bounds, shots)

    def assert_cuts_made_by_hand_are_there(self, title, survive, middle):
        # Shot 1 is gone, and before 5 stands another shot: two changes have no place.
        here = dict(title.cut_changes.values_list("frame", "action"))
        self.assertEqual(here, {survive[middle]: "split"})
        self.assertTrue(title.shots.filter(first_frame=survive[middle]).exists())
        self.assertEqual(self.older.cut_changes.count(), 3)

    def assert_carrying_again_changes_nothing(self, title, carried):
        known = carried.count()
        taken_back = carried.first()
        Verdict.objects.filter(pk=taken_back.pk).update(undone_at=now())

        self.done(add_job(Job.Kind.REDETECT, title))

        self.assertEqual(carried.count(), known)
        taken_back.refresh_from_db()
        self.assertIsNotNone(taken_back.undone_at)

    def assert_the_page_says_so(self, title):
        said = carried_to(title)
        self.assertEqual((said.verdicts, said.of, said.cuts), (43, 73, 1))
        kept = sum(frame is not None for frame in self.truth)
        self.assertAlmostEqual(said.share, kept / (len(PANS) * FRAMES), places=2)
        default_production().members.add(self.user)
        page = logged_in(self.user).get(f"/titles/{title.pk}/")
        self.assertContains(page, "43 of 73 verdicts")
        self.assertContains(page, "1 cut made by hand")

    def assert_a_bin_is_carried_on_request(self, title, survive):
        kept_in = Bin.objects.create(production=self.older.production, name="Keep")
        items = [
            BinItem.objects.create(
                bin=kept_in, place=place, kind="motion", **self.sides(*pair)
            )
            for place, pair in enumerate([(0, 2), (1, 2), (8, 4)], start=1)
        ]

        fresh, gone = carry_bin(kept_in, title, user=self.user)

        self.assertEqual(gone, [items[1]])
        self.assertEqual([item.carried_from for item in fresh], [items[0], items[2]])
        self.assertEqual([item.place for item in fresh], [4, 5])
        self.assertEqual(fresh[0].leaving_frame, survive[FRAMES - 1])
        self.assertEqual(fresh[0].leaving_title, title)
        again, _ = carry_bin(kept_in, title, user=self.user)
        self.assertEqual((again, kept_in.items.count()), ([], 5))
        with self.assertRaisesMessage(Refused, "no older version"):
            carry_bin(kept_in, self.older, user=self.user)
