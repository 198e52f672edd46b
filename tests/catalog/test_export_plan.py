from fractions import Fraction

from django.test import SimpleTestCase

from catalog.exports import Unwritable
from catalog.exports.paths import file_url, localhost_url, placed
from catalog.exports.reasons import marker_note, placement_of
from catalog.exports.reels import edl_reels
from catalog.exports.sources import source_of
from catalog.exports.text import cell, one_line
from catalog.models import StorageRoot
from tests.catalog.timelines import NTSC, made_cut, made_title, planner


class PlanTests(SimpleTestCase):
    def test_a_cut_is_the_tail_of_a_and_the_head_of_b(self):
        title = made_title(1)

        leaving, entering = planner(made_cut(title, title)).in_one().events

        self.assertEqual((leaving.first, leaving.end), (350, 400))
        self.assertEqual((entering.first, entering.end), (230, 280))
        self.assertEqual((leaving.record_end, entering.record_first), (50, 50))

    def test_cuts_stand_a_second_of_black_apart(self):
        cut = made_cut(made_title(1), made_title(2))

        line = planner(cut, cut).in_one()

        self.assertEqual(line.events[2].record_first - line.events[1].record_end, 25)

    def test_a_short_shot_gives_what_it_has(self):
        title = made_title(1)
        cut = made_cut(title, title, tail=(390, 402, 399), head=(229, 240, 230))

        leaving, entering = planner(cut).in_one().events

        self.assertEqual((leaving.first, leaving.end), (390, 400))
        self.assertEqual((leaving.before, leaving.after), (0, 2))
        self.assertEqual((entering.before, entering.after), (1, 0))

    def test_the_commonest_rate_is_the_sequences(self):
        pal, film = made_title(1), made_title(2, NTSC[24])

        line = planner(made_cut(pal, film), made_cut(film, pal), made_cut(film, film))

        self.assertEqual(line.in_one().rate, NTSC[24])

    def test_at_another_rate_no_rounding_shows_another_frame_at_the_cut(self):
        rates = [Fraction(24), Fraction(25), Fraction(30), Fraction(50), *NTSC.values()]
        for own in rates:
            title = made_title(1, own)
            for rate in rates:
                lines = planner(made_cut(title, title)).in_one((rate, False))
                leaving, entering = lines.events
                with self.subTest(own=own, rate=rate):
                    self.assertEqual((leaving.matched, entering.matched), (399, 230))
                    at = leaving.first + (leaving.length - 1) * own / rate
                    self.assertEqual(int(at), 399)
                    # A thousandth apart, rates never meet within two seconds.
                    if 0 < abs(own / rate - round(own / rate)) < Fraction(1, 300):
                        continue
                    self.assertEqual(round(at), 399)
                    self.assertLess(abs(leaving.length / rate - 2), Fraction(11, 20))

    def test_a_rate_that_no_timeline_has_needs_another_for_the_sequence(self):
        odd = made_title(1, Fraction(25, 2))

        with self.assertRaisesMessage(Unwritable, "choose one"):
            planner(made_cut(odd, odd)).in_one()
        with self.assertRaisesMessage(Unwritable, "12.5 frames a second"):
            planner(made_cut(odd, odd)).by_rate()
        line = planner(made_cut(odd, odd)).in_one((Fraction(25), False))
        self.assertEqual(line.events[0].matched, 399)

    def test_a_title_without_a_rate_is_waited_for(self):
        with self.assertRaisesMessage(Unwritable, "has no rate yet"):
            source_of(made_title(1, 0), "/a.mov")


class PlacementTests(SimpleTestCase):
    def test_the_frame_is_placed_where_the_picture_between_bars_is(self):
        # Bars above alone: the picture's centre lies an eighth of the height down.
        title = made_title(1, probe={"active_picture": [0, 0.25, 1, 0.75]})
        cut = made_cut(title, title, transform={"scale": 2.0, "dx": 0.1, "dy": 0.0})
        event = planner(cut).in_one().events[1]

        placed_at = placement_of(event)

        self.assertAlmostEqual(placed_at.right, 192)
        # The picture's centre stays: 135 px down, doubled, would be 270.
        self.assertAlmostEqual(placed_at.down, -135)

    def test_a_picture_turned_about_its_own_centre_stays_there(self):
        title = made_title(1, probe={"active_picture": [0.5, 0, 0.5, 1]})
        cut = made_cut(title, title, transform={"scale": 1.0, "rotation": 90.0})

        placed_at = placement_of(planner(cut).in_one().events[1])

        # 480 px right of the frame's centre becomes 480 px down, and is moved back.
        self.assertAlmostEqual(placed_at.right, 480)
        self.assertAlmostEqual(placed_at.down, -480)

    def test_only_the_entering_side_is_placed_and_a_mirrored_one_is_only_told(self):
        title = made_title(1)
        mirrored = {"scale": 1.1, "dx": 0, "dy": 0, "mirror": True}
        for event in (
            planner(made_cut(title, title, transform=mirrored)).in_one().events
        ):
            self.assertIsNone(placement_of(event))
            self.assertIn("mirrored", marker_note(event))


class PathTests(SimpleTestCase):
    roots = (
        StorageRoot(server="/mnt/f", macos="/Volumes/F", windows="X:\\F"),
        StorageRoot(
            server="/mnt/f/day 2/", macos="/Volumes/Day 2", windows="\\\\nas\\d2"
        ),
        StorageRoot(server="/mnt/g", macos="/Volumes/G"),
    )

    def test_the_longest_root_wins(self):
        cases = (
            ("/mnt/f/a/b.mov", "macos", "/Volumes/F/a/b.mov"),
            ("/mnt/f/day 2/b.mov", "macos", "/Volumes/Day 2/b.mov"),
            ("/mnt/f/a/b.mov", "windows", "X:\\F\\a\\b.mov"),
            ("/mnt/f/day 2/x/b.mov", "windows", "\\\\nas\\d2\\x\\b.mov"),
            ("/mnt/f/a/b.mov", "server", "/mnt/f/a/b.mov"),
        )
        for path, system, wanted in cases:
            with self.subTest(path=path, system=system):
                self.assertEqual(placed(path, self.roots, system), wanted)

    def test_what_no_root_knows_is_not_guessed(self):
        for path in ("/mnt/ff/a.mov", "/mnt/g/a.mov", "/other/a.mov", "/mnt/f"):
            with self.subTest(path):
                self.assertIsNone(placed(path, self.roots, "windows"))

    def test_urls_are_encoded_for_every_system(self):
        cases = (
            ("/mnt/día #1/50%?.mov", "file:///mnt/d%C3%ADa%20%231/50%25%3F.mov"),
            ("X:\\F\\a b.mov", "file:///X:/F/a%20b.mov"),
            ("\\\\nas\\d2\\a#.mov", "file://nas/d2/a%23.mov"),
        )
        for path, url in cases:
            with self.subTest(path):
                self.assertEqual(file_url(path), url)

    def test_fcp7_has_a_host_in_every_url(self):
        self.assertEqual(localhost_url("/a b.mov"), "file://localhost/a%20b.mov")
        self.assertEqual(localhost_url("X:\\a.mov"), "file://localhost/X%3a/a.mov")
        self.assertEqual(localhost_url("\\\\nas\\a.mov"), "file://nas/a.mov")


class ReelTests(SimpleTestCase):
    def reels(self, *titles):
        return list(edl_reels([source_of(t, t.added_path) for t in titles]).items())

    def test_two_cards_with_the_same_first_eight_characters_stay_two(self):
        first = made_title(1, reel="A001C001_210310_R1AB")
        second = made_title(2, reel="A001C001_210311_R2CD")

        self.assertEqual(self.reels(first, second), [(1, "A001C001"), (2, "A001C0_2")])

    def test_a_reel_that_fits_keeps_its_name_whoever_comes_first(self):
        long, short = made_title(1, reel="A001C001_X"), made_title(2, reel="A001C001")

        self.assertEqual(dict(self.reels(long, short)), {2: "A001C001", 1: "A001C0_2"})

    def test_clips_of_one_card_share_its_reel_while_their_timecodes_do_not_overlap(
        self,
    ):
        titles = [
            made_title(1, reel="A001", start="01:00:00:00"),
            made_title(2, reel="A001", start="01:00:40:00"),
            made_title(3, reel="A001", start="01:00:39:24"),
        ]

        self.assertEqual(self.reels(*titles), [(1, "A001"), (2, "A001"), (3, "A001_2")])

    def test_a_reel_never_means_black_or_nothing(self):
        names = dict(
            self.reels(
                made_title(1, reel="BL"),
                made_title(2, reel="ax"),
                made_title(3, reel="?!"),
            )
        )

        self.assertEqual(set(names.values()) & {"BL", "AX", "ax", ""}, set())
        self.assertEqual(len(set(names.values())), 3)

    def test_many_reels_that_begin_alike_are_all_told_apart(self):
        titles = [made_title(n, reel=f"A001C001_{n:04d}") for n in range(1, 300)]
        names = [name for _, name in self.reels(*titles)]

        self.assertEqual(len({name.upper() for name in names}), 299)
        self.assertLessEqual(max(map(len, names)), 8)


class TextTests(SimpleTestCase):
    def test_no_cell_is_a_formula(self):
        for start in "=+-@\t\r":
            with self.subTest(start):
                self.assertNotIn(cell(f"{start}cmd|' /C calc'!A0")[0], "=+-@\t\r")

    def test_a_line_stays_a_line(self):
        self.assertEqual(one_line("a\r\n001  BL\u2028 \x00b\u202ec"), "a 001 BL b c")
