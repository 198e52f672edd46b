"""Retrainings whose worker dies, or that a person stops: they end as if nobody had disturbed them."""

import time
from unittest import skipUnless

from django.db import transaction
from django.utils.timezone import now

from catalog.files import local_path
from catalog.models import (
    ComponentEmbedding,
    ComponentPlace,
    EncoderVersion,
    Job,
    MatchSet,
    Promotion,
    ShotVector,
    TrainingRun,
)
from catalog.services import cancel_run, resume_run, run_now
from mlcore.checkpoint import load
from pipelines.retraining.job import COMPONENTS, RETRAINING
from pipelines.trained import weights_key
from tests.catalog.pages import logged_in
from tests.factories import add_user
from tests.ingesting import digest, ended
from tests.killing import EVERYWHERE, RetrainingCase
from tests.pipelines.test_component_retraining import SMALL, listed, schedule
from tests.retrainable import (
    ANYTHING,
    MANY,
    SOME,
    films_to_learn_from,
    live_sets,
    toy_schedule,
    untrained_version,
)

LONGEST = ("train",)


def weights_of(version):
    """All numbers of a version's weights, by name."""
    tensors, _ = load(local_path(weights_key(version.weights_sha256)))
    return {name: tensor.numpy().tobytes() for name, tensor in tensors.items()}


class ClipCase(RetrainingCase):
    frames = SOME

    def setUp(self):
        super().setUp()
        self.titles = films_to_learn_from()

    @transaction.atomic
    def asked(self):
        told = {"name": f"{now()}", "better_by": ANYTHING, "frames": self.frames}
        run = run_now(toy_schedule(**told), user=None)
        run.config |= {"kept_every": 0.2}
        run.save()
        return run

    def left_by(self, run):
        rows = ShotVector.objects.filter(version=run.version).order_by("shot", "slot")
        vectors = rows.values_list("shot", "slot", "vector")
        boards = MatchSet.objects.filter(live=True).values_list("title", "scope")
        return (
            weights_of(run.version),
            [(shot, slot, tuple(vector)) for shot, slot, vector in vectors],
            sorted(boards),
            [digest(title) for title in self.titles],
        )


class KilledTests(ClipCase):
    def test_killed_in_any_stage_it_goes_on_to_the_same_live_version(self):
        self.killed_in(tuple(RETRAINING) if EVERYWHERE else LONGEST, tuple(RETRAINING))

        words = "training goes on from its last checkpoint"
        went_on = TrainingRun.objects.filter(job__log__contains=words)
        self.assertEqual(went_on.count(), 1)


@skipUnless(EVERYWHERE, "for `make faults`")
class ComponentsKilledTests(RetrainingCase):
    def setUp(self):
        super().setUp()
        listed()

    @transaction.atomic
    def asked(self):
        run = run_now(schedule(name=f"{now()}"), user=None)
        config = run.config | SMALL | {"kept_every": 0.0}
        TrainingRun.objects.filter(pk=run.pk).update(config=config)
        return run

    def left_by(self, run):
        embedded, mapped = (
            rows.objects.filter(version=run.version).order_by("component")
            for rows in (ComponentEmbedding, ComponentPlace)
        )
        return (
            weights_of(run.version),
            [(row.component_id, tuple(row.vector)) for row in embedded],
            list(mapped.values_list("component", "x", "y")),
        )

    def test_killed_in_any_stage_it_goes_on_to_the_same_live_library(self):
        self.killed_in(tuple(COMPONENTS), tuple(COMPONENTS))


class CancelledTests(ClipCase):
    frames = MANY

    def test_stopped_while_it_trains_it_stops_at_once_and_nothing_else_changes(self):
        live = untrained_version(0)
        EncoderVersion.objects.filter(pk=live.pk).update(status="active")
        before = live_sets()
        run = self.asked()
        self.reach(run, "train")

        cancel_run(run)
        asked_at = time.monotonic()
        job = ended(run.job, self.worker)

        self.assertLess(time.monotonic() - asked_at, 10)
        self.assertEqual((job.state, job.stage), (Job.State.CANCELLED, "train"))
        run.refresh_from_db()
        self.assertTrue(run.is_over)
        self.assertIsNone(run.version)
        self.assertEqual(live_sets(), before)
        self.assertEqual(EncoderVersion.objects.active("clip"), live)
        self.assertFalse(Promotion.objects.exists())
        page = logged_in(add_user("", "admin")).get(f"/retraining/{run.pk}/")
        self.assertContains(page, '<span class="chip state">Cancelled train</span>')
        self.assertContains(page, "Cancelled; press Retry to go on.")
        self.assertContains(page, ">Retry</button>")
        self.assertNotContains(page, "every 2s")

        resume_run(run)
        run = self.finished(run)

        self.assertIn("training goes on from its last checkpoint", run.job.log)
        self.assertEqual(EncoderVersion.objects.active("clip"), run.version)
        self.assertEqual(run.version.parent, live)
