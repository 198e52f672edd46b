"""What an imported cut is good for: its frames again, known pairs, rushes with handles."""

from catalog.exports import Planner
from catalog.exports.sources import sources_of
from catalog.matchcuts import cut_of_candidate
from catalog.models import MatchCandidate
from catalog.rushes import rushes_of
from catalog.services import Refused, Wishes, export_cuts, import_cut
from tests.catalog.importing import FIRST, HEAD, SECOND, ImportCase
from tests.factories import (
    add_candidate,
    add_match_set,
    add_production,
    add_shots,
    add_title,
    add_user,
)


class RoundTripTests(ImportCase):
    def test_our_own_edl_and_otio_come_back_to_the_same_frames(self):
        rates = {"rate_num": 30000, "rate_den": 1001, "drop_frame": True}
        drop = add_title(self.production, start_tc="00:58:59;20", **rates)
        titles = [*self.rushes, drop]
        shots = [add_shots(title, 100, 100, 100)[1] for title in titles]
        found = add_match_set(titles[0])
        cuts = [
            cut_of_candidate(
                add_candidate(found, a, b, leaving_frame=170, entering_frame=120)
            )
            for a, b in zip(shots, shots[1:] + shots[:1], strict=True)
        ]
        sources, _ = sources_of(titles, [], "server")
        laid = Planner(name="Keepers", cuts=cuts, sources=sources)
        lines = {"edl": laid.by_rate(), "otio": [laid.in_one()]}
        for form, written in lines.items():
            exported = export_cuts("Keepers", cuts, Wishes(form=form), user=None)
            for line, content in zip(written, exported.files.values(), strict=True):
                with self.subTest(line.name):
                    cut = import_cut(content, self.production, user=None)
                    self.assertEqual(
                        list(
                            cut.events.values_list(
                                "source", "source_first", "source_end"
                            )
                        ),
                        [
                            (each.source.key, each.first, each.end)
                            for each in line.events
                        ],
                    )

    def test_reel_and_timecode_alone_are_enough(self):
        cut = cut_of_candidate(
            add_candidate(
                add_match_set(self.rushes[0]),
                add_shots(self.rushes[0], 100)[0],
                add_shots(self.rushes[1], 100)[0],
            )
        )
        exported = export_cuts("K", [cut], Wishes(form="edl"), user=None)
        lines = exported.files["K.edl"].decode().splitlines()

        cut_in = self.read("\n".join(line for line in lines if line[:1] != "*"))

        self.assertEqual(
            [row[:3] for row in self.rows(cut_in)], [("One", 50, 100), ("Two", 0, 50)]
        )


class KnownTests(ImportCase):
    def setUp(self):
        super().setUp()
        self.shots = [add_shots(title, 100, 200) for title in self.rushes]
        found = add_match_set(self.rushes[0])
        self.pair = add_candidate(found, self.shots[0][0], self.shots[1][0])
        self.other = add_candidate(found, self.shots[0][0], self.shots[1][1])

    def known(self, pair):
        return MatchCandidate.objects.with_known().get(pk=pair.pk).known_name

    def test_a_pair_that_a_timeline_cuts_together_is_known_and_others_are_not(self):
        self.assertIsNone(self.known(self.pair))

        self.read(HEAD + FIRST + SECOND)

        self.assertEqual(self.known(self.pair), "Reel 1")
        self.assertIsNone(self.known(self.other))

    def test_black_or_a_dissolve_between_is_no_cut(self):
        self.read(HEAD + FIRST + SECOND.replace("C   ", "D 012", 1))
        later = SECOND.replace("10:00:01:00 10:00:03:00", "10:00:01:01 10:00:03:01")
        self.read(HEAD + FIRST + later)

        self.assertIsNone(self.known(self.pair))

    def test_what_else_leaves_from_a_shot_is_found_best_first(self):
        self.other.score = 0.9
        self.other.save()

        found = MatchCandidate.objects.leaving_at(self.rushes[0], 49)

        self.assertEqual(list(found), [self.other, self.pair])
        self.assertFalse(MatchCandidate.objects.leaving_at(self.rushes[0], 100))


class RushesTests(ImportCase):
    def setUp(self):
        super().setUp()
        self.film = add_title(self.production, start_tc="10:00:00:00", reel="FILM")
        self.cut = self.read(HEAD + FIRST + SECOND, title=self.film)
        shots = add_shots(self.film, 25, 50)
        add_shots(self.rushes[0], 200, 100)
        found = add_match_set(self.film)
        self.match = cut_of_candidate(add_candidate(found, shots[0], shots[1]))

    def test_a_frame_of_the_cut_is_a_frame_of_the_rushes_with_their_handles(self):
        self.assertEqual(
            (self.match.leaving_handle, self.match.entering_handle), (0, 0)
        )

        traced = rushes_of(self.match, None)

        leaving, entering = traced.cut.leaving, traced.cut.entering
        self.assertEqual((leaving.title, leaving.frame), (self.rushes[0], 49))
        self.assertEqual((entering.title, entering.frame), (self.rushes[1], 75))
        # To the end of the rushes' shot; and from the start of a file without shots.
        self.assertEqual(traced.cut.leaving_handle, 150)
        self.assertEqual(traced.cut.entering_handle, 75)
        self.assertEqual(traced.warnings, [])

    def test_an_export_from_the_rushes_names_them(self):
        wishes = Wishes(form="edl", from_rushes=True)

        exported = export_cuts("K", [self.match], wishes, user=None)

        text = exported.files["K.edl"].decode()
        self.assertIn("A001     V     C        01:00:00:00 01:00:02:00", text)
        self.assertIn("* HANDLES: 0 BEFORE 24 AFTER", text)
        self.assertIn("B002     V     C        01:00:03:00 01:00:05:00", text)

    def test_a_frame_that_no_event_shows_stays_in_the_cut_and_is_told(self):
        self.cut.events.last().delete()

        traced = rushes_of(self.match, None)

        self.assertEqual(traced.cut.entering, self.match.entering)
        self.assertIn("no imported timeline says", traced.warnings[0])

    def test_rushes_that_a_user_may_not_see_are_not_named(self):
        user = add_user("", "viewer", [add_production()])

        traced = rushes_of(self.match, user)

        self.assertEqual(traced.cut, self.match)

    def test_a_timeline_that_does_not_fit_its_film_is_refused(self):
        short = add_title(self.production, frames=40)

        with self.assertRaisesMessage(Refused, "does not fit"):
            self.read(HEAD + FIRST + SECOND + " ", title=short)
        with self.assertRaisesMessage(Refused, "does not belong"):
            self.read(HEAD + FIRST + "\n", title=add_title())
