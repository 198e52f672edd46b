"""Edits of real footage: a person is found by class, and replaced without weights."""

import av
import cv2
import numpy as np

from catalog.files import local_path
from catalog.models import EditJob, Job
from catalog.services.edits import RESULT
from pipelines.editing.places import REGION, kept
from pipelines.ingest import source_path
from pipelines.samples.titles import default_folder, install
from tests.edits import BLUE, add_edit, job_of, write_moving
from tests.ingesting import IngestCase, ended
from tests.pipelines.test_edits import pixels

SAMPLE, FIRST, FRAMES = "rushes_a001.mov", 60, 10
SIZE = (640, 360)
# Drawn by hand along him on the first of these frames; he hardly moves within them.
MAN = (
    *((42, 359), (130, 318), (215, 275), (235, 268), (222, 210), (215, 160), (212, 100)),
    *((225, 75), (220, 60), (250, 35), (290, 30), (340, 45), (362, 75), (370, 110)),
    *((370, 215), (350, 265), (400, 278), (440, 300), (468, 359)),
)  # fmt: skip
DOORS = (slice(0, 250), slice(480, 640))
"""Rows and columns of the ground that he never covers"""


def excerpt() -> np.ndarray:
    """Some frames of a shot in which a man stands before a door, (T, H, W, 3)."""
    folder = default_folder()
    install(folder)
    frames = []
    with av.open(str(folder / SAMPLE)) as opened:
        for index, frame in enumerate(opened.decode(video=0)):
            if index >= FIRST:
                frames.append(frame.to_ndarray(format="rgb24"))
            if len(frames) == FRAMES:
                return np.stack(frames)
    raise AssertionError(f"{SAMPLE} has not so many frames")


class FootageTests(IngestCase):
    def setUp(self):
        super().setUp()
        path = self.folder / "man.mov"
        shown = list(excerpt())
        self.title = self.ingested(
            write_moving(path, size=SIZE, sound=False, shown=shown)
        )
        man = cv2.fillPoly(np.zeros(SIZE[::-1], np.uint8), [np.array(MAN)], 1)
        self.man = np.asarray(man) > 0

    def asked(self, back_end: str) -> EditJob:
        return add_edit(
            self.title,
            first_frame=0,
            end_frame=FRAMES,
            source_prompt="a man",
            back_end=back_end,
            region=EditJob.Region.SUBJECT,
            region_given={"subject": "person"},
        )

    def test_the_region_by_class_is_the_person_in_every_frame(self):
        # Without weights it ends after its region was found, which is kept.
        edit = self.asked("vace")
        job = ended(job_of(edit), self.worker)
        self.assertEqual((job.state, job.stage), (Job.State.FAILED, "foretell"))

        region = kept(edit, REGION)

        self.assertEqual(region.shape, (FRAMES, *SIZE[::-1]))
        for frame, found in enumerate(region):
            overlap = (found & self.man).sum() / (found | self.man).sum()
            self.assertGreater(overlap, 0.9, frame)

    def test_the_person_is_replaced_and_the_ground_stays(self):
        edit = self.asked("composite")
        self.done(job_of(edit))
        edit.refresh_from_db()

        before = pixels(source_path(self.title)).astype(int)
        after = pixels(local_path(edit.file_key(RESULT))).astype(int)

        self.assertEqual(edit.outcome["measures"]["untouched_differ"], 0)
        off = np.abs(after - before)
        self.assertLessEqual(off[:, *DOORS].max(), 3)
        # Nothing of him is where he was: neither his face nor his shirt.
        inside = cv2.erode(self.man.astype(np.uint8), np.ones((9, 9))) > 0
        self.assertGreater((off[:, inside].max(axis=2) > 10).mean(), 0.95)
        middle = np.argwhere(self.man).mean(axis=0).astype(int)
        for frame in after:
            self.assertLess(np.abs(frame[tuple(middle)] - BLUE).max(), 12)
