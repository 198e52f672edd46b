"""What can be asked of an edit, and what becomes of it, without a worker."""

import errno
import hashlib
from pathlib import Path
from unittest import mock

from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import TestCase, override_settings

from catalog.files import local_path
from catalog.forms.edits import EditForm
from catalog.models import EditJob, Job
from catalog.services import (
    Refused,
    ask_edit,
    cancel_edit,
    cancel_job,
    keep_picture,
    keep_target,
    picture_path,
    place_in_queue,
    reproduce_edit,
    resume_edit,
    retry_job,
    wish_of,
)
from catalog.services import accept_edit as accept
from catalog.services.edit_checks import (
    LEAST_SIDE,
    MOST_FRAMES,
    MOST_SIDE,
    MOST_STEPS,
)
from catalog.views.edits import compared, curve_of
from mlcore.editing import order
from tests.edits import SIZE, add_edit, done_edit, job_of, target_png, wish
from tests.factories import add_shots, add_title
from tests.full_disk import no_room_here


class AskingTests(TestCase):
    def setUp(self):
        self.title = add_title(probe=dict(SIZE), frames=600)
        add_shots(self.title, 300, 300)

    def test_what_was_asked_is_written_down_with_a_job_in_the_long_queue(self):
        edit = add_edit(self.title, seed=3)

        job = job_of(edit)
        self.assertEqual((job.kind, job.queue), (Job.Kind.EDIT, "gpu"))
        self.assertEqual((edit.frames, edit.start_tc), (10, "01:00:00:05"))
        self.assertEqual(edit.seed, 3)
        self.assertTrue(picture_path(edit.picture_sha256).is_file())

    def test_what_cannot_be_carried_out_is_refused_in_one_sentence(self):
        for otherwise, sentence in (
            ({"end_frame": 6}, "has no motion to follow"),
            ({"end_frame": 5}, "is no range of it"),
            ({"end_frame": 601}, "is no range of it"),
            ({"end_frame": 6 + MOST_FRAMES}, f"an edit takes {MOST_FRAMES} at most"),
            ({"first_frame": 290, "end_frame": 310}, "crosses the cut at 01:00:12:00"),
            ({"source_prompt": "  "}, "Both prompts are needed"),
            ({"target_prompt": "x" * 301}, "at most 300 characters"),
            ({"target_prompt": "a\x00b"}, "at most 300 characters"),
            ({"picture_sha256": "0" * 64}, "There is no picture"),
            ({"picture_sha256": "../../etc/passwd"}, "There is no picture"),
            ({"back_end": "magic"}, "There is no back-end 'magic'"),
            ({"region": "none"}, "needs a region"),
            ({"region": "moon"}, "There is no region 'moon'"),
            ({"region": "subject", "region_given": {"subject": "dog"}}, "subject is"),
            ({"region_given": {"frame": 15, "box": [0, 0, 1, 1]}}, "inside the range"),
            ({"region_given": {"frame": 5, "box": [0.9, 0, 0.5, 1]}}, "Draw a box"),
            ({"region_given": {"frame": 5, "box": [0, 0, 0, 0]}}, "Draw a box"),
            ({"region": "click", "region_given": {"frame": 5, "at": [2, 0]}}, "Click"),
            ({"region": "drawn", "region_given": {"frame": 5, "mask": "0" * 1024}}, "shape"),
            ({"strength": 0}, "The strength"),
            ({"steps": 0}, "1 to 500 steps"),
            ({"seed": -1}, "A seed"),
        ):  # fmt: skip
            with self.subTest(**otherwise):
                with self.assertRaisesRegex(Refused, sentence) as refused:
                    add_edit(self.title, **otherwise)
                self.assertEqual(str(refused.exception).count(". "), 0)
        self.assertEqual((EditJob.objects.count(), Job.objects.count()), (0, 0))

    def test_absurd_sizes_and_titles_without_frames_are_refused(self):
        for sides, sentence in (((4, 4), "4 x 4"), ((9000, 360), "9000 x 360")):
            self.title.probe = {"display_width": sides[0], "display_height": sides[1]}
            with self.assertRaisesRegex(Refused, sentence):
                add_edit(self.title)
        self.title.proxy_key = ""
        with self.assertRaisesRegex(Refused, "not ready yet"):
            add_edit(self.title)

    def test_the_bounds_are_those_of_the_method(self):
        self.assertEqual((LEAST_SIDE, MOST_SIDE), (order.LEAST, order.MOST))
        self.assertEqual(MOST_STEPS, 500)

    def test_the_database_keeps_two_frames_and_a_strength(self):
        edit = add_edit(self.title)
        for wrong in ({"end_frame": 6}, {"strength": 0}):
            with self.assertRaises(IntegrityError), transaction.atomic():
                EditJob.objects.filter(pk=edit.pk).update(**wrong)

    def test_a_picture_is_kept_under_its_digest_and_an_empty_one_refused(self):
        first, second = (keep_target([target_png()]) for _ in range(2))

        self.assertEqual(first, second)
        self.assertEqual(picture_path(first).read_bytes(), target_png())
        with self.assertRaisesRegex(Refused, "empty"):
            keep_target([])

    def test_the_picture_of_a_wish_that_is_refused_is_not_kept(self):
        picture = target_png() + b"another"
        kept = picture_path(hashlib.sha256(picture).hexdigest())
        self.addCleanup(kept.unlink, missing_ok=True)
        with self.assertRaisesRegex(Refused, "The strength"):
            ask_edit(wish(self.title, strength=2), user=None, picture=[picture])
        self.assertFalse(kept.exists())

        edit = ask_edit(wish(self.title), user=None, picture=[picture])

        self.assertEqual(picture_path(edit.picture_sha256), kept)
        self.assertEqual(kept.read_bytes(), picture)

    def test_a_full_disk_is_one_sentence_and_leaves_nothing_behind(self):
        told = "The picture could not be kept .File too large.: see to"
        before = set(local_path("searches").glob("*"))
        for keep in (keep_target, keep_picture):
            with self.assertRaisesRegex(Refused, told), no_room_here(2**6):
                keep([target_png()])
        self.assertEqual(list(Path(settings.UPLOAD_ROOT).glob("*.part")), [])
        self.assertEqual(set(local_path("searches").glob("*")), before)

    def test_steps_that_nobody_named_are_those_of_the_form(self):
        form = EditForm(title=self.title, user=None, parent=None)

        self.assertEqual(form["steps"].value(), EditJob().steps)
        self.assertEqual(add_edit(self.title).steps, EditJob().steps)


class SteeringTests(TestCase):
    def setUp(self):
        self.title = add_title(probe=dict(SIZE))

    def test_same_again_is_another_row_of_the_same_family(self):
        first = add_edit(self.title)
        second = ask_edit(wish_of(first, seed=2), user=None)
        third = ask_edit(wish_of(second, strength=0.5), user=None)

        self.assertEqual((second.parent, third.parent), (first, second))
        family = list(EditJob.objects.attempts_of(third))
        self.assertEqual(family, [first, second, third])
        table = compared(family, first)
        differ = {name for name, _, differs in table["rows"] if differs}
        self.assertEqual(differ, {"seed", "strength"})

    def test_regions_that_only_look_alike_in_words_differ(self):
        shape, finer = ("0" * 1023 + digit for digit in "13")
        box = [0.1, 0.2, 0.3, 0.4]
        for region, name, ones, others in (
            ("drawn", "mask", shape, finer),
            ("box", "box", box, [0.10001, 0.2, 0.3, 0.4]),
            ("click", "at", [0.5, 0.5], [0.5, 0.50000001]),
        ):
            with self.subTest(region):
                given = {"region": region, "region_given": {"frame": 5, name: ones}}
                first = add_edit(self.title, **given)
                given["region_given"] = {"frame": 5, name: others}
                second = ask_edit(wish_of(first, **given), user=None)
                table = compared([first, second], first)
                differ = {name: values for name, values, yes in table["rows"] if yes}
                self.assertEqual(set(differ), {"region"})
                # But for what nobody could see.
                self.assertEqual(len(set(differ["region"])), 1 + (region != "click"))
        self.assertEqual(
            add_edit(self.title, region_given={"frame": 5, "box": box}).region_words,
            "box 10 20 30 40 % at frame 5",
        )

    def test_what_lies_across_a_cut_by_now_can_be_reproduced(self):
        edit = done_edit(self.title)
        add_shots(self.title, 10, 290)
        with self.assertRaisesRegex(Refused, "crosses the cut"):
            ask_edit(wish_of(edit), user=None)

        again = reproduce_edit(edit, user=None)

        self.assertEqual((again.first_frame, again.end_frame), (5, 15))

    def test_a_result_that_cannot_be_kept_is_not_accepted(self):
        edit = done_edit(self.title)
        before = set(Path(settings.UPLOAD_ROOT).iterdir())
        elsewhere = mock.patch("os.link", side_effect=OSError(errno.EXDEV, ""))
        said = self.assertRaisesRegex(Refused, "The result could not be kept")
        with said, elsewhere, no_room_here(2):
            accept(edit, user=None)
        said = self.assertRaisesRegex(Refused, "MiB of disk are left")
        with said, override_settings(FREE_DISK_BYTES=2**62):
            accept(edit, user=None)
        self.assertEqual(set(Path(settings.UPLOAD_ROOT).iterdir()), before)

        with elsewhere:
            title = accept(edit, user=None, name=" Square\x00,\nred \u202e" + "d" * 300)

        self.assertEqual(title.name, "Square,red " + "d" * 289)
        self.assertEqual(Path(title.added_path).read_bytes(), b"film")

    def test_cancelled_it_can_be_gone_on_with_and_is_the_same_row(self):
        edit = add_edit(self.title)
        cancel_edit(edit)
        edit = EditJob.objects.get()
        self.assertEqual(job_of(edit).state, Job.State.CANCELLED)
        with self.assertRaisesRegex(Refused, "is over"):
            cancel_edit(edit)

        resume_edit(edit)

        self.assertEqual(job_of(edit).state, Job.State.READY)
        with self.assertRaisesRegex(Refused, "still goes on"):
            resume_edit(EditJob.objects.get())

    def test_without_a_result_nothing_is_accepted_or_reproduced(self):
        edit = add_edit(self.title)
        for act in (accept, reproduce_edit):
            with self.assertRaisesRegex(Refused, "has no result"):
                act(edit, user=None)
        with self.assertRaisesRegex(Refused, "is done"):
            resume_edit(done_edit(self.title))

    def test_the_place_in_the_queue_counts_who_runs_and_who_waited_longer(self):
        first, second, third = (add_edit(self.title) for _ in range(3))
        Job.objects.filter(edit=first).update(state=Job.State.RUNNING)
        self.assertEqual(place_in_queue(EditJob.objects.get(pk=third.pk)), 2)
        cancel_job(job_of(second))
        self.assertEqual(place_in_queue(EditJob.objects.get(pk=third.pk)), 1)
        self.assertTrue(retry_job(job_of(second)))

    def test_a_flicker_curve_is_two_lines_on_one_scale(self):
        curve = curve_of({"made": [0.0, 0.04, 0.02], "source": [0.02, 0.0, 0.02]})

        self.assertEqual(curve.made, "0.0,120.0 300.0,0.0 600.0,60.0")
        self.assertEqual(curve.source, "0.0,60.0 300.0,120.0 600.0,60.0")
        self.assertAlmostEqual(curve.mean, 0.02)
        self.assertIsNone(curve_of({}))
