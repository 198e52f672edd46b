from django.test import TestCase

from catalog.models import DuplicateGroup, Job, Verdict
from catalog.services import ask_chains, give_verdict
from pipelines.chains import chains
from pipelines.jobs import run_claimed
from tests.factories import (
    add_candidate,
    add_match_set,
    add_production,
    add_shots,
    add_title,
    add_user,
)

WORK = {Job.Kind.CHAIN: chains}


class ChainJobTests(TestCase):
    def setUp(self):
        self.production = add_production()
        self.titles = [add_title(self.production) for _ in range(2)]
        self.shots = [add_shots(title, *[100] * 4) for title in self.titles]
        self.set = add_match_set(self.titles[0])

    def cut(self, a, b, **fields):
        """A cut between two shots, each (title, index): left at 80, entered at 10."""
        leaving, entering = (self.shots[title][index] for title, index in (a, b))
        return add_candidate(
            self.set,
            leaving,
            entering,
            leaving_frame=leaving.first_frame + 80,
            entering_frame=entering.first_frame + 10,
            **fields,
        )

    def found(self, by=None, **wanted):
        """(cuts of each chain, the job) of a search run to its end."""
        job = ask_chains({"length": 3, **wanted}, by=by)
        run_claimed(job.pk, WORK)
        job.refresh_from_db()
        return [chain["cuts"] for chain in job.result.get("chains", [])], job

    def test_cuts_that_follow_one_another_are_a_chain_with_its_scores(self):
        first = self.cut((0, 0), (0, 1), score=0.9)
        second = self.cut((0, 1), (1, 2), score=0.7)

        cuts, job = self.found()

        self.assertEqual(cuts, [[first.pk, second.pk]])
        (chain,) = job.result["chains"]
        self.assertEqual((chain["weakest"], chain["rank"]), (0.7, 1))
        self.assertAlmostEqual(chain["mean"], 0.8)
        # 81 frames to the first cut, 71 between the two, 90 after the second.
        self.assertAlmostEqual(chain["seconds"], (81 + 71 + 90) / 25)

    def test_two_shots_of_one_group_never_stand_in_one_chain(self):
        self.cut((0, 0), (0, 1))
        self.cut((0, 1), (1, 2))
        first, last = self.shots[0][0], self.shots[1][2]
        group = DuplicateGroup.objects.create(production=self.production)
        first.group = last.group = group
        first.save()
        last.save()

        self.assertEqual(self.found()[0], [])

    def test_rejected_cuts_and_old_sets_are_not_gone_over(self):
        self.cut((0, 0), (0, 1))
        bad = self.cut((0, 1), (1, 2))
        old = add_match_set(self.titles[1], live=False)
        add_candidate(old, self.shots[0][1], self.shots[1][3])
        give_verdict(bad, Verdict.Value.BAD, user=add_user("", "editor"))

        cuts, job = self.found()

        self.assertEqual((cuts, job.result["cuts"]), ([], 1))

    def test_a_chain_is_made_of_what_who_asks_may_see(self):
        self.cut((0, 0), (0, 1))
        self.cut((0, 1), (1, 2))
        member = add_user("", "viewer", [self.production])
        stranger = add_user("", "editor", [add_production()])

        self.assertEqual(len(self.found(by=member)[0]), 1)
        cuts, job = self.found(by=stranger)
        self.assertEqual((cuts, job.result["cuts"]), ([], 0))

    def test_kind_score_and_title_narrow_the_search(self):
        self.cut((0, 0), (0, 1), score=0.9)
        self.cut((0, 1), (0, 2), score=0.7)
        other = add_title(self.production)

        self.assertEqual(len(self.found(kind="frame", min_score=0.7)[0]), 1)
        self.assertEqual(self.found(kind="motion")[0], [])
        self.assertEqual(self.found(min_score=0.8)[0], [])
        self.assertEqual(self.found(titles=2)[0], [])
        self.assertEqual(len(self.found(title=self.titles[0].pk)[0]), 1)
        self.assertEqual(self.found(title=other.pk)[0], [])

    def test_the_same_question_is_one_job_until_a_new_search_is_live(self):
        _, first = self.found()
        again, other = (
            ask_chains({"length": 3}, by=None),
            ask_chains({"length": 4}, by=None),
        )
        self.assertEqual(first, again)
        self.assertNotEqual(first, other)

        add_match_set(self.titles[1])

        self.assertNotEqual(ask_chains({"length": 3}, by=None), first)

    def test_rules_that_contradict_one_another_fail_with_a_sentence(self):
        _, job = self.found(min_shot=5.0, max_shot=2.0)

        self.assertEqual(job.state, Job.State.FAILED)
        self.assertIn("longest time is below its shortest", job.error)
