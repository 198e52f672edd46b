import dataclasses
import json
import re
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import get_args

from django.test import SimpleTestCase, TestCase
from django.utils.timezone import now
from django_celery_beat.models import PeriodicTask
from django_celery_beat.tzcrontab import TzAwareCrontab

from catalog import plans
from catalog.dispatch import RING_SCHEDULE
from catalog.models import Job, RetrainSchedule, TrainingRun
from catalog.services import (
    Refused,
    drop_schedule,
    dry_run,
    ring_schedule,
    run_now,
    save_schedule,
)
from catalog.services.retraining import LEAST_HELD_OUT
from mlcore.videomae.config import SHAPES
from mlcore.videomae.judging import LEAST_TITLES
from mlcore.videomae.plan import PLANS, Order, Plan, Schedule, plan_of
from tests.catalog.scheduling import STAGES, footage, schedule

DOCUMENT = Path(__file__).parents[2] / "docs/pretraining.md"


def with_share(share: float) -> dict[str, object]:
    first, last = STAGES["stages"]
    return {"stages": [first, last | {"share": share}]}


def moment(clock: TzAwareCrontab, at: datetime) -> datetime:
    """What the clock of a schedule says at a time."""
    return at.astimezone(clock.tz)


class SavingTests(TestCase):
    def test_a_crontab_rings_in_its_time_zone(self):
        kept = save_schedule(schedule(cron="30 3 * * 0", time_zone="Europe/Berlin"))

        beat = PeriodicTask.objects.get(name=f"retrain-{kept.pk}")
        self.assertEqual(kept.beat, beat)
        self.assertEqual(beat.task, RING_SCHEDULE)
        self.assertEqual(json.loads(beat.args), [kept.pk])
        self.assertEqual(
            (beat.crontab.minute, beat.crontab.hour, beat.crontab.day_of_week),
            ("30", "3", "0"),
        )
        self.assertEqual(str(beat.crontab.timezone), "Europe/Berlin")

    def test_at_three_in_a_time_zone_it_is_due_on_either_side_of_summer_time(self):
        kept = save_schedule(schedule(cron="0 3 * * *", time_zone="Europe/Berlin"))
        clock = kept.beat.schedule
        # Clocks go on by an hour on 29 March 2026, and back on 25 October.
        for day, hour in (("03-28", 2), ("03-29", 1), ("10-24", 1), ("10-25", 2)):
            at = datetime.fromisoformat(f"2026-{day}T0{hour}:00:00+00:00")
            for minutes, due in ((-1, False), (0, True)):
                clock.nowfun = partial(moment, clock, at + timedelta(minutes=minutes))
                said = clock.is_due(at - timedelta(hours=12))
                with self.subTest(day, minutes=minutes):
                    self.assertEqual(said.is_due, due)

    def test_changing_the_cadence_changes_what_the_clock_rings(self):
        kept = save_schedule(schedule(cron="30 3 * * 0"))
        kept.cron, kept.every_hours, kept.enabled = "", 12, False
        save_schedule(kept)

        beat = PeriodicTask.objects.get(name=f"retrain-{kept.pk}")
        self.assertIsNone(beat.crontab)
        self.assertEqual((beat.interval.every, beat.enabled), (12, False))

        kept.every_hours = None
        save_schedule(kept)
        self.assertIsNone(kept.beat)
        self.assertFalse(PeriodicTask.objects.filter(task=RING_SCHEDULE).exists())

    def test_a_schedule_that_is_dropped_rings_no_more(self):
        drop_schedule(save_schedule(schedule(every_hours=1)))

        self.assertFalse(PeriodicTask.objects.filter(task=RING_SCHEDULE).exists())

    def test_what_could_not_be_run_is_refused_with_one_sentence(self):
        first, last = STAGES["stages"]
        wrong = {
            "must grow from stage to stage, not 16, 2": {
                "plan": {"stages": [last, first]}
            },
            "must add up to 1; 0.5, 0.25 make 0.75": {"plan": with_share(0.25)},
            "must have clips of 16 frames, not 2": {
                "plan": {"stages": [first | {"share": 1.0}]}
            },
            "'tpl9' is no plan": {"plan": "tpl9"},
            "has a list of stages": {"plan": [2, 4, 8]},
            "Stage 1 needs frames, share, batch and rate": {"plan": {"stages": [{}]}},
            "no time zone 'Mars/Olympus'": {"time_zone": "Mars/Olympus"},
            "'61 3 * * 0' is no crontab": {"cron": "61 3 * * 0"},
            "'3 * *' is no crontab": {"cron": "3 * *"},
            "not both": {"cron": "0 3 * * 0", "every_hours": 2},
            "name one": {"frames": None},
            "of minutes; name one": {"minutes": 5.0},
            "above 0": {"frames": 0},
            "no shape 'vast'": {"shape": "vast"},
            "no device 'gpu'; name cpu, cuda or cuda:1": {"device": "gpu"},
            "no device 'cuda:x'": {"device": "cuda:x"},
            "mask is not trained here": {"family": "mask"},
            "needs a name": {"name": " "},
            "at least one step": {"motion_steps": 0},
        }
        for sentence, fields in wrong.items():
            with (
                self.subTest(sentence),
                self.assertRaisesRegex(Refused, re.escape(sentence)),
            ):
                save_schedule(schedule(**fields))
        self.assertFalse(RetrainSchedule.objects.exists())


class RingingTests(TestCase):
    def test_a_ringing_begins_a_run_that_has_everything_it_needs(self):
        footage()
        kept = save_schedule(schedule(cron="0 3 * * *", seed=7))
        at = datetime(2026, 11, 25, 3, 0, 12, tzinfo=UTC)

        run = ring_schedule(kept.pk, at)

        self.assertEqual((run.family, run.schedule, run.seed), ("clip", kept, 7))
        self.assertEqual(run.due_for, at.replace(second=0))
        self.assertEqual(run.config["plan"], STAGES)
        self.assertEqual((run.job.kind, run.job.queue), (Job.Kind.RETRAIN, "gpu"))
        kept.refresh_from_db()
        self.assertEqual(kept.said, f"{run} began.")

    def test_without_enough_new_footage_or_labels_none_begins_and_it_says_so(self):
        footage()
        for fields, sentence in (
            ({"least_new_shots": 100}, "8 new shots to train on, 100 wanted."),
            ({"least_new_labels": 5}, "0 new labels, 5 wanted."),
        ):
            kept = save_schedule(schedule(name=sentence, **fields))
            self.assertIsNone(ring_schedule(kept.pk))
            kept.refresh_from_db()
            self.assertEqual(kept.said, sentence)

    def test_a_schedule_that_is_off_or_gone_rings_for_nothing(self):
        footage()
        kept = save_schedule(schedule(enabled=False))

        self.assertIsNone(ring_schedule(kept.pk))
        self.assertIsNone(ring_schedule(kept.pk + 1))

    def test_without_footage_to_learn_from_a_person_is_told(self):
        with self.assertRaisesRegex(Refused, "no shot to train on"):
            run_now(save_schedule(schedule()), user=None)

    def test_a_schedule_of_a_ranking_asks_for_labels_as_the_page_does(self):
        kept = save_schedule(schedule(family="learned", frames=None))
        with self.assertRaisesRegex(Refused, "Too few labels"):
            run_now(kept, user=None)
        ring_schedule(kept.pk)
        kept.refresh_from_db()
        self.assertIn("Too few labels", kept.said)

    def test_a_dry_run_says_what_it_would_learn_from_and_begins_nothing(self):
        footage()
        kept = save_schedule(schedule(least_new_shots=9))

        told = dry_run(kept)

        self.assertEqual((told.shots, told.new_shots, told.titles), (8, 8, 4))
        self.assertEqual((told.held_out_shots, told.held_out_titles), (4, 2))
        self.assertEqual(told.lacking, "8 new shots to train on, 9 wanted.")
        self.assertEqual(told.undecided, "1 more hold-out titles")
        self.assertIsNone(told.seconds)
        self.assertIn("Unknown", told.seconds_from)
        self.assertFalse(TrainingRun.objects.exists())

    def test_the_time_it_takes_is_that_of_the_last_run_of_the_shape(self):
        footage()
        kept = save_schedule(schedule(frames=3000))
        spent = {"seconds": 10.0, "frames": 1000, "device": "cpu"}
        TrainingRun.objects.create(
            family="clip", config={"shape": "toy"}, spent=spent, ended_at=now()
        )

        told = dry_run(kept)
        self.assertAlmostEqual(told.seconds, 30.0)
        self.assertIn("Not in it, for it is not known: motion", told.seconds_from)

    def test_the_time_it_takes_is_that_of_motion_and_of_the_backfill_too(self):
        footage()
        kept = save_schedule(schedule(frames=3000, motion_steps=200))
        spent = {"seconds": 10.0, "frames": 1000, "device": "cpu"}
        spent |= {"motion": {"seconds": 5.0, "steps": 10}}
        spent |= {"backfill": {"seconds": 7.0, "shots": 14}}
        TrainingRun.objects.create(
            family="clip", config={"shape": "toy"}, spent=spent, ended_at=now()
        )

        told = dry_run(kept)
        self.assertAlmostEqual(told.seconds, 30.0 + 100.0 + 12 * 0.5)
        self.assertIn("training and motion and the backfill", told.seconds_from)
        kept.frames, kept.minutes = None, 2.0
        # Minutes are those of pretraining and motion together.
        self.assertAlmostEqual(dry_run(kept).seconds, 120.0 + 12 * 0.5)


class AgreementTests(SimpleTestCase):
    """The web process says the same of a plan as what trains it."""

    def test_plans_that_are_offered_are_plans_that_can_be_trained(self):
        for name in plans.PLANS:
            plans.check_plan(name)
            plans.check_plan({"stages": [asdict(each) for each in PLANS[name].stages]})
            self.assertEqual(PLANS[name].stages[-1].frames, plans.LONGEST)
        self.assertEqual(plans.SHAPES, tuple(SHAPES))

    def test_every_plan_but_the_controls_is_offered_and_described(self):
        controls = {"short", "reversed", "shuffled"}
        self.assertEqual({*plans.PLANS}, {*PLANS} - controls)
        told = DOCUMENT.read_text()
        table = told.split("| plan | frames |")[1].split("\n\n")[0]
        named = {
            name
            for row in re.findall(r"(?m)^\| (`.*?`) \|", table)
            for name in re.findall(r"`(.+?)`", row)
        }
        self.assertEqual(named, {*PLANS})

    def test_schedules_and_orders_are_those_that_are_trained(self):
        self.assertEqual(plans.SCHEDULES, get_args(Schedule))
        self.assertEqual(plans.ORDERS, get_args(Order))
        self.assertEqual(
            plans.PARTS, tuple(each.name for each in dataclasses.fields(Plan))
        )

    def test_a_plan_may_say_how_its_rate_goes(self):
        for more in (
            {"schedule": "two", "warm": 0.1},
            {"schedule": "one", "order": "shuffled"},
            {"order": "progressive"},
        ):
            plans.check_plan(STAGES | more)
            plan_of(STAGES | more)

    def test_what_is_refused_here_is_refused_there(self):
        first, last = STAGES["stages"]
        for stages in (
            [last, first],
            [first, last | {"share": 0.25}],
            [first | {"share": 0.0}, last],
            [first | {"batch": 0}, last],
            [first | {"rate": -1.0}, last],
            [],
        ):
            self.refused({"stages": stages})
        for plan in (
            STAGES | {"schedule": "cosine"},
            STAGES | {"schedule": ["one"]},
            STAGES | {"order": "backwards"},
            STAGES | {"order": "shuffled"},
            STAGES | {"warm": "1"},
            STAGES | {"warm": 1},
            STAGES | {"rhythm": "one"},
            {"stages": [first | {"rte": 1e-3}, last]},
            {"stages": [first | {"frames": 2.0}, last]},
            {"stages": [first | {"share": True}, last]},
            {"stages": [first, last | {"rate": float("nan")}]},
            {"stages": "2, 16"},
            [first, last],
        ):
            self.refused(plan)

    def refused(self, plan):
        with self.subTest(plan):
            for check in (plans.check_plan, plan_of):
                with self.assertRaises(ValueError):
                    check(plan)

    def test_the_pages_ask_for_what_the_gate_asks_for(self):
        self.assertEqual(LEAST_HELD_OUT, LEAST_TITLES)
