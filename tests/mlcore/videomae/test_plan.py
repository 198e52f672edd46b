"""Plans of growing clips: what they may be, what a budget makes of them, how rates go."""

import json
import tempfile
import unittest
from collections import Counter
from pathlib import Path

from mlcore.videomae.course import Budget, Course
from mlcore.videomae.plan import PLANS, Stage, plan_of, planned, read_plan
from tests.mlcore.videomae.small import SMALL, plan


def positions(course):
    step, found = 0, []
    while (here := course.at(step, 0.0)) is not None:
        found.append(here)
        step += 1
    return found


STAGE = '{"frames": 16, "share": 1, "batch": 4, "rate": 0.001}'
WITH = '{"stages": [' + STAGE + "], %s}"


class PlanTests(unittest.TestCase):
    def test_frames_must_grow(self):
        for lengths in ((4, 2), (2, 2)):
            with self.assertRaisesRegex(ValueError, "must grow from stage to stage"):
                planned(lengths, (0.5, 0.5))

    def test_shares_must_add_up_to_one(self):
        with self.assertRaisesRegex(ValueError, r"add up to 1, got .*, which is 0\.9"):
            planned((2, 4), (0.5, 0.4))

    def test_a_stage_without_share_batch_or_rate_is_refused(self):
        for wrong in ({"share": 0}, {"batch": 0}, {"rate": 0}, {"frames": 0}):
            with self.assertRaises(ValueError):
                Stage(**{"frames": 2, "share": 0.5, "batch": 4, "rate": 1e-3, **wrong})

    def test_a_plan_survives_json_and_comes_by_name_file_or_text(self):
        for name, each in PLANS.items():
            written = json.dumps(each.to_json())
            self.assertEqual(plan_of(json.loads(written)), each)
            self.assertEqual(read_plan(name), each)
            self.assertEqual(read_plan(written), each)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "plan.json"
            file.write_text(written)
            self.assertEqual(read_plan(str(file)), each)

    def test_what_is_no_plan_is_said_in_a_sentence(self):
        for text, said in (
            ("tpl9", "is no plan: there are plain,"),
            ('{"stages": 2}', "no plan of stages"),
            ('{"stages": [{}]}', "has frames, share, batch and rate, got {}"),
            (WITH % '"schedule": "cosine"', "'cosine' is no schedule of a plan; there"),
            (WITH % '"order": "random"', "'random' is no order of a plan; there are"),
            (WITH % '"warm": "long"', "warm is a share between 0 and 1, got 'long'"),
            (WITH % '"rhythm": "one"', "schedule, order, warm, not 'rhythm'"),
            ("{nonsense", "is not JSON"),
            ('{"stages": ' + "1" * 5000 + "}", "is not JSON"),
            ("{" + '"a":[' * 100000, "is not JSON"),
            ("tpl4" * 70, "cannot be read: File name too long"),
            (tempfile.gettempdir(), "cannot be read: Is a directory"),
        ):
            with self.assertRaisesRegex(ValueError, said) as raised:
                read_plan(text)
            self.assertLess(len(str(raised.exception)), 400)

    def test_a_file_that_is_no_text_is_said_in_a_sentence(self):
        with tempfile.NamedTemporaryFile() as file:
            Path(file.name).write_bytes(b"\x89PNG\xff\xfe")

            with self.assertRaisesRegex(ValueError, "cannot be read: it is no text"):
                read_plan(file.name)

    def test_shares_of_frames_become_epochs_as_in_the_source(self):
        quarter = planned((2, 16), (0.25, 0.75))

        # 800 epochs of 16 frames, of which a quarter in clips of 2 (the source's example).
        self.assertEqual(quarter.epochs(800 * 16 * 1000, 1000)[0], 1600)

    def test_a_larger_budget_scales_every_stage_alike(self):
        small, large = (PLANS["tpl4"].steps(n * 32 * 16 * 128) for n in (1, 4))

        self.assertEqual([4 * each for each in small], large)

    def test_short_clips_fill_wider_batches(self):
        wide = PLANS["tpl4"].with_recipes(batch=8, rate=1e-3, widen=4)

        self.assertEqual([each.batch for each in wide.stages], [32, 32, 16, 8])


class CourseTests(unittest.TestCase):
    def test_stages_come_in_order_each_with_its_share_of_the_frames(self):
        course = Course(plan(2, 4, 8), Budget(frames=3072), SMALL, 0)

        lengths = Counter(each.stage.frames for each in positions(course))

        self.assertEqual(lengths, {2: 128, 4: 64, 8: 32})
        order = [each.stage.frames for each in positions(course)]
        self.assertEqual(order, sorted(order))

    def test_a_reversed_plan_begins_with_the_longest(self):
        course = Course(plan(2, 8, order="reversed"), Budget(frames=512), SMALL, 0)

        order = [each.stage.frames for each in positions(course)]

        self.assertEqual(order, sorted(order, reverse=True))

    def test_a_shuffled_plan_mixes_lengths_with_the_same_shares(self):
        shuffled = plan(2, 8, order="shuffled", schedule="one")
        course = Course(shuffled, Budget(frames=16384), SMALL, 0)

        order = [each.stage.frames for each in positions(course)]

        self.assertNotEqual(order, sorted(order))
        in_short, in_long = (n * order.count(n) for n in (2, 8))
        self.assertAlmostEqual(in_short / (in_short + in_long), 0.5, delta=0.1)

    def test_by_the_clock_a_stage_lasts_as_long_as_it_multiplies(self):
        course = Course(plan(2, 8), Budget(minutes=1), SMALL, 0)

        border = course.ends[0]

        # Half of the frames in clips of 2 are a little cheaper than the other half.
        self.assertTrue(20 < border < 30, border)
        self.assertEqual(course.at(7, border - 1).stage.frames, 2)
        self.assertEqual(course.at(7, border + 1).stage.frames, 8)
        self.assertIsNone(course.at(7, 60))

    def test_clips_longer_than_the_network_has_are_refused(self):
        with self.assertRaisesRegex(ValueError, "up to 8; got 16"):
            Course(PLANS["tpl4"], Budget(frames=100), SMALL, 0)

    def test_a_budget_is_in_frames_or_in_minutes(self):
        for wrong in ({}, {"frames": 1, "minutes": 1}, {"frames": 0}):
            with self.assertRaises(ValueError):
                Budget(**wrong)


class RateTests(unittest.TestCase):
    def rates(self, schedule):
        course = Course(plan(2, 4, 8, schedule=schedule), Budget(frames=3072), SMALL, 0)
        return [
            course.plan.rate(each.stage, each.inside, each.over_all) / 3e-3
            for each in positions(course)
        ]

    def test_each_stage_has_its_own_warm_up_and_cosine(self):
        rates = self.rates("restarts")

        for begin, end in ((0, 128), (128, 192), (192, 224)):
            self.assertEqual(rates[begin], 0)
            self.assertGreater(max(rates[begin:end]), 0.95)
            self.assertLess(rates[end - 1], 0.02)

    def test_two_cosines_have_half_of_the_stages_each(self):
        long = plan(2, 4, 6, 8, schedule="two")
        course = Course(long, Budget(frames=3072), SMALL, 0)
        here = positions(course)
        rates = [
            long.rate(each.stage, each.inside, each.over_all) / 3e-3 for each in here
        ]

        border = [each.stage.frames for each in here].index(6)
        for half in (rates[:border], rates[border:]):
            self.assertEqual(half[0], 0)
            top = half.index(max(half))
            self.assertGreater(half[top], 0.95)
            self.assertEqual(half[top:], sorted(half[top:], reverse=True))
            self.assertLess(half[-1], 0.02)

    def test_one_cosine_falls_once(self):
        rates = self.rates("one")

        highest = rates.index(max(rates))
        self.assertEqual(rates[highest:], sorted(rates[highest:], reverse=True))
        self.assertLess(highest, 30)

    def test_a_cool_down_is_constant_until_the_last_stage(self):
        rates = self.rates("cooldown")

        self.assertEqual(set(rates[40:192]), {1.0})
        self.assertEqual(rates[192:], sorted(rates[192:], reverse=True))
        self.assertLess(rates[-1], 0.05)

    def test_shuffled_stages_cannot_have_a_cosine_each(self):
        with self.assertRaisesRegex(ValueError, "shuffled"):
            plan(2, 4, order="shuffled")
