"""Which frames stand for a cut or a shot when components are looked for."""

import unittest

from catalog.models import Shot
from pipelines.components.detect import transitions_apart
from pipelines.components.kept import Found
from pipelines.components.windows import Window, windows_at_cuts, windows_on_shots


def shots(*ends):
    return [
        Shot(index=n, first_frame=first, end_frame=end)
        for n, (first, end) in enumerate(zip((0, *ends[:-1]), ends, strict=True))
    ]


def spans(windows):
    return [(each.first_frame, each.end_frame) for each in windows]


class WindowTests(unittest.TestCase):
    def test_a_cut_is_looked_at_near_and_far_with_it_in_the_middle(self):
        [cut] = windows_at_cuts(shots(100, 300), 25)

        self.assertEqual(spans(cut), [(50, 150), (75, 125), (88, 112), (94, 106)])
        self.assertEqual({each.cut_frame for each in cut}, {100})

    def test_no_window_leaves_the_two_shots_and_none_is_looked_at_twice(self):
        [first, second] = windows_at_cuts(shots(100, 120, 300), 25)

        self.assertEqual(spans(first), [(80, 120), (88, 112), (94, 106)])
        self.assertEqual(spans(second), [(100, 140), (108, 132), (114, 126)])

    def test_flashes_of_shots_and_cuts_over_a_gap_are_left_out(self):
        a, b, c = shots(100, 103, 300)

        self.assertEqual(windows_at_cuts([a, b], 25), [])
        self.assertEqual(windows_at_cuts([a, c], 25), [])

    def test_a_shot_is_looked_at_in_its_middle(self):
        found = windows_on_shots(shots(200, 230), 25)

        self.assertEqual([spans(each) for each in found], [[(50, 150)], [(200, 230)]])

    def test_half_a_transition_is_no_part_of_the_shots_beside_it(self):
        found = windows_on_shots(shots(60, 220, 370), 25, {60, 220})

        # A second each, of the first shot no more than a third.
        self.assertEqual(
            [spans(each) for each in found], [[(0, 40)], [(90, 190)], [(257, 357)]]
        )

    def test_frames_are_middles_of_equal_pieces_and_repeat_where_there_are_few(self):
        self.assertEqual(Window(0, 100).frames(4), [12, 37, 62, 87])
        self.assertEqual(Window(10, 12).frames(4), [10, 10, 11, 11])


class ApartTests(unittest.TestCase):
    def found(self, *cuts):
        """Transitions at cuts with their confidence; without one, nothing."""
        return [
            Found(
                first_frame=cut - 6,
                end_frame=cut + 6,
                cut_frame=cut,
                category="transition" if sure else "",
                nearest="transition/push left/0" if sure else None,
                confidence=sure or 0.99,
            )
            for cut, sure in cuts
        ]

    def test_of_a_burst_the_surest_stays_and_the_others_are_nothing(self):
        burst = self.found((100, 0.7), (110, 0.9), (120, 0.8), (200, 0.6), (210, 0))

        said = transitions_apart(burst, 25)

        self.assertEqual(
            [row.category for row in said], ["", "transition", "", "transition", ""]
        )
        self.assertEqual([row.cut_frame for row in said], [100, 110, 120, 200, 210])
        self.assertAlmostEqual(said[0].confidence, 0.3)
        self.assertIsNone(said[0].nearest)
        self.assertEqual((said[1], said[4]), (burst[1], burst[4]))

    def test_a_second_apart_both_stay(self):
        pair = self.found((100, 0.7), (125, 0.9))

        self.assertEqual(transitions_apart(pair, 25), pair)
        self.assertEqual(transitions_apart(pair, 26)[0].category, "")
