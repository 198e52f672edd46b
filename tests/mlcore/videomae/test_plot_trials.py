"""The trials of a search as a picture: each stands where its score says, the best so far over them."""

from itertools import pairwise

from defusedxml.ElementTree import fromstring

from mlcore.videomae import plot_trials
from mlcore.videomae.search import Trials, search
from tests.mlcore.videomae.test_measure import FolderTest, said
from tests.mlcore.videomae.test_search import LIKED, LOST, SPACE, START

SVG = "{http://www.w3.org/2000/svg}"


class PlotTests(FolderTest):
    def setUp(self):
        super().setUp()
        self.trials, self.out = self.folder / "t.jsonl", self.folder / "t.svg"

    def drawn(self):
        """The fields of the picture that the command draws."""
        words = ("--trials", self.trials, "--out", self.out)
        code, told = said(plot_trials, *words)
        self.assertEqual(code, 0, told)
        root = fromstring(self.out.read_text())
        return told, list(root.iter(f"{SVG}g"))

    def test_every_trial_stands_where_its_score_says(self):
        search(START, SPACE, LIKED, LOST, Trials(self.trials))
        kept = Trials.read(self.trials)

        told, fields = self.drawn()

        self.assertEqual(told["trials"], len(kept))
        self.assertEqual(len(fields), 3)
        steps = ("frames", "shares", "recipes")
        for step, field in zip(steps, fields, strict=True):
            own = list(field.iter(f"{SVG}circle"))
            tried = [each for each in kept if each.step == step]
            self.assertEqual(len(own), len(tried))
            titles = [dot.find(f"{SVG}title").text for dot in own]
            for title, each in zip(titles, tried, strict=True):
                self.assertTrue(title.startswith(plot_trials.words_of(each.plan)))
                self.assertIn(f"{each.score:.4f}", title)
            best = max(tried, key=lambda each: each.score)
            (said_best,) = (
                text.text
                for text in field.iter(f"{SVG}text")
                if text.text.startswith("Best: ")
            )
            self.assertEqual(said_best, f"Best: {plot_trials.words_of(best.plan)}")
            across = [float(dot.get("cx")) for dot in own]
            self.assertEqual(across, sorted(set(across)))
            # The better, the higher: y grows downwards.
            by_place = sorted(own, key=lambda dot: float(dot.get("cy")))
            ranked = [
                float(dot.find(f"{SVG}title").text.split()[-1]) for dot in by_place
            ]
            self.assertEqual(ranked, sorted(ranked, reverse=True))

    def test_the_line_is_the_best_so_far(self):
        search(START, SPACE, LIKED, LOST, Trials(self.trials))

        for field in self.drawn()[1]:
            dots = [float(dot.get("cy")) for dot in field.iter(f"{SVG}circle")]
            (line,) = field.iter(f"{SVG}polyline")
            points = [float(p.split(",")[1]) for p in line.get("points").split()]
            self.assertEqual(points[-1], min(dots))
            self.assertTrue(all(a >= b for a, b in pairwise(points)))
            self.assertTrue(all(a <= b for a, b in zip(points, dots, strict=True)))

    def test_scores_of_two_measures_share_no_field(self):
        search(START, SPACE, LIKED, LOST, Trials(self.trials))
        search(START, SPACE, LOST, LOST, Trials(self.trials))

        fields = self.drawn()[1]

        heads = [next(field.iter(f"{SVG}text")).text for field in fields]
        self.assertEqual(
            heads,
            [
                "Frames of stages: accuracy after fine-tuning",
                "Frames of stages: minus the held-out loss",
                "Shares of the budget: accuracy after fine-tuning",
                "Shares of the budget: minus the held-out loss",
                "Batches and rates: minus the held-out loss",
            ],
        )

    def test_a_search_that_was_killed_is_drawn_as_far_as_it_came(self):
        search(START, SPACE, LIKED, LOST, Trials(self.trials))
        lines = self.trials.read_text().splitlines(keepends=True)
        self.trials.write_text("".join(lines[:2]) + lines[2][:20])

        told, (field,) = self.drawn()

        self.assertEqual(told["trials"], 2)
        self.assertEqual(len(list(field.iter(f"{SVG}circle"))), 2)
        # Drawing changes nothing of what the search goes on with.
        self.assertEqual(self.trials.read_text(), "".join(lines[:2]) + lines[2][:20])

    def test_without_trials_there_is_one_sentence(self):
        words = ("--trials", self.trials, "--out", self.out)

        code, told = said(plot_trials, *words)

        self.assertEqual(code, 1)
        self.assertIn("there are no trials in", told["error"])
        self.assertFalse(self.out.exists())
