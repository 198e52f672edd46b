"""Components drawn by the real worker: for the library, and on the very shots."""

from fractions import Fraction

import av
import numpy as np

from catalog.files import local_path
from catalog.matchcuts import cut_of_candidate
from catalog.models import EditingComponent, Job
from catalog.previews import preview_key, preview_still_key
from catalog.services import add_job, ask_every_preview, ask_recommendation
from catalog.tryouts import tryout_on_cut
from pipelines.components.listing import list_components
from pipelines.components.previews import LAYOUT, RATE
from tests.components import DISSOLVE, add_component, dissolves, roomy_pair
from tests.factories import add_candidate, add_match_set
from tests.footage import Clip, read_codes, write_clip
from tests.ingesting import IngestCase, ended
from tests.worker import WorkerTestCase


def decoded(path):
    """The pictures of a clip."""
    with av.open(str(path)) as opened:
        return [frame.to_ndarray(format="rgb24") for frame in opened.decode(video=0)]


class PreviewTests(WorkerTestCase):
    def test_previews_are_drawn_once_and_what_cannot_be_drawn_is_named(self):
        list_components(dissolves())
        rows = list(EditingComponent.objects.all())
        keys = [preview_key(row) for row in rows]
        for key in keys:
            local_path(key).unlink(missing_ok=True)
        lost = add_component("transition/no such wipe/0")

        job = ended(ask_every_preview(user=None), self.worker)

        self.assertEqual(job.state, Job.State.FAILED)
        self.assertEqual(job.error, "No such wipe is no longer drawn by this release.")
        for row, key in zip(rows, keys, strict=True):
            pictures = decoded(local_path(key))
            self.assertEqual(len(pictures), LAYOUT.frames)
            self.assertEqual(pictures[0].shape, (LAYOUT.height, LAYOUT.width, 3))
            # Half of A and half of B, neither of them alone, in the middle.
            middle = pictures[len(pictures) // 2].astype(float)
            for end in (pictures[0], pictures[-1]):
                self.assertGreater(np.abs(middle - end).mean(), 8)
            self.assertTrue(local_path(preview_still_key(row)).is_file())
        written = [local_path(key).stat().st_mtime_ns for key in keys]
        lost.delete()
        job = ended(ask_every_preview(user=None), self.worker)
        self.assertEqual(job.state, Job.State.DONE)
        self.assertEqual([local_path(k).stat().st_mtime_ns for k in keys], written)
        self.assertEqual(RATE, 12)

    def test_without_a_recommender_a_recommendation_ends_with_its_reason(self):
        pair = roomy_pair()
        job = ask_recommendation(pair.leaving, pair.entering, user=None)
        ended(job, self.worker)
        self.assertEqual(job.state, Job.State.FAILED)
        self.assertIn("No recommender is in use", job.error)


class TryoutTests(IngestCase):
    def setUp(self):
        super().setUp()
        clip = Clip(frames=75, cuts=(25, 50))
        self.title = self.ingested(write_clip(self.folder / "three.mov", clip))
        self.shots = list(self.title.shots.all())
        list_components(dissolves())
        self.dissolve = EditingComponent.objects.get(key=DISSOLVE)

    def tried(self, plan, candidate, **subject):
        local_path(plan.key).unlink(missing_ok=True)
        named = {"candidate": candidate.pk, "component": self.dissolve.pk, **subject}
        job = add_job(Job.Kind.TRYOUT, None, subject=named, key=f"tryout:{plan.key}")
        self.done(job)
        return decoded(local_path(plan.key))

    def test_a_transition_is_drawn_over_the_very_frames_of_both_shots(self):
        found = add_match_set(self.title, live=False)
        pair = add_candidate(
            found, self.shots[0], self.shots[2], leaving_frame=20, entering_frame=55
        )
        plan = tryout_on_cut(cut_of_candidate(pair), self.dissolve, 4, 4)
        pictures = self.tried(plan, pair, before=4, after=4)
        # 17 frames of A alone, eight of both, then B alone.
        self.assertEqual(read_codes(pictures[:17]), list(range(17)))
        self.assertEqual(read_codes(pictures[25:]), list(range(59, 75)))
        self.check_another_rate()

    def check_another_rate(self):
        """A second each of 50 and of 25 frames: every other frame of it is shown."""
        clip = Clip(frames=100, rate=Fraction(50), first_code=300)
        fast = self.ingested(write_clip(self.folder / "fast.mov", clip))
        pair = add_candidate(
            add_match_set(self.title, live=False),
            self.shots[0],
            fast.shots.get(),
            leaving_frame=20,
            entering_frame=40,
        )
        plan = tryout_on_cut(cut_of_candidate(pair), self.dissolve, 4, 4)
        pictures = self.tried(plan, pair, before=4, after=4)
        codes = read_codes(pictures[25:])
        self.assertEqual(codes, [300 + 48 + 2 * n for n in range(len(codes))])
        self.assertEqual(codes[-1], 398)
