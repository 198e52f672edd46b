import threading
from datetime import UTC, datetime, timedelta
from functools import partial

from django.db import IntegrityError, connection, transaction
from django.test import TestCase, TransactionTestCase
from django.utils.timezone import now

from catalog.models import Job, Promotion, RetrainSchedule, TrainingRun
from catalog.services import (
    Refused,
    cancel_run,
    kept_runs,
    resume_run,
    ring_schedule,
    run_now,
    save_schedule,
)
from catalog.services.training import KEPT
from tests.catalog.scheduling import footage, schedule
from tests.factories import add_encoder, add_user


class OneRunTests(TestCase):
    def setUp(self):
        footage()
        self.kept = save_schedule(schedule())

    def test_the_database_has_one_unfinished_run_a_family(self):
        run_now(self.kept, user=None)
        with self.assertRaises(IntegrityError), transaction.atomic():
            TrainingRun.objects.create(family="clip")
        TrainingRun.objects.create(family="learned")

    def test_rung_again_for_the_same_minute_it_begins_none(self):
        at = now()
        run = ring_schedule(self.kept.pk, at)
        run.ended_at = at
        run.save()

        self.assertIsNone(ring_schedule(self.kept.pk, at + timedelta(seconds=1)))
        self.kept.refresh_from_db()
        self.assertIn("Rung twice", self.kept.said)

    def test_asked_again_while_one_runs_it_is_that_one(self):
        run = run_now(self.kept, user=None)

        self.assertEqual(run_now(self.kept, user=None), run)
        self.assertIsNone(ring_schedule(self.kept.pk, now() + timedelta(hours=1)))
        self.assertEqual(TrainingRun.objects.count(), 1)

    def test_a_run_whose_job_failed_holds_the_family_no_longer(self):
        run = run_now(self.kept, user=None)
        Job.objects.filter(pk=run.job_id).update(state=Job.State.FAILED)

        other = run_now(self.kept, user=None)

        self.assertNotEqual(other, run)
        run.refresh_from_db()
        self.assertIsNotNone(run.ended_at)
        with self.assertRaisesRegex(Refused, f"clip run {other.pk} is not over yet"):
            resume_run(run)

    def test_a_cancelled_run_goes_on_when_it_is_told_to(self):
        run = run_now(self.kept, user=None)
        cancel_run(run)
        run.refresh_from_db()
        self.assertTrue(run.is_over)

        resume_run(run)

        run.refresh_from_db()
        self.assertFalse(run.is_over)
        self.assertEqual(run.job.state, Job.State.READY)
        with self.assertRaisesRegex(Refused, "still runs"):
            resume_run(run)

    def test_what_is_over_can_be_neither_cancelled_nor_gone_on_with(self):
        run = run_now(self.kept, user=None)
        cancel_run(run)
        run.outcome = {"reason": "Worse.", "passed": False}
        run.refresh_from_db(fields=["job"])
        with self.assertRaisesRegex(Refused, "is over"):
            cancel_run(run)
        with self.assertRaisesRegex(Refused, "ended with a decision"):
            resume_run(run)


class KeptRunTests(TestCase):
    def run_that(self, state: str, **outcome: object) -> TrainingRun:
        job = Job.objects.create(kind="retrain", key=f"{now()}", state=state)
        told = {"family": "clip", "job": job, "outcome": outcome, "ended_at": now()}
        return TrainingRun.objects.create(**told)

    def test_those_that_broke_off_are_kept_till_one_has_passed_and_the_newest_few(self):
        old = self.run_that(Job.State.CANCELLED)
        self.assertEqual(kept_runs("clip"), [old])
        self.run_that(Job.State.DONE, passed=True)
        self.assertEqual(kept_runs("clip"), [])

        newer = [self.run_that(Job.State.FAILED) for _ in range(KEPT + 1)]
        self.run_that(Job.State.DONE, passed=False)
        # It passed, and was cancelled before it was live: it can go on, too.
        last = self.run_that(Job.State.CANCELLED, passed=True)

        self.assertEqual(kept_runs("clip"), [last, *newer[:1:-1]])
        self.assertEqual(kept_runs("component"), [])


class FiredTwiceTests(TransactionTestCase):
    def rung_at_once(self, *kept: RetrainSchedule) -> list[TrainingRun | None]:
        """What came of these schedules, each rung by a clock of its own."""
        at, begun, barrier = now(), [], threading.Barrier(len(kept))

        def ring(key: int) -> None:
            try:
                barrier.wait()
                begun.append(ring_schedule(key, at))
            finally:
                connection.close()

        threads = [threading.Thread(target=ring, args=[each.pk]) for each in kept]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        return begun

    def test_two_clocks_that_ring_at_once_begin_one_run(self):
        footage()
        kept = save_schedule(schedule())

        begun = self.rung_at_once(kept, kept)

        self.assertEqual(len([run for run in begun if run]), 1)
        self.assertEqual(len(begun), 2)
        self.assertEqual(TrainingRun.objects.count(), 1)
        self.assertEqual(Job.objects.count(), 1)

    def test_two_schedules_of_a_family_that_ring_at_once_begin_one_run(self):
        footage()
        kept = [save_schedule(schedule(name=name)) for name in ("One", "Two", "Three")]

        begun = self.rung_at_once(*kept)

        self.assertEqual(len(begun), 3)
        (run,) = TrainingRun.objects.all()
        self.assertEqual({each for each in begun if each}, {run})
        self.assertEqual(Job.objects.get(), run.job)
        said = RetrainSchedule.objects.values_list("said", flat=True)
        self.assertEqual(
            sorted(said), [f"{run} began."] + 2 * [f"{run} was not over yet."]
        )


class LogTests(TestCase):
    def test_the_log_answers_what_was_live_on_a_day(self):
        first, second = (add_encoder("clip", status=s) for s in ("retired", "active"))
        for version, before, day in ((first, None, 10), (second, first, 20)):
            told = {"version": version, "before": before, "reason": "Better."}
            when = datetime(2026, 11, day, tzinfo=UTC)
            Promotion.objects.create(family="clip", made_at=when, **told)

        def live_on(day: int):
            when = datetime(2026, 11, day, 12, tzinfo=UTC)
            return Promotion.objects.live_on("clip", when)

        self.assertEqual(
            [live_on(day) for day in (9, 10, 19, 20)], [None, first, first, second]
        )

    def test_no_row_of_the_log_is_changed_or_deleted_by_any_way_of_the_orm(self):
        user = add_user("", "admin")
        version, other = (add_encoder("clip", status=s) for s in ("active", "retired"))
        told = {"family": "clip", "version": version, "before": other}
        row = Promotion.objects.note(**told, reason="Better.", user=user)
        kept = Promotion.objects.filter(pk=row.pk)
        row.reason, row.version = "Far better.", other
        told = {"reason": "Far better.", "family": "learned", "made_by": add_user("")}
        told |= {"version": None, "before": None, "made_at": now()}
        changes = [partial(kept.update, **{name: each}) for name, each in told.items()]
        for change in (*changes, row.save, row.delete, kept.delete, kept._raw_delete):
            words = [kept.db] if change == kept._raw_delete else []
            only_grows = self.assertRaisesRegex(IntegrityError, "log.*only grows")
            with self.subTest(change), only_grows, transaction.atomic():
                change(*words)

        # Who left is forgotten, and nothing else.
        user.delete()
        (left,) = Promotion.objects.values("family", "version", "reason", "made_by")
        told = {"family": "clip", "version": version.pk, "reason": "Better."}
        self.assertEqual(left, {**told, "made_by": None})

    def test_a_version_in_the_log_cannot_be_deleted(self):
        version = add_encoder("clip")
        Promotion.objects.create(family="clip", version=version, reason="Better.")
        with self.assertRaises(IntegrityError):
            version.delete()
