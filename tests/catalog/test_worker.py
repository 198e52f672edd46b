"""The worker process that the other tests lean on."""

from catalog.celery import app
from tests.worker import WorkerTestCase


class SharedWorkerTests(WorkerTestCase):
    def test_it_answers_and_is_idle(self):
        self.worker.drain()

        self.assertTrue(app.control.ping(timeout=1.0))

    def test_it_comes_back_after_kill_9(self):
        before = self.worker.child.running.pid

        self.worker.kill9()
        self.assertFalse(self.worker.child.is_alive)
        self.worker.restart()

        self.assertNotEqual(before, self.worker.child.running.pid)
        self.worker.drain()
