"""The row is the job: claims, leases, attempts and keys, on the real database."""

import threading
from datetime import timedelta

from django.db import connection
from django.test import TestCase, TransactionTestCase
from django.utils.timezone import now

from catalog.models import Job, Production, Title
from catalog.services import add_job, cancel_job, retry_job, sweep_jobs


def a_title(name="A"):
    production, _ = Production.objects.get_or_create(name="P")
    return Title.objects.create(production=production, name=name, added_path="/x.mp4")


def claim(job):
    return Job.objects.claim(job.pk, worker="w", device="cpu")


def silence(job):
    Job.objects.filter(pk=job.pk).update(lease_until=now() - timedelta(seconds=1))


class ClaimTests(TestCase):
    def setUp(self):
        self.title = a_title()
        self.job = add_job(Job.Kind.INGEST, self.title)

    def test_only_one_of_two_claims_wins(self):
        self.assertIsNotNone(claim(self.job))
        self.assertIsNone(claim(self.job))

    def test_asking_twice_for_unfinished_work_is_asking_once(self):
        self.assertEqual(add_job(Job.Kind.INGEST, self.title).pk, self.job.pk)

    def test_work_that_is_over_can_be_asked_for_again(self):
        claim(self.job).end(Job.State.DONE)

        self.assertNotEqual(add_job(Job.Kind.INGEST, self.title).pk, self.job.pk)

    def test_work_that_ends_while_it_is_asked_for_again_is_done_again(self):
        ended = []

        def end_first(execute, sql, *given):
            # Between the refused row and the look for the one that stood in its way.
            if sql.startswith("SELECT") and not ended:
                ended.append(self.job.pk)
                Job.objects.filter(pk=self.job.pk).update(state=Job.State.DONE)
            return execute(sql, *given)

        with connection.execute_wrapper(end_first):
            again = add_job(Job.Kind.INGEST, self.title)

        self.assertEqual(ended, [self.job.pk])
        self.assertNotEqual(again.pk, self.job.pk)
        self.assertEqual(Job.objects.unfinished().get().pk, again.pk)

    def test_an_attempt_that_lost_its_lease_can_write_nothing(self):
        first = claim(self.job)
        silence(self.job)
        sweep_jobs()
        second = claim(self.job)

        self.assertFalse(first.write(stage="late"))
        self.assertFalse(first.end(Job.State.DONE))
        self.assertTrue(second.beat())

    def test_a_job_with_a_heartbeat_is_left_alone(self):
        claim(self.job)

        self.assertEqual(sweep_jobs(), 0)
        self.job.refresh_from_db()
        self.assertEqual(self.job.state, Job.State.RUNNING)

    def test_the_third_dead_worker_puts_the_job_in_quarantine(self):
        for _ in range(3):
            claim(self.job)
            silence(self.job)
            sweep_jobs()

        self.job.refresh_from_db()
        self.title.refresh_from_db()
        self.assertEqual(self.job.state, Job.State.QUARANTINED)
        self.assertIn("died 3 times", self.job.error)
        self.assertEqual(self.title.state, Title.State.FAILED)

    def test_a_ready_job_nobody_heard_of_is_rung_again(self):
        Job.objects.update(rung_at=now() - timedelta(minutes=5))

        self.assertEqual(sweep_jobs(), 1)
        self.assertEqual(sweep_jobs(), 0)

    def test_cancelling_a_waiting_job_ends_it(self):
        cancel_job(self.job)

        self.job.refresh_from_db()
        self.assertEqual(self.job.state, Job.State.CANCELLED)
        self.assertIsNone(claim(self.job))

    def test_retry_counts_the_attempts_anew(self):
        claim(self.job).end(Job.State.FAILED, "No.")
        self.title.fail("No.")

        self.assertTrue(retry_job(self.job))

        self.job.refresh_from_db()
        self.title.refresh_from_db()
        self.assertEqual((self.job.state, self.job.attempt), (Job.State.READY, 0))
        self.assertEqual(self.title.state, Title.State.QUEUED)

    def test_a_running_job_is_not_retried(self):
        claim(self.job)

        self.assertFalse(retry_job(self.job))

    def test_the_log_keeps_its_tail(self):
        self.job.note("first")
        for _ in range(100):
            self.job.note("x" * 100)

        self.job.refresh_from_db()
        self.assertLessEqual(len(self.job.log), 8000)
        self.assertNotIn("first", self.job.log)


class ConcurrentClaimTests(TransactionTestCase):
    def test_of_eight_workers_at_once_one_gets_the_job(self):
        # No bell: a real worker may be listening, and would take part.
        job = Job.objects.create(kind=Job.Kind.INGEST, title=a_title(), key="k")
        won, start = [], threading.Barrier(8)

        def work():
            start.wait()
            if claim(job):
                won.append(1)
            connection.close()

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        self.assertEqual(len(won), 1)
