import itertools
import unittest

import numpy as np

from mlcore.matching.chains import Chain, Graph, Rules, find_chains


def random_graph(seed, shots=7, share=0.5):
    """Shots of three titles, some in one group, and some of the cuts between them."""
    chance = np.random.default_rng(seed)
    length = chance.integers(20, 120, shots)
    first = np.cumsum(length) - length
    pairs = [
        pair
        for pair in itertools.permutations(range(shots), 2)
        if chance.random() < share
    ]
    leaving, entering = np.array(pairs, np.int64).reshape(-1, 2).T
    group = np.arange(shots)
    group[-1] = group[0]
    return Graph(
        group=group,
        title=chance.integers(0, 3, shots),
        first=first,
        end=first + length,
        rate=np.where(chance.random(shots) < 0.5, 24.0, 25.0),
        leaving=leaving,
        entering=entering,
        leaving_frame=first[leaving] + chance.integers(0, length[leaving]),
        entering_frame=first[entering] + chance.integers(0, length[entering]),
        # Few different scores: ties are many.
        score=chance.integers(3, 10, len(pairs)) / 10,
    )


def seconds(graph, shot, first, last):
    return (last - first + 1) / graph.rate[shot]


def inner(graph, cuts):
    """Seconds of each shot between two cuts, one by one."""
    return [
        seconds(
            graph, graph.entering[a], graph.entering_frame[a], graph.leaving_frame[b]
        )
        for a, b in itertools.pairwise(cuts)
    ]


def outer(graph, cuts):
    """Seconds that the first and the last shot have at most."""
    a, b = graph.leaving[cuts[0]], graph.entering[cuts[-1]]
    return [
        seconds(graph, a, graph.first[a], graph.leaving_frame[cuts[0]]),
        seconds(graph, b, graph.entering_frame[cuts[-1]], graph.end[b] - 1),
    ]


def is_allowed(graph, rules, cuts):
    """The rules as they are written down, for one chain."""
    if any(graph.entering[a] != graph.leaving[b] for a, b in itertools.pairwise(cuts)):
        return False
    shots = [graph.leaving[cuts[0]], *(graph.entering[cut] for cut in cuts)]
    titles = [int(graph.title[shot]) for shot in shots]
    between, ends = inner(graph, cuts), outer(graph, cuts)
    longest = rules.max_shot_seconds or np.inf
    trimmed = [min(end, longest) for end in ends]
    return (
        len({int(graph.group[shot]) for shot in shots}) == len(shots)
        and len(set(titles)) >= rules.titles
        and max(titles.count(t) for t in titles) <= (rules.most_of_a_title or 99)
        and min(*between, *ends) >= rules.min_shot_seconds
        and max(between) <= longest
        and sum(between) + sum(trimmed) >= rules.min_seconds
        and sum(between) + 2 * rules.min_shot_seconds <= (rules.max_seconds or np.inf)
    )


def brute_force(graph, rules, top):
    """Every sequence of cuts, tried."""
    tried = itertools.permutations(range(len(graph.leaving)), rules.shots - 1)
    found = [cuts for cuts in tried if is_allowed(graph, rules, cuts)]

    def worth(cuts):
        scores = graph.score[list(cuts)]
        return -scores.min(), -scores.mean(), cuts

    return sorted(found, key=worth)[:top]


class ChainTests(unittest.TestCase):
    def test_a_wide_beam_finds_what_trying_everything_finds(self):
        rules = (
            Rules(shots=3),
            Rules(shots=4, min_shot_seconds=0.3),
            Rules(shots=3, max_shot_seconds=1.5, min_seconds=2.0),
            Rules(shots=4, min_shot_seconds=0.2, max_seconds=3.0),
            Rules(shots=3, titles=3),
            Rules(shots=4, min_shot_seconds=0.2, most_of_a_title=2, titles=2),
        )
        found_any = 0
        for seed, rule in itertools.product(range(9), rules):
            graph = random_graph(seed, shots=6, share=0.45)
            with self.subTest(seed=seed, rule=rule):
                expected = brute_force(graph, rule, 15)

                found = find_chains(graph, rule, top=15, beam=100_000)

                self.assertEqual([chain.cuts for chain in found], expected)
                found_any += len(found)
        self.assertGreater(found_any, 100)

    def test_a_narrow_beam_finds_nothing_that_is_not_allowed_and_nothing_better(self):
        rules = Rules(shots=6, min_shot_seconds=0.2, titles=2)
        compared = 0
        for seed in range(5):
            graph = random_graph(seed, shots=14, share=0.4)
            best = find_chains(graph, rules, top=1, beam=1_000_000)
            for chain in find_chains(graph, rules, top=5, beam=5):
                self.assertTrue(is_allowed(graph, rules, chain.cuts))
                self.assertLessEqual(chain.weakest, best[0].weakest)
                compared += 1
        self.assertGreater(compared, 10)

    def test_the_weakest_cut_counts_before_the_mean(self):
        graph = line_graph(
            [(0, 1, 0.9), (1, 2, 0.4), (3, 4, 0.5), (4, 5, 0.5), (4, 2, 0.6)]
        )

        found = find_chains(graph, Rules(shots=3))

        self.assertEqual([chain.cuts for chain in found], [(2, 4), (2, 3), (0, 1)])
        self.assertEqual(found[2].weakest, 0.4)
        self.assertAlmostEqual(found[2].mean, 0.65)

    def test_a_shot_is_left_after_it_was_entered(self):
        graph = line_graph([(0, 1, 0.9), (1, 2, 0.9)], entering=20, leaving=10)

        self.assertEqual(find_chains(graph, Rules(shots=3)), [])

    def test_twelve_shots_in_a_row_are_found(self):
        graph = line_graph([(n, n + 1, 0.9) for n in range(11)])

        (found,) = find_chains(graph, Rules(shots=12))

        self.assertEqual(found.cuts, tuple(range(11)))

    def test_chains_that_share_too_much_with_a_better_one_are_left_out(self):
        edges = [(0, 1, 0.9), (1, 2, 0.9), (1, 3, 0.8), (4, 5, 0.7), (5, 6, 0.7)]
        graph = line_graph(edges)

        every = find_chains(graph, Rules(shots=3))
        apart = find_chains(graph, Rules(shots=3, most_shared=0.5))

        self.assertEqual([c.cuts for c in every], [(0, 1), (0, 2), (3, 4)])
        self.assertEqual([c.cuts for c in apart], [(0, 1), (3, 4)])

    def test_the_seconds_are_what_is_played_within_the_limit(self):
        graph = line_graph([(0, 1, 0.9), (1, 2, 0.9)])
        # Shots of 100 frames at 25: left at 90, entered at 5.
        whole = (91 + 86 + 95) / 25

        (free,) = find_chains(graph, Rules(shots=3))
        (short,) = find_chains(graph, Rules(shots=3, max_seconds=6.0))

        self.assertAlmostEqual(free.seconds, whole)
        self.assertEqual(free.ends, (91, 95))
        self.assertEqual(short.ends, (32, 32))
        self.assertEqual(short.seconds, (32 + 86 + 32) / 25)

    def test_no_cuts_give_no_chains(self):
        self.assertEqual(find_chains(line_graph([]), Rules(shots=4)), list[Chain]())

    def test_rules_without_sense_are_refused(self):
        for wrong in (
            {"shots": 2},
            {"shots": 13},
            {"min_shot_seconds": 0.0},
            {"max_shot_seconds": 0.1},
            {"min_seconds": 9.0, "max_seconds": 8.0},
            {"shots": 3, "titles": 4},
        ):
            with self.subTest(wrong), self.assertRaises(ValueError):
                Rules(**wrong)
        with self.assertRaisesRegex(ValueError, "beam"):
            find_chains(line_graph([]), Rules(shots=4), top=10, beam=5)


def line_graph(edges, entering=5, leaving=90):
    """Shots of 100 frames at 25 a second, entered and left at the same places in each."""
    shots = 13
    first = np.arange(shots) * 100
    cuts = np.array([edge[:2] for edge in edges], np.int64).reshape(-1, 2)
    return Graph(
        group=np.arange(shots),
        title=np.zeros(shots, np.int64),
        first=first,
        end=first + 100,
        rate=np.full(shots, 25.0),
        leaving=cuts[:, 0],
        entering=cuts[:, 1],
        leaving_frame=first[cuts[:, 0]] + leaving,
        entering_frame=first[cuts[:, 1]] + entering,
        score=np.array([edge[2] for edge in edges], np.float64),
    )


if __name__ == "__main__":
    unittest.main()
