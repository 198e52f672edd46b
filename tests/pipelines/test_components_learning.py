"""What titles use and people chose becomes suggestions, on rows: a house with a habit."""

import itertools

import numpy as np
from django.test import TestCase

from catalog.handles import room_of
from catalog.matchcuts import cut_of_candidate, side_of
from catalog.models import (
    ComponentFinding,
    EncoderVersion,
    Job,
    Promotion,
    ShotVector,
    Suggestion,
)
from catalog.services import (
    accept_for_cut,
    accept_for_shot,
    ask_learning,
    ask_recommendation,
)
from pipelines.components.learn import learn_suggestions
from pipelines.components.recommend import recommend
from pipelines.encoders import live_versions
from pipelines.errors import PipelineError
from pipelines.jobs import Claim
from tests.catalogues import live_encoders
from tests.components import add_component, add_embedding
from tests.factories import (
    add_candidate,
    add_encoder,
    add_flow,
    add_match_set,
    add_production,
    add_shots,
    add_title,
)

Answer = ComponentFinding.Answer
RIGHT, LEFT, SPIN = (f"transition/push {way}/0" for way in ("right", "left", "round"))
GLOW = "effect/glow/0"
TITLES, CUTS = 6, 12


def claimed(job: Job) -> Claim:
    mine = Job.objects.claim(job.pk, worker="test", device="cpu")
    if mine is None:
        raise AssertionError(f"{job} is not to be had")
    return Claim(mine)


def run(job: Job, work):
    claim = claimed(job)
    work(claim)
    claim.job.end(Job.State.DONE)


def pan(shot, slot, way):
    """The picture moves so at a moment of a shot."""
    field = np.zeros((9, 16, 2))
    field[..., 0] = way
    add_flow(shot, (field / np.linalg.norm(field)).ravel().tolist(), slot=slot)


def looked_at(*shots):
    """Both ends of shots were observed: where no movement was kept, there is none."""
    version = add_encoder("appearance")
    for shot in shots:
        for slot, frame in (("head", shot.first_frame), ("tail", shot.end_frame - 1)):
            ShotVector.objects.create(
                shot=shot,
                title=shot.title,
                version=version,
                slot=slot,
                frame=frame,
                vector=[1.0, 0.5],
            )
    return list(shots)


class House(TestCase):
    """Cuts after a move to the right are pushed right, to the left left; others stay plain."""

    @classmethod
    def setUpTestData(cls):
        live_encoders()
        cls.components = {key: add_component(key) for key in (RIGHT, LEFT, SPIN, GLOW)}
        for key, vector in (
            (RIGHT, (1, 0.1)),
            (LEFT, (-1, 0.1)),
            (SPIN, (0, 1)),
            (GLOW, (0.3, 1)),
        ):
            add_embedding(cls.components[key], vector)
        cls.encoder = EncoderVersion.objects.active("component")
        cls.production = add_production()
        cls.production.may_train = True
        cls.production.save()

    def film(self, number, *, found=True):
        """A finished title; its moving shots end alternately to the right and the left."""
        title = add_title(self.production)
        shots = looked_at(*add_shots(title, *[50] * (CUTS + 1)))
        for at, (a, b) in enumerate(itertools.pairwise(shots)):
            way = (1, -1, 0)[(at + number) % 3]
            if way:
                pan(a, "tail", way)
            if found:
                self.finding(title, b.first_frame, (None, RIGHT, LEFT)[way])
        return shots

    def finding(self, title, cut, key, **fields):
        return ComponentFinding.objects.create(
            title=title,
            version=self.encoder,
            cut_frame=cut,
            first_frame=cut - 12,
            end_frame=cut + 12,
            answer=Answer.KNOWN if key else Answer.NOTHING,
            category="transition" if key else "",
            component=self.components[key] if key else None,
            **{"confidence": 0.9, **fields},
        )

    def learn(self):
        run(ask_learning(user=None), learn_suggestions)
        return EncoderVersion.objects.active("recommender")

    def asked(self, a, b):
        run(ask_recommendation(a, b, user=None), recommend)
        found = Suggestion.objects.live()
        return list(found.for_pair(a, b) if b else found.for_shot(a))


class LearningTests(House):
    def test_a_habit_is_learned_and_the_reason_names_the_movement(self):
        for number in range(TITLES):
            self.film(number)
        version = self.learn()
        a, _, c, *_ = self.new_shots()
        pan(a, "tail", 1)

        said = self.asked(a, c)

        self.assertEqual(version.config["by"]["cut"], "context")
        self.assertEqual(said[0].component.key, RIGHT)
        self.assertIn("before the cut the camera moves left", said[0].reason)
        self.assertIn("times in your titles", said[0].reason)
        self.assertGreater(
            version.metrics["cut"]["learned"]["first"],
            version.metrics["cut"]["popularity"]["first"],
        )

    def new_shots(self):
        return looked_at(*add_shots(add_title(self.production), 80, 80, 80))

    def test_a_still_cut_stays_plain(self):
        for number in range(TITLES):
            self.film(number)
        self.learn()
        a, _, c = self.new_shots()

        said = self.asked(a, c)

        self.assertIsNone(said[0].component)
        self.assertEqual([each.rank for each in said], list(range(1, len(said) + 1)))

    def test_with_too_little_to_tell_it_goes_by_what_is_used_most(self):
        shots = self.film(0, found=False)
        title = shots[0].title
        for at, key in ((1, LEFT), (2, LEFT), (3, RIGHT), (4, None)):
            self.finding(title, shots[at].first_frame, key)
        version = self.learn()
        a, _, c = self.new_shots()

        said = self.asked(a, c)

        self.assertEqual(version.config["by"]["cut"], "popularity")
        self.assertIsNone(said[0].component)  # nearly all cuts are plain
        transitions = [each.component.key for each in said if each.component]
        self.assertEqual(transitions, [LEFT, RIGHT, SPIN])
        self.assertAlmostEqual(sum(each.confidence for each in said), 1.0, places=5)

    def test_what_people_chose_counts_before_what_was_found(self):
        title = add_title(self.production)
        a, b, _ = add_shots(title, 80, 80, 80)
        self.finding(title, b.first_frame, LEFT)
        pair = add_candidate(
            add_match_set(title), a, b, leaving_frame=60, entering_frame=100
        )
        cut = cut_of_candidate(pair)
        accept_for_cut(cut, self.components[SPIN], user=None, before=5, after=5)
        taken_back = accept_for_shot(cut.leaving, self.components[GLOW], user=None)

        version = self.learn()

        self.assertEqual(taken_back.component.key, GLOW)
        self.assertEqual(version.config["with_component"], {"cut": 2, "shot": 1})

    def test_unsure_findings_and_productions_that_may_not_train_teach_nothing(self):
        shots = self.film(0, found=False)
        self.finding(shots[0].title, shots[1].first_frame, LEFT, confidence=0.3)
        # Nobody has said that this one's may.
        own = add_shots(add_title(add_production()), 50, 50)
        self.finding(own[0].title, own[1].first_frame, LEFT)

        version = self.learn()

        self.assertEqual(version.config["examples"]["cut"], 0)

    def test_learning_again_from_the_same_leaves_the_version_as_it_is(self):
        first = self.learn()

        again = self.learn()

        self.assertEqual(first.pk, again.pk)
        told = Promotion.objects.filter(family="recommender")
        self.assertEqual([each.version for each in told], [first])

    def test_the_log_says_which_recommender_was_live_when(self):
        shots = self.film(0, found=False)
        self.finding(shots[0].title, shots[1].first_frame, LEFT)
        first = self.learn()
        self.finding(shots[0].title, shots[2].first_frame, RIGHT)
        second = self.learn()

        told = Promotion.objects.filter(family="recommender").order_by("pk")

        self.assertEqual(
            [(each.version, each.before) for each in told],
            [(first, None), (second, first)],
        )
        when = told[0].made_at
        self.assertEqual(Promotion.objects.live_on("recommender", when), first)

    def test_every_family_that_is_set_up_at_first_use_has_a_line_in_the_log(self):
        EncoderVersion.objects.filter(family="flow").delete()

        live = live_versions()

        told = Promotion.objects.get(family="flow")
        self.assertEqual(told.version, live["flow"])
        live_versions()
        self.assertEqual(Promotion.objects.filter(family="flow").count(), 1)


class RecommendingTests(House):
    def test_no_suggestion_is_ever_longer_than_the_handles(self):
        self.film(0)
        self.learn()
        chance = np.random.default_rng(0)
        for _ in range(25):
            lengths = chance.integers(1, 60, 3).tolist()
            a, _, c = add_shots(add_title(self.production), *lengths)
            out = int(chance.integers(a.first_frame, a.end_frame))
            into = int(chance.integers(c.first_frame, c.end_frame))
            run(ask_recommendation(a, c, user=None, frames=(out, into)), recommend)
            room = room_of(side_of(a, out), side_of(c, into))

            said = Suggestion.objects.live().for_pair(a, c)

            self.assertTrue(said.filter(component=None).exists())
            for each in said.exclude(component=None):
                self.assertTrue(room.allows(each.before, each.after), (room, each))
                self.assertGreaterEqual(each.before + each.after, 5)

    def test_without_handles_the_plain_cut_is_all_and_says_why(self):
        self.learn()
        a, b = add_shots(add_title(self.production), 30, 30)

        said = self.asked(a, b)

        self.assertEqual([each.component for each in said], [None])
        self.assertEqual(said[0].reason, "the handles allow no transition")

    def test_one_shot_gets_what_lies_on_a_shot(self):
        self.learn()
        [a] = add_shots(add_title(self.production), 60)

        said = self.asked(a, None)

        kinds = {each.component.category for each in said if each.component}
        self.assertEqual(kinds, {"effect"})
        self.assertIn(None, [each.component for each in said])

    def test_without_a_recommender_or_an_encoder_it_says_what_is_missing(self):
        a, b = add_shots(add_title(self.production), 60, 60)
        with self.assertRaisesRegex(PipelineError, "learn from finished titles"):
            recommend(claimed(ask_recommendation(a, b, user=None)))
        EncoderVersion.objects.filter(family="component").update(status="retired")
        with self.assertRaisesRegex(PipelineError, "No component encoder"):
            learn_suggestions(claimed(ask_learning(user=None)))
