import subprocess
import sys

from celery import Task
from django.conf import settings
from django.test import SimpleTestCase

from catalog import dispatch
from catalog.celery import app
from catalog.models import Job
from pipelines import tasks
from pipelines.work import WORK


class TaskTests(SimpleTestCase):
    def test_every_bell_has_a_worker_that_hears_it(self):
        rung = {dispatch.RUN_JOB, dispatch.SWEEP_JOBS}
        rung |= {dispatch.LOOK_FOR_SOURCES, dispatch.CLEAR_LEFTOVERS}
        rung |= {dispatch.RING_SCHEDULE}
        heard = {task.name for task in vars(tasks).values() if isinstance(task, Task)}

        self.assertEqual(heard, rung)
        self.assertLessEqual(rung, set(app.tasks))

    def test_every_kind_of_job_has_somebody_to_do_it(self):
        self.assertEqual(set(WORK), set(Job.Kind.values))

    def test_the_clock_rings_names_that_exist(self):
        rung = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

        self.assertLessEqual(rung, set(app.tasks))

    def test_web_and_clock_never_load_torch(self):
        script = (
            "import sys, django; django.setup()\n"
            "import catalog.urls, catalog.admin, catalog.wsgi, catalog.celery\n"
            "catalog.celery.app.loader.import_default_modules()\n"
            "print(sorted({'torch', 'numpy', 'av', 'pipelines'} & set(sys.modules)))"
        )
        done = subprocess.run(
            [sys.executable, "-c", script],
            check=True,
            capture_output=True,
            text=True,
            cwd=settings.BASE,
        )

        # pgvector brings numpy itself.
        self.assertIn(done.stdout.strip(), {"[]", "['numpy']"})
