"""What an edit is said to take before it is asked for, and where that comes from."""

from django.test import TestCase

from catalog.models import EditJob, Job
from catalog.services import EditPlan, Foretold, foretell_edit
from tests.edits import SIZE, add_edit, done_edit, job_of
from tests.factories import add_title

FREE = {"region": "none", "region_given": {}}
STAGES = {"tuning": 40.0, "inversion": 20.0, "regions": 30.0, "sampling": 10.0}


class CostTests(TestCase):
    def setUp(self):
        self.title = add_title(probe=dict(SIZE))

    def foretold(self, back_end: str, **otherwise) -> Foretold:
        """What ten frames of the title would take, 50 steps each."""
        told = {"title": self.title, "frames": 10, "steps": 50, **otherwise}
        return foretell_edit(EditPlan(back_end=back_end, **told))

    def took(self, edit: EditJob, stages: dict[str, float], device: str) -> EditJob:
        """Have it taken so long there."""
        spent = {"stages": stages, "seconds": sum(stages.values()), "device": device}
        edit.outcome["spent"] |= spent
        edit.save()
        Job.objects.filter(edit=edit).update(device=device, started_at=edit.made_at)
        return edit

    def test_nothing_measured_is_unknown_and_says_when_it_will_be_known(self):
        told = self.foretold("composite", frames=48)

        self.assertIsNone(told.seconds)
        self.assertEqual(
            told.words,
            "Unknown: no edit by Composite was measured here. Its worker tries a few "
            "frames before it begins, and says then.",
        )

    def test_a_composite_takes_as_long_a_frame_and_pixel_as_the_last(self):
        edit = done_edit(self.title)  # 20 s for 10 frames of 640 x 360
        larger = add_title(probe={"display_width": 1280, "display_height": 720})

        self.assertAlmostEqual(self.foretold("composite", frames=48).seconds, 96)
        told = self.foretold("composite", frames=48, title=larger, steps=7)
        self.assertAlmostEqual(told.seconds, 4 * 96)
        self.assertEqual(
            told.words, f"As edit {edit.pk} took on cpu, scaled by frames and pixels."
        )

    def test_each_stage_of_a_network_grows_with_what_it_hangs_on(self):
        edit = done_edit(self.title, back_end="unclip", steps=50, **FREE)
        self.took(edit, STAGES, "cpu")
        small = add_title(probe={"display_width": 320, "display_height": 180})
        huge = add_title(probe={"display_width": 7680, "display_height": 4320})
        for otherwise, seconds in (
            ({}, 40 + 20 + 30 + 10),
            ({"frames": 20}, 40 + 40 + 60 + 20),
            # Fewer frames than are tuned together.
            ({"frames": 4}, 20 + 8 + 12 + 4),
            ({"steps": 25}, 40 + 10 + 15 + 5),
            ({"strength": 0.5}, 40 + 20 + 30 + 5),
            ({"marked": True}, 40 + 20 + 0 + 10),
            ({"title": small}, 100 / 4),
            # It works at 768 pixels of the longer side, whatever the source has.
            ({"title": huge}, 100 * (768 / 640) ** 2),
        ):
            with self.subTest(**otherwise):
                told = self.foretold("unclip", **{"marked": False, **otherwise})
                self.assertAlmostEqual(told.seconds, seconds, places=3)
                self.assertIn("frames, steps, strength and pixels", told.words)

    def test_half_the_strength_of_twice_the_steps_takes_as_long(self):
        edit = done_edit(self.title, back_end="vace", steps=50)
        self.took(edit, {"sampling": 60.0}, "cpu")

        told = self.foretold("vace", strength=0.5, steps=100)

        self.assertAlmostEqual(told.seconds, 60)
        self.assertIn("scaled by frames, steps, strength and pixels.", told.words)

    def test_the_last_on_the_device_that_will_take_it_counts(self):
        on_gpu = self.took(done_edit(self.title), {"compositing": 5.0}, "a GPU")
        on_cpu = self.took(done_edit(self.title), {"compositing": 20.0}, "cpu")
        self.assertIn(f"edit {on_cpu.pk} ", self.foretold("composite").words)

        # A training is the last that was begun, on the GPU.
        training = job_of(add_edit(self.title, back_end="toy", **FREE))
        Job.objects.filter(pk=training.pk).update(
            device="a GPU", started_at=training.created_at
        )

        told = self.foretold("composite")
        self.assertAlmostEqual(told.seconds, 5)
        self.assertIn(f"As edit {on_gpu.pk} took on a GPU", told.words)
        Job.objects.filter(pk=training.pk).update(device="another GPU")
        told = self.foretold("composite")
        self.assertIsNone(told.seconds)
        self.assertIn("Unknown on another GPU; edits by Composite", told.words)

    def test_one_that_was_marked_alike_goes_before_a_newer_one(self):
        free = done_edit(self.title, back_end="toy", steps=50, **FREE)
        self.took(free, STAGES, "cpu")
        marked = done_edit(self.title, back_end="toy", steps=50)
        self.took(marked, STAGES | {"regions": 0.0}, "cpu")

        self.assertAlmostEqual(self.foretold("toy", marked=False).seconds, 100)
        free.delete()
        told = self.foretold("toy", marked=False)
        self.assertAlmostEqual(told.seconds, 70)
        self.assertIn("Finding the region comes on top of it.", told.words)

    def test_what_a_worker_foretold_serves_until_one_is_finished(self):
        edit = add_edit(self.title, back_end="toy", steps=50, **FREE)
        estimate = {"frames": 10, "seconds_a_frame": 10.0, "device": "cpu"}
        shares = {name: seconds / 100 for name, seconds in STAGES.items()}
        EditJob.objects.filter(pk=edit.pk).update(
            estimate=estimate | {"shares": shares}
        )

        told = self.foretold("toy", strength=0.5, marked=False)

        self.assertAlmostEqual(told.seconds, 95)
        self.assertIn(f"As edit {edit.pk} was foretold on cpu", told.words)
