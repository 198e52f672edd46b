"""Frames that do not fit together: fewer at once, and as many again whoever goes on."""

import numpy as np
from django.test import TestCase

from catalog.back_ends import TOY
from catalog.files import local_path
from catalog.models import EditJob, Job
from mlcore.editing.order import TooMany
from pipelines.editing.loading import Loading, shelf_folder
from pipelines.editing.making import foretell, make
from pipelines.editing.places import FRAMES, MADE, keep, needed
from pipelines.editing.reading import TARGET
from pipelines.jobs import Cancelled, Claim
from tests.edits import add_edit, job_of, pictures, target_png
from tests.factories import add_title
from tests.pipelines.test_edit_telling import only_for
from tests.untrained import place_untrained_toy

LONG = 11


class Limited(Loading):
    """Loads a network with memory for so many frames together."""

    def __init__(self, claim: Claim, frames: int) -> None:
        super().__init__(claim)
        self._frames, self.loads = frames, 0

    def loaded(self):
        if self._loaded is None:
            self.loads += 1
            only_for(super().loaded().back_end.denoiser.unet, self._frames, 0)
        return super().loaded()


class FittingTests(TestCase):
    def setUp(self):
        self.addCleanup(place_untrained_toy().unlink)
        self.title = add_title(frames=40)

    def asked(self, **otherwise: object) -> EditJob:
        edit = add_edit(
            self.title,
            first_frame=0,
            end_frame=LONG,
            back_end=TOY,
            region=EditJob.Region.NONE,
            region_given={},
            steps=2,
            **otherwise,
        )
        # What is read before anything is made is there.
        keep(edit, FRAMES, np.stack(list(pictures())[:LONG]))
        target = local_path(edit.file_key(TARGET))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(target_png())
        return edit

    def carried_out(self, edit: EditJob, frames: int = 100) -> EditJob:
        claim = self.claimed(edit)
        loading = Limited(claim, frames)
        foretell(loading, claim)
        make(loading, claim)
        self.assertEqual(loading.loads, 1)
        return EditJob.objects.get(pk=edit.pk)

    def claimed(self, edit: EditJob) -> Claim:
        Job.objects.filter(edit=edit).update(state=Job.State.READY)
        job = Job.objects.claim(job_of(edit).pk, worker="test", device="cpu")
        assert job is not None
        return Claim(job)

    def test_it_goes_on_with_what_fits_which_is_written_down_and_reproduced(self):
        # A chunk of four is led by the clip's first frame.
        edit = self.carried_out(self.asked(), frames=5)

        self.assertEqual((edit.inputs["at_once"], edit.estimate["at_once"]), (4, 4))
        self.assertIn(
            "8 frames at once do not fit into memory: 4 may", job_of(edit).log
        )
        # Of five that overlap by one.
        names = {each.name for each in shelf_folder(edit).glob("inversion-*")}
        self.assertEqual(len(names), 4)

        again = self.carried_out(self.asked(reproduces=edit))

        self.assertEqual(again.made_with, edit.made_with)
        same = np.array_equal(needed(again, MADE), needed(edit, MADE))
        self.assertTrue(same)
        whole = self.carried_out(self.asked())
        self.assertEqual(whole.inputs["at_once"], 8)
        self.assertEqual(
            whole.made_with["settings_sha256"], edit.made_with["settings_sha256"]
        )

    def test_another_attempt_takes_as_many_and_what_they_left(self):
        edit = self.asked()
        claim = self.claimed(edit)
        loading = Limited(claim, 5)
        foretell(loading, claim)
        heard = []

        def stop(_module, given):
            heard.append(len(given[0]))
            if len(heard) == 12:
                raise Cancelled

        loading.loaded().back_end.denoiser.unet.register_forward_pre_hook(stop)
        with self.assertRaises(Cancelled):
            make(loading, claim)
        before = {each.name for each in shelf_folder(edit).iterdir()}

        edit = self.carried_out(edit)

        self.assertEqual(edit.inputs["at_once"], 4)
        self.assertLessEqual(
            before, {each.name for each in shelf_folder(edit).iterdir()}
        )

    def test_where_two_do_not_fit_it_is_refused_and_begins_anew_with_all(self):
        edit = self.asked()
        claim = self.claimed(edit)
        with self.assertRaisesRegex(TooMany, "^2 frames .* another back-end"):
            foretell(Limited(claim, 1), claim)

        edit.refresh_from_db()
        self.assertNotIn("at_once", edit.inputs)
        self.assertEqual(self.carried_out(edit).inputs["at_once"], 8)

    def test_cancelled_while_it_loads_it_ends_there(self):
        edit = self.asked()
        claim = self.claimed(edit)
        Job.objects.filter(edit=edit).update(cancel_asked=True)
        with self.assertRaises(Cancelled):
            Loading(claim).loaded()
