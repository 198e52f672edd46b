"""The search for a plan: what is tried, what is found, and that it goes on after a kill."""

import json
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

from mlcore.videomae.plan import Plan, Stage
from mlcore.videomae.search import (
    Judge,
    Space,
    Trials,
    length_choices,
    search,
    share_choices,
)

FIRST = Stage(frames=2, share=1, batch=32, rate=1e-3)
START = Plan(stages=(FIRST,))
SPACE = Space(lengths=(2, 4, 8, 16), most_stages=3)


def liked(plan):
    """Accuracy is best for (4, 16), with a quarter of the budget in clips of 4."""
    lengths = [each.frames for each in plan.stages]
    return (lengths == [4, 16]) - abs(plan.stages[0].share - 0.25)


def lost(plan):
    """The loss is best for batches of 16 and a rate of 2e-3."""
    return sum(
        abs(each.batch - 16) / 16 + abs(each.rate - 2e-3) * 1e3 for each in plan.stages
    )


LIKED = Judge(by="accuracy", measured=liked)
LOST = Judge(by="loss", measured=lost)


class SearchTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "trials.jsonl"

    def test_it_finds_lengths_shares_and_recipes(self):
        found = search(START, SPACE, LIKED, LOST, Trials(self.path))

        self.assertEqual([each.frames for each in found.stages], [4, 16])
        self.assertEqual([each.share for each in found.stages], [0.25, 0.75])
        self.assertEqual([each.batch for each in found.stages], [16, 16])
        self.assertEqual([each.rate for each in found.stages], [2e-3, 2e-3])

    def test_a_found_plan_scales_to_a_larger_budget(self):
        found = search(START, SPACE, LIKED, LOST, Trials(self.path))

        small, large = (found.steps(n * 16 * 16 * 64) for n in (1, 4))

        self.assertEqual([4 * each for each in small], large)

    def test_it_goes_on_after_a_kill_without_trying_anything_twice(self):
        whole = search(START, SPACE, LIKED, LOST, Trials(self.path))
        lines = self.path.read_text().splitlines(keepends=True)
        many = len(lines) // 2
        self.path.write_text("".join(lines[:many]) + lines[many][:20])
        tried = []

        def counted(judge):
            measured = judge.measured
            return replace(judge, measured=lambda p: tried.append(p) or measured(p))

        again = search(START, SPACE, counted(LIKED), counted(LOST), Trials(self.path))

        self.assertEqual(again, whole)
        self.assertEqual(len(tried), len(lines) - many)
        self.assertEqual(self.path.read_text().splitlines(keepends=True), lines)

    def test_trials_that_do_not_say_by_what_are_kept_and_not_tried_again(self):
        whole = search(START, SPACE, LIKED, LOST, Trials(self.path))
        kept = Trials.read(self.path)
        lines = map(json.loads, self.path.read_text().splitlines())
        old = [{k: v for k, v in line.items() if k != "by"} for line in lines]
        self.path.write_text("".join(json.dumps(each) + "\n" for each in old))

        def never(plan):
            raise AssertionError(f"{plan} is tried again")

        judges = [Judge(by=by, measured=never) for by in ("accuracy", "loss")]
        self.assertEqual(search(START, SPACE, *judges, Trials(self.path)), whole)
        self.assertEqual(Trials.read(self.path), kept)

    def test_all_of_it_can_be_searched_by_the_loss_under_one_cosine(self):
        def short(plan):
            return 9 * abs(len(plan.stages) - 2) + plan.stages[0].share + lost(plan)

        begin = replace(START, schedule="one")
        judge = Judge(by="loss", measured=short)
        search(begin, SPACE, LIKED, LOST, Trials(self.path))
        many = len(Trials.read(self.path))

        found = search(begin, SPACE, judge, judge, Trials(self.path))

        self.assertEqual([len(found.stages), found.schedule], [2, "one"])
        self.assertEqual(found.stages[0].share, 1 / 16)
        self.assertEqual({each.batch for each in found.stages}, {16})
        # What accuracy said of the same plans is no loss: all are tried again.
        new = Trials.read(self.path)[many:]
        self.assertEqual({each.by for each in new}, {"loss"})
        self.assertTrue(all(each.score == -short(each.plan) for each in new))

    def test_more_stages_are_not_tried_when_more_did_not_help(self):
        tried = []

        def plain(plan):
            tried.append(len(plan.stages))
            return -len(plan.stages)

        space = Space(lengths=(2, 4, 8, 12, 16), most_stages=4, patience=0)
        judge = Judge(by="accuracy", measured=plain)
        search(START, space, judge, LOST, Trials(self.path))

        self.assertEqual(max(tried), 2)

    def test_every_choice_is_a_plan(self):
        for stages in (1, 2, 3, 4):
            for lengths in length_choices(Space(), stages):
                self.assertEqual(list(lengths), sorted(set(lengths)))
                self.assertEqual(lengths[-1], 16)
            for shares in share_choices(Space(), stages):
                self.assertEqual(len(shares), stages)
                self.assertAlmostEqual(sum(shares), 1)
                self.assertGreater(min(shares), 0.06)

    def test_a_space_without_growth_is_refused(self):
        with self.assertRaisesRegex(ValueError, "must grow"):
            Space(lengths=(4, 2))
        with self.assertRaisesRegex(ValueError, "cannot be made"):
            Space(lengths=(2, 4), most_stages=3)
