"""An encoder of editing components by the clock: trained, judged, made ready, live, and back."""

import time

from django.db import transaction
from django.test import TestCase

from catalog.models import (
    ComponentEmbedding,
    ComponentPlace,
    EditingComponent,
    EncoderVersion,
    Job,
    Promotion,
    RetrainSchedule,
    TrainingRun,
)
from catalog.services import (
    Refused,
    dry_run,
    ring_schedule,
    roll_back,
    run_now,
    save_schedule,
)
from mlcore.components.catalogue import catalogue
from mlcore.components.choosing import some
from mlcore.components.split import split
from pipelines.components.listing import list_components
from pipelines.components.shipped import (
    finder_of,
    live_finder,
    load_finder,
    set_up_finder,
)
from pipelines.errors import PipelineError
from pipelines.retraining.components.judging import UNTRAINED
from tests.ingesting import ended
from tests.stages import done
from tests.worker import WorkerTestCase

Status = EncoderVersion.Status
COMPONENTS = 12
"""Two of each category"""
SMALL = {
    "components": COMPONENTS,
    "pairs": 2,
    "draws": {"fit": 4, "calibrate": 2, "share": 1},
}
"""Less than the gate and the detector of a real run draw"""


def listed() -> None:
    """Components are listed: few, a quarter of them of bases that nothing learns."""
    trained, unseen = split(catalogue())
    away = some(unseen, 6, 0)
    list_components([*some(trained, COMPONENTS, 0), *away])
    keys = [each.key for each in away]
    EditingComponent.objects.filter(key__in=keys).update(split="unseen")


def schedule(**fields: object) -> RetrainSchedule:
    told = {
        "name": "Components",
        "family": "component",
        "shape": "small",
        "frames": 2 * COMPONENTS * 8 * 3,
        "better_by": -9.0,
        "worse_by": 9.0,
        "every_hours": 24,
    }
    return save_schedule(RetrainSchedule(**{**told, **fields}))


class WholeTests(WorkerTestCase):
    def test_from_the_clock_to_the_library_and_back(self):
        listed()
        kept = schedule()
        with transaction.atomic():
            # What the clock does, and less to draw before a worker can have it.
            run = run_now(kept, user=None)
            TrainingRun.objects.filter(pk=run.pk).update(config=run.config | SMALL)

        job = ended(run.job, self.worker)

        self.assertEqual((job.state, job.error), (Job.State.DONE, ""), job.log)
        run.refresh_from_db()
        version = run.version
        self.assertEqual((version.family, version.status), ("component", Status.ACTIVE))
        self.assertEqual(run.spent["steps"], 3)
        self.assertEqual(run.losses[-1][0], 2)
        measures = run.outcome["measures"]
        self.assertEqual(measures["components"], COMPONENTS)
        self.assertGreaterEqual(measures["candidate"]["macro"], 0)
        offered = EditingComponent.objects.offered().count()
        rows = ComponentEmbedding.objects.filter(version=version)
        self.assertEqual(rows.count(), offered)
        self.assertEqual(
            ComponentPlace.objects.filter(version=version).count(), offered
        )
        self.assertEqual(live_finder(), (finder_of(version), version))
        made = Promotion.objects.get(family="component")
        self.assertEqual((made.version, made.before), (version, None))
        self.assertTrue(Job.objects.filter(kind=Job.Kind.LEARN).exists())

        began = time.monotonic()
        roll_back("component", user=None)
        self.assertLess(time.monotonic() - began, 1.0)
        with self.assertRaisesRegex(PipelineError, "not set up"):
            live_finder()
        self.assertFalse(ComponentPlace.objects.live().exists())


class StageTests(TestCase):
    """The job in this process: nothing of it needs a worker."""

    def setUp(self):
        listed()

    def ran(self, kept: RetrainSchedule) -> TrainingRun:
        run = run_now(kept, user=None)
        run.config |= SMALL
        run.save()
        done(run)
        return run

    def test_one_that_is_not_surely_better_stays_a_candidate_and_nothing_is_fitted(
        self,
    ):
        run = self.ran(schedule(better_by=9.0))

        self.assertFalse(run.outcome["passed"])
        self.assertIn("Not surely better", run.outcome["reason"])
        self.assertEqual(run.outcome["against"], UNTRAINED)
        self.assertEqual(run.version.status, Status.CANDIDATE)
        self.assertFalse(ComponentEmbedding.objects.exists())
        self.assertFalse(Promotion.objects.exists())

    def test_a_second_begins_with_the_live_one_and_both_are_asked_the_same(self):
        first = self.ran(schedule()).version
        again = run_now(schedule(name="Again", better_by=9.0, seed=1), user=None)
        again.config |= SMALL
        again.save()
        done(again)

        self.assertEqual(again.outcome["against"], first.name)
        self.assertEqual((first.parent, again.version.parent), (None, first))
        one, two = (each.training_run.frozen for each in (first, again.version))
        self.assertEqual(one["judged"], two["judged"])
        self.assertEqual(one["unseen"], two["unseen"])
        live = again.outcome["measures"]["live"]
        self.assertEqual(live, first.metrics["measures"]["candidate"])

    def test_the_clock_waits_for_components_that_the_live_version_does_not_know(self):
        kept = schedule(least_new_shots=5)
        offered = EditingComponent.objects.offered().count()
        would = dry_run(kept)
        self.assertEqual((would.components, would.new_shots), (offered, offered))
        version = EncoderVersion.objects.create(
            family="component", name="live", status=Status.ACTIVE
        )
        for row in EditingComponent.objects.offered()[3:]:
            ComponentEmbedding.objects.create(
                component=row, version=version, vector=[1.0], clips=1
            )

        self.assertIsNone(ring_schedule(kept.pk))

        kept.refresh_from_db()
        self.assertEqual(kept.said, "3 new components to learn, 5 wanted.")

    def test_what_cannot_be_trained_is_one_sentence(self):
        for wrong, words in (
            ({"shape": "tiny"}, "no shape 'tiny' of component encoders"),
            ({"frames": None}, "name one"),
            ({"least_new_labels": 3}, "learn from no labels"),
        ):
            with self.assertRaisesRegex(Refused, words):
                schedule(**wrong)
        kept = schedule()
        EditingComponent.objects.update(offered=False)
        with self.assertRaisesRegex(Refused, "none are listed"):
            run_now(kept, user=None)


class ShippedBesideTrainedTests(TestCase):
    def test_the_one_that_ships_takes_no_place_from_one_that_was_trained_here(self):
        listed()
        trained = EncoderVersion.objects.create(
            family="component", name="run 1", status=Status.ACTIVE
        )
        TrainingRun.objects.create(family="component", version=trained)
        Promotion.objects.note("component", trained, None, "Better.")

        shipped = set_up_finder()

        trained.refresh_from_db()
        self.assertEqual(trained.status, Status.ACTIVE)
        self.assertEqual(shipped.status, Status.CANDIDATE)
        self.assertEqual(finder_of(shipped).sha256, load_finder().sha256)
        self.assertTrue(ComponentEmbedding.objects.filter(version=shipped).exists())
