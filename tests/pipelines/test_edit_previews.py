"""What is to be seen of an edit while it is made."""

from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from django.test import TestCase

from catalog.files import local_path
from pipelines.editing.back_ends import load_back_end
from pipelines.editing.previews import PREVIEW, ShowingShelf
from tests.edits import add_edit
from tests.factories import add_title


class ShownTests(TestCase):
    def setUp(self):
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.edit = add_edit(add_title(frames=20))
        frames = np.zeros((4, 90, 160, 3), np.uint8)
        self.shelf = ShowingShelf(self.folder, self.edit, frames)

    def shown(self) -> np.ndarray:
        found = cv2.imread(str(local_path(self.edit.file_key(PREVIEW))))
        assert found is not None
        return found

    def test_frames_made_so_far_stand_beside_one_another_and_are_not_kept(self):
        black, white = (np.full((90, 160, 3), grey, np.uint8) for grey in (0, 255))
        self.shelf.show([black, white])
        seen = self.shown()
        self.assertEqual(seen.shape[:2], (90, 320))
        self.assertLess(seen[:, :150].max(), 30)
        self.assertGreater(seen[:, 170:].min(), 225)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_they_are_not_shown_faster_than_anybody_looks(self):
        frame = np.zeros((90, 160, 3), np.uint8)
        self.shelf.show([frame])
        self.shelf.show([frame] * 3)
        self.assertEqual(self.shown().shape[:2], (90, 160))

    def test_the_composite_shows_its_frames_there(self):
        loaded = load_back_end("composite", self.shelf)
        self.assertIs(loaded.back_end.shelf, self.shelf)
