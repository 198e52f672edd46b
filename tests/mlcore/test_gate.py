"""Intervals, cards, the gate, and files of labelled pairs."""

import tempfile
import unittest
from pathlib import Path

import numpy as np
from sklearn.metrics import average_precision_score

from catalog import labels as catalog_labels
from mlcore.matching.ranking import gate
from mlcore.matching.ranking.evaluate import report
from mlcore.matching.ranking.gate import asked_for, decide, suffering
from mlcore.matching.ranking.intervals import (
    cards_by_chance,
    cards_to,
    gain_with_interval,
    precision_with_interval,
    redrawn_precisions,
)
from mlcore.matching.ranking.labelled import UnusablePairs, read_pairs
from mlcore.metrics import average_precision


def judged(titles=12, a_title=40, seed=0, strength=2.0):
    """Labels, a score that follows them by `strength`, and one that does not."""
    chance = np.random.default_rng(seed)
    n = titles * a_title
    labels = (chance.random(n) < 0.2).astype(np.int64)
    follows = chance.normal(size=n) + strength * labels
    return labels, follows, chance.normal(size=n), np.repeat(np.arange(titles), a_title)


class IntervalTests(unittest.TestCase):
    def test_redrawn_titles_give_what_scikit_learn_gives_on_the_rows_drawn(self):
        labels, scores, _, titles = judged(titles=5)
        scores = scores.round(1)  # with ties

        found = redrawn_precisions(labels, scores[None], titles, seed=3, rounds=4)[0]

        times = np.random.default_rng(3).multinomial(5, np.full(5, 0.2), size=4)
        for drawn, ap in zip(times, found, strict=True):
            rows = np.repeat(np.arange(len(labels)), drawn[titles])
            expected = average_precision_score(labels[rows], scores[rows])
            self.assertAlmostEqual(float(ap), float(expected), places=12)

    def test_the_interval_holds_the_value_and_narrows_with_more_titles(self):
        few = precision_with_interval(*judged(5)[:2], judged(5)[3])
        many = precision_with_interval(*judged(30)[:2], judged(30)[3])

        self.assertTrue(few.low < few.ap < few.high)
        self.assertLess(many.high - many.low, few.high - few.low)

    def test_a_paired_gain_of_a_score_over_itself_is_nothing(self):
        labels, scores, _, titles = judged()

        gain = gain_with_interval(labels, scores, scores, titles)

        self.assertEqual((gain.ap, gain.low, gain.high), (0.0, 0.0, 0.0))

    def test_cards_to_keepers_by_hand(self):
        labels = np.array([1, 0, 1, 0, 1])

        self.assertEqual(cards_to(labels, np.array([5.0, 4, 3, 2, 1]), 2), 3.0)
        # One of two good cards among four that are alike comes at 5 / 3 on average.
        self.assertAlmostEqual(
            cards_to(labels, np.array([2.0, 1, 1, 1, 1]), 2), 1 + 5 / 3
        )
        self.assertAlmostEqual(cards_by_chance(labels, 2), 2 * 6 / 4)
        self.assertIsNone(cards_to(labels, np.arange(5.0), 4))


class GateTests(unittest.TestCase):
    def test_what_is_surely_better_passes(self):
        labels, follows, blind, titles = judged()

        found = decide(labels, follows, blind, titles, positives_in_all=90)

        self.assertTrue(found.passed, found)
        self.assertGreater(found.gain.low, 0)
        self.assertIn("Better", found.reason)
        self.assertEqual(found.titles, 12)

    def test_what_is_as_good_or_worse_does_not(self):
        labels, follows, blind, titles = judged()

        same = decide(labels, follows, follows, titles, positives_in_all=90)
        worse = decide(labels, blind, follows, titles, positives_in_all=90)

        self.assertFalse(same.passed)
        self.assertIn("Not surely better", same.reason)
        self.assertFalse(worse.passed)
        self.assertIn("Worse", worse.reason)

    def test_it_must_gain_as_much_as_is_asked_for(self):
        labels, follows, blind, titles = judged()
        found = decide(labels, follows, blind, titles, positives_in_all=90)

        for more, passed, words in (
            (0.0, True, "Better"),
            (found.gain.low - 0.01, True, "Better"),
            (found.gain.low + 0.01, False, "Less than asked for"),
        ):
            asked = asked_for(found, more)
            self.assertEqual(asked.passed, passed)
            self.assertTrue(asked.reason.startswith(words), asked.reason)
        few = decide(labels, follows, blind, titles, positives_in_all=9)
        self.assertEqual(asked_for(few, -1.0), few)

    def test_no_title_may_surely_suffer_by_more_than_is_allowed(self):
        labels, follows, blind, titles = judged()
        third = titles == 3
        chance = np.random.default_rng(1)
        # Of one title the candidate knows nothing; of another less, and not surely.
        spoilt = np.where(third, chance.normal(size=len(titles)), follows)
        almost = follows + np.where(
            titles == 5, 0.3 * chance.normal(size=len(titles)), 0
        )
        found = decide(labels, follows, blind, titles, positives_in_all=90)

        hurt = suffering(labels, spoilt, follows, titles, 0.05)

        self.assertEqual([each.title for each in hurt], [3])
        own = labels[third], spoilt[third], follows[third]
        lost = average_precision(*own[:2]) - average_precision(own[0], own[2])
        self.assertAlmostEqual(hurt[0].gain.ap, lost)
        self.assertLess(hurt[0].gain.high, -0.05)
        self.assertEqual(suffering(labels, almost, follows, titles, 0.05), [])
        self.assertEqual(suffering(labels, spoilt, follows, titles, 1.0), [])
        # A title whose pairs are all bad, or of two pairs, says nothing.
        none = np.where(third, 0, labels)
        self.assertEqual(suffering(none, spoilt, follows, titles, 0.05), [])
        two = np.array([1, 0]), np.array([0.1, 0.9]), np.array([0.9, 0.1])
        self.assertEqual(suffering(*two, np.array([3, 3]), 0.05), [])
        asked = asked_for(found, 0.0, hurt)
        self.assertFalse(asked.passed)
        self.assertRegex(asked.reason, r"^Worse in parts: .* of title 3 -0\.\d+ \(")

    def test_too_few_titles_or_good_pairs_are_no_evidence_however_good(self):
        labels, follows, blind, titles = judged(titles=7)

        found = decide(labels, follows, blind, titles, positives_in_all=50)

        self.assertFalse(found.passed or found.enough)
        self.assertEqual(
            found.reason,
            "Insufficient evidence: 3 more hold-out titles with labels and "
            "10 more good pairs needed.",
        )
        self.assertIsNotNone(found.gain)

    def test_a_hold_out_without_a_good_pair_is_no_evidence(self):
        labels, follows, blind, titles = judged()

        found = decide(0 * labels, follows, blind, titles, positives_in_all=90)

        self.assertFalse(found.passed or found.enough)
        self.assertIsNone(found.candidate)

    def test_the_pages_ask_for_what_the_gate_asks_for(self):
        self.assertEqual(catalog_labels.LEAST_TITLES, gate.LEAST_TITLES)
        self.assertEqual(catalog_labels.LEAST_POSITIVES, gate.LEAST_POSITIVES)


class PairFileTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def written(self, text, name="pairs.csv"):
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def pairs(self, names, seed):
        chance = np.random.default_rng(seed)
        lines = ["title,shot_a,shot_b,start_a,end_a,start_b,end_b,label,iou,flow"]
        for title in names:
            for shot in range(30):
                good = int(chance.random() < 0.3)
                iou = chance.normal() + good
                flow = "" if shot % 2 else f"{chance.normal():.4f}"
                lines.append(
                    f"{title},{shot},{shot + 9},{shot},{shot + 1 + good},"
                    f"{shot + 50},{shot + 51 + good},{good},{iou:.4f},{flow}"
                )
        return self.written("\n".join(lines), f"{names[0]}.csv")

    def test_columns_are_measured_where_they_have_a_value(self):
        read = read_pairs(self.pairs("abcd", 1))

        found = report(read)

        there = ~np.isnan(read.columns["flow"])
        self.assertEqual(found["columns"]["flow"]["pairs"], 60)
        self.assertAlmostEqual(
            found["columns"]["flow"]["ap"],
            average_precision(read.labels[there], read.columns["flow"][there]),
        )
        self.assertEqual(set(found["columns"]), {"iou", "flow"})
        self.assertIsNone(found["learned"])

    def test_what_is_learned_is_measured_against_columns_and_shot_times(self):
        pairs, train = (
            read_pairs(self.pairs(t, s)) for t, s in (("xyz", 1), ("pqr", 2))
        )

        found = report(pairs, train)["learned"]

        self.assertGreater(found["ap"], 0.8)  # good shots are a second longer
        self.assertIn("seconds_a", found["columns"])
        self.assertGreater(found["times_alone"]["ap"], 0.8)
        self.assertEqual(set(found["gain_over"]), {"iou", "flow"})
        self.assertGreater(found["gain_over"]["iou"]["low"], 0)

    def test_titles_in_both_files_are_refused(self):
        pairs, train = (
            read_pairs(self.pairs(t, s)) for t, s in (("xyz", 1), ("zq", 2))
        )

        with self.assertRaisesRegex(UnusablePairs, "1 titles are in both files"):
            report(pairs, train)

    def test_each_unusable_file_has_its_sentence(self):
        head = "title,shot_a,shot_b,label,score\n"
        for text, said in (
            ("title,shot_a,label\nx,1,1\n", "no column shot_b"),
            (head, "holds no pairs"),
            (head + "x,1,2,,0.5\n", "row 1: the pair has no label"),
            (head + "x,1,2,maybe,0.5\n", "'maybe' is no label"),
            (head + "x,1,2,1,0.5\nx,2,3,1,0.4\n", "Every pair of pairs.csv is good"),
            (head + "x,1,2,1,high\nx,1,3,0,1\n", "row 1, column score: 'high' is not"),
            (head + "x,1,2,1,nan\nx,1,3,0,1\n", "'nan' is not a number"),
            (head + "x,1,2,1\n", "4 cells"),
            ("title,title,shot_a,shot_b,label\n", "names a column twice"),
            (b"\x89PNG\r\n\x1a\n\x00\xff\xfe", "is not a CSV file"),
            ('title,"shot_a\n', "is not a CSV file"),
        ):
            with self.subTest(said), self.assertRaisesRegex(UnusablePairs, said):
                read_pairs(self.written(text))
        with self.assertRaisesRegex(UnusablePairs, "cannot be read"):
            read_pairs(self.folder / "gone.csv")
        with self.assertRaisesRegex(UnusablePairs, "cannot be read"):
            read_pairs(self.folder)

    def test_a_huge_file_is_refused_before_it_is_read(self):
        path = self.written("title,shot_a,shot_b,label\n")
        with path.open("r+b") as file:
            file.truncate(2**40)  # sparse: no disk is filled

        with self.assertRaisesRegex(UnusablePairs, "larger than"):
            read_pairs(path)


if __name__ == "__main__":
    unittest.main()
