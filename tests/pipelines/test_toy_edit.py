"""The edit that a first start shows: asked for once, in a production of its own."""

from pathlib import Path

from catalog.models import EditJob
from catalog.services import cancel_edit
from catalog.supervisor.household import Household
from catalog.supervisor.toy_edit import PRODUCTION, ask_toy_edit
from tests import namespace
from tests.worker import WorkerTestCase


class ToyEditTests(WorkerTestCase):
    def ask(self, folder: Path) -> list[str]:
        """What is said while the toy edit is asked for."""
        said: list[str] = []
        household = Household(namespace.folder(), namespace.folder() / "log")
        self.addCleanup(household.leash.close)
        ask_toy_edit(household, folder, said.append)
        return said

    def test_it_is_asked_for_once_away_from_footage(self):
        folder = namespace.folder() / "toy"
        folder.mkdir()

        first, second = self.ask(folder), self.ask(folder)

        edit = EditJob.objects.get()
        self.assertEqual((edit.back_end, edit.frames), ("toy", 8))
        self.assertEqual(edit.title.production.name, PRODUCTION)
        self.assertIn(f"edits/{edit.pk}/", first[0])
        self.assertEqual(second, [])
        edit.job.refresh_from_db()
        if not edit.job.is_over:
            cancel_edit(edit)

    def test_a_toy_that_cannot_be_drawn_keeps_nobody_from_working(self):
        occupied = namespace.folder() / "occupied"
        occupied.write_text("a file where the folder should be")

        (said,) = self.ask(occupied)

        self.assertIn("could not be asked for", said)
        self.assertFalse(EditJob.objects.exists())
