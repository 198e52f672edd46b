"""Edits through the real worker: from a row to a file that editing programs open."""

import threading
import time

import av
import cv2
import numpy as np
from django.db import connection

from catalog.files import local_path
from catalog.models import EditJob, Job, Title
from catalog.services import accept_edit, cancel_edit, keep_target, reproduce_edit
from catalog.services.edits import COMPARE, RESULT
from pipelines.ingest import source_path
from tests.catalog.test_commands import run
from tests.edits import (
    BLUE,
    HIGH,
    RATE,
    SIDE,
    SOUND_RATE,
    WIDE,
    add_edit,
    corner,
    done_edit,
    job_of,
    ramp,
    target_png,
    write_moving,
)
from tests.ingesting import IngestCase, ended
from tests.untrained import place_untrained_toy


def pixels(path) -> np.ndarray:
    """Every frame of a file, (T, H, W, 3) RGB, by the matrix it says."""
    with av.open(str(path)) as opened:
        return np.stack(
            [
                frame.reformat(format="rgb24", src_colorspace="ITU709").to_ndarray()
                for frame in opened.decode(video=0)
            ]
        )


STAGES = ("read", "region", "foretell", "edit", "measure", "write")


class EditTests(IngestCase):
    def setUp(self):
        super().setUp()
        self.title = self.ingested(write_moving(self.folder / "square.mov"))

    def edited(self, **otherwise) -> EditJob:
        edit = add_edit(self.title, **otherwise)
        self.done(job_of(edit))
        return EditJob.objects.get(pk=edit.pk)

    def test_from_a_box_to_a_title_with_all_that_was_not_edited_kept(self):
        edit = self.edited()

        self._everything_else_stays(edit)
        self._rate_timecode_colours_and_sound_are_the_source_s(edit)
        self._what_went_in_and_came_out_stands_on_the_row(edit)
        self._made_again_it_is_the_same(edit)
        self._accepted_it_is_a_title(edit)

    def _everything_else_stays(self, edit):
        source = pixels(source_path(self.title))[5:15]
        made = pixels(local_path(edit.file_key(RESULT)))
        self.assertEqual(made.shape, source.shape)
        for index, frame in enumerate(range(5, 15)):
            x, y = corner(frame)
            middle = made[index, y + SIDE // 2, x + SIDE // 2].astype(int)
            self.assertLess(np.abs(middle - BLUE).max(), 12, (frame, middle))
            far = np.ones(made.shape[1:3], bool)
            far[y - 10 : y + SIDE + 10, x - 10 : x + SIDE + 10] = False
            off = np.abs(made[index].astype(int) - source[index])[far]
            self.assertLessEqual(off.max(), 3)
            self.assertLess((off > 1).mean(), 0.001)
        self.assertEqual(edit.outcome["measures"]["untouched_differ"], 0)

    def _rate_timecode_colours_and_sound_are_the_source_s(self, edit):
        with av.open(str(local_path(edit.file_key(RESULT)))) as opened:
            picture, sound = opened.streams.video[0], opened.streams.audio[0]
            self.assertEqual(picture.average_rate, RATE)
            self.assertEqual(picture.metadata["timecode"], "01:00:00:05")
            self.assertEqual(picture.codec_context.codec.name, "prores")
            said = (
                picture.codec_context.colorspace,
                picture.codec_context.color_primaries,
                picture.codec_context.color_trc,
            )
            self.assertEqual(tuple(map(int, said)), (1, 1, 1))
            heard = np.concatenate(
                [frame.to_ndarray()[0] for frame in opened.decode(sound)]
            )
        a_frame = int(SOUND_RATE / RATE)
        np.testing.assert_array_equal(heard, ramp()[5 * a_frame : 15 * a_frame])

    def _what_went_in_and_came_out_stands_on_the_row(self, edit):
        self.assertEqual(tuple(job_of(edit).seconds), STAGES)
        self.assertEqual(edit.inputs["source"], self.title.source.content_key)
        self.assertEqual(edit.inputs["weights_sha256"], "")
        self.assertIn("torch", edit.inputs["software"])
        self.assertEqual(edit.estimate["frames"], 10)
        self.assertGreater(edit.estimate["seconds_a_frame"], 0)
        measures = edit.outcome["measures"]
        self.assertEqual(measures["frame_accuracy"], 1.0)
        self.assertGreater(measures["consistency"], 0.9)
        for curve in edit.outcome["flicker"].values():
            self.assertEqual(len(curve), 9)
        with av.open(str(local_path(edit.file_key(COMPARE)))) as opened:
            picture = opened.streams.video[0]
            self.assertEqual((picture.width, picture.height), (320, 3 * 192))
            self.assertEqual(sum(1 for _ in opened.decode(video=0)), 10)
        self.assertFalse(local_path(edit.file_key("stages")).exists())

    def _made_again_it_is_the_same(self, edit):
        again = reproduce_edit(edit, user=None)
        self.done(job_of(again))
        again.refresh_from_db()
        self.assertTrue(again.outcome["same_pixels"])
        self.assertEqual(again.made_otherwise, [])
        self.assertEqual(again.made_with, edit.made_with)
        for name in ("frames_sha256", "region_sha256", "settings_sha256"):
            self.assertTrue(again.made_with[name], name)
        self.assertEqual(again.outcome["file_sha256"], edit.outcome["file_sha256"])

    def _accepted_it_is_a_title(self, edit):
        title = accept_edit(edit, user=None)
        self.assertEqual(accept_edit(edit, user=None), title)
        self.done(title.jobs.get(kind=Job.Kind.INGEST))
        title.refresh_from_db()
        self.assertEqual(title.state, Title.State.READY)
        self.assertEqual(title.made_by_edit, edit)
        self.assertEqual((title.frames, title.rate), (10, RATE))
        self.assertEqual(title.start_tc, "01:00:00:05")
        self.assertEqual(title.production, self.title.production)

    def test_a_click_on_it_and_a_shape_drawn_over_it_are_where_it_goes(self):
        x, y = corner(5)
        middle = [(x + SIDE / 2) / WIDE, (y + SIDE / 2) / HIGH]
        drawn = np.zeros((64, 64), np.uint8)
        rows, columns = (
            slice(64 * a // of, -(-64 * (a + SIDE) // of))
            for a, of in ((y, HIGH), (x, WIDE))
        )
        drawn[rows, columns] = 1
        mask = np.packbits(drawn).tobytes().hex()
        for region, given in (("click", {"at": middle}), ("drawn", {"mask": mask})):
            with self.subTest(region):
                edit = self.edited(region=region, region_given={"frame": 5, **given})
                self._everything_else_stays(edit)

    def test_a_wait_for_one_that_is_cancelled_is_a_failure(self):
        self.addCleanup(place_untrained_toy().unlink)
        first = done_edit(self.title, back_end="toy", steps=96)
        cancelling = threading.Thread(target=self._cancel_the_other, args=[first])
        cancelling.start()

        document, code = run("edit", "ask", "--again", str(first.pk), "--wait")

        cancelling.join()
        self.assertEqual((document["state"], code), ("cancelled", 1))
        # Whoever cancels or looks at one has not failed.
        self.assertEqual(run("edit", "show", str(document["id"]))[1], 0)

    def _cancel_the_other(self, first):
        others = EditJob.objects.exclude(pk=first.pk).select_related("job")
        while (edit := others.first()) is None:
            time.sleep(0.02)
        cancel_edit(edit)
        connection.close()

    def test_what_cannot_be_made_says_why_and_loses_nothing(self):
        torn = keep_target([target_png()[:60]])
        tiny = cv2.imencode(".png", np.zeros((7, 30, 3), np.uint8))[1].tobytes()
        asked = [
            (
                add_edit(self.title, picture_sha256=keep_target([tiny])),
                "The target picture is 30 x 7: sides of 8 to 8192 pixels are possible.",
            ),
            (add_edit(self.title, picture_sha256=torn), "The target cannot be used"),
            (
                add_edit(
                    self.title,
                    region=EditJob.Region.SUBJECT,
                    region_given={"subject": "person"},
                ),
                "Nobody and nothing clearly stands in front in these frames",
            ),
            (
                add_edit(self.title, back_end="vace"),
                "Wan-AI/Wan2.1-VACE-1.3B-diffusers",
            ),
        ]
        for edit, sentence in asked:
            with self.subTest(sentence):
                job = ended(job_of(edit), self.worker)
                self.assertEqual((job.state, job.attempt), (Job.State.FAILED, 1))
                self.assertIn(sentence, job.error)
        self.assertIn("editing/vace", job.error)
        self.assertEqual(EditJob.objects.count(), len(asked))
