import unittest
from collections import Counter

from mlcore.components.finding.clips import embedded_clips, laid_on
from mlcore.components.finding.fitting import at_cuts, in_shots, on_shots
from tests.mlcore.components.photographed import eight, studio


def first_numbers(clips, _raw):
    return clips.float().flatten(1)[:, :8] + 1


class FindingClipsTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.clips = embedded_clips(
            first_numbers, studio(), eight(), "train", range(6), share=3
        )

    def test_a_share_of_the_components_lies_on_each_material_and_all_come_alike(self):
        times = Counter(key for key in self.clips.keys if key)

        self.assertEqual(times, {each.key: 2 for each in eight()})

    def test_transitions_lie_at_cuts_and_all_else_once_over_one_and_once_within_a_shot(
        self,
    ):
        for each in eight():
            cuts = self.clips.cut[[key == each.key for key in self.clips.keys]]
            wanted = [True, True] if each.category == "transition" else [False, True]

            self.assertEqual(sorted(cuts.tolist()), wanted)

    def test_plain_clips_are_of_both_sorts_and_each_is_asked_where_it_belongs(self):
        plain = self.clips.categories == 6
        self.assertGreaterEqual(plain.sum(), len(self.clips.keys) // 4)

        for where, kind in (
            (at_cuts, "transition"),
            (on_shots, "filter"),
            (in_shots, "transition"),
        ):
            asked = where(self.clips)
            kinds = {key.partition("/")[0] for key in self.clips.of(asked).keys}

            self.assertEqual(kinds, {"", kind})
            self.assertAlmostEqual(asked[plain].mean(), 0.5, delta=0.15)

        within = on_shots(self.clips)[plain]
        self.assertEqual(in_shots(self.clips)[plain].tolist(), within.tolist())

    def test_stills_and_what_moves_come_over_cuts_and_within_shots_alike(self):
        sorts = {each.key: Counter() for each in eight()}
        for component, number, cut in laid_on(eight(), range(28), 7):
            sorts[component.key][bool(number % 2), cut] += 1

        for key, each in sorts.items():
            once = {(moves, cut): 1 for moves in (True, False) for cut in (True, False)}
            over_cuts = {(True, True): 2, (False, True): 2}
            self.assertEqual(each, over_cuts if key.startswith("transition") else once)


if __name__ == "__main__":
    unittest.main()
