import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np
from django.test import TestCase, override_settings

from catalog.files import local_path, working_folder
from catalog.models import CutChange, Job
from mlcore.shots.signals import SignalRecorder
from pipelines import cuts
from pipelines.cuts import chosen_detector, likely_ends
from pipelines.errors import PipelineError
from pipelines.jobs import Cancelled, Claim
from pipelines.segment import segment
from tests.factories import add_job, add_title
from tests.footage.ingested import ingest_clip
from tests.mlcore.transitions import draw_film

NETWORK = override_settings(SHOT_DETECTOR="transnetv2")


def write_video(path, frames):
    """BGR frames as H.264 at 25 a second, good enough to tell them apart."""
    with av.open(str(path), "w") as target:
        stream = target.add_stream("libx264", rate=25, options={"crf": "16"})
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for frame in frames:
            picture = av.VideoFrame.from_ndarray(frame, format="bgr24")
            target.mux(stream.encode(picture))
        target.mux(stream.encode(None))
    return path


class CutNetworkTests(TestCase):
    """A real proxy of a drawn film with a dissolve and a cut, asked about in this process."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        dissolve, hard = (
            draw_film("dissolve, 12 frames", 4, 2),
            draw_film("hard cut", 5, 1),
        )
        cls.frames = dissolve.frames + hard.frames[:16]
        cls.truth = [*dissolve.cuts, len(dissolve.frames)]
        cls.made = ingest_clip(write_video(Path(folder.name) / "film.mp4", cls.frames))

    def setUp(self):
        self.title = add_title(frames=len(self.frames), probe=self.made.probe.as_json())
        home = local_path(self.title.proxy_key).parent
        home.mkdir(parents=True, exist_ok=True)
        self.addCleanup(shutil.rmtree, home)
        shutil.copy(self.made.proxy.path, home / "proxy.mp4")
        recorder = SignalRecorder()
        for frame in self.frames:
            recorder.push(frame)
        recorder.take().save(home / "signals.npy")
        self.kept = home / "transnetv2.npy"

    def claim(self):
        job = add_job(self.title)
        return Claim(Job.objects.claim(job.pk, worker="test", device="cpu"))

    def cuts(self):
        return list(self.title.shots.values_list("first_frame", flat=True))[1:]

    @NETWORK
    def test_the_networks_shots_are_written_with_changes_made_by_hand(self):
        CutChange.objects.create(title=self.title, frame=20, action="split")

        segment(self.claim())

        found = [cut for cut in self.cuts() if cut != 20]
        self.assertIn(20, self.cuts())
        self.assertEqual(len(found), len(self.truth))
        for cut, true in zip(found, self.truth, strict=True):
            self.assertLessEqual(abs(cut - true), 2)

    @NETWORK
    def test_cuts_found_again_need_neither_film_nor_network(self):
        answers = likely_ends(self.claim(), len(self.frames))
        local_path(self.title.proxy_key).unlink()

        again = likely_ends(self.claim(), len(self.frames))

        self.assertEqual(again.tobytes(), answers.tobytes())
        self.assertEqual(np.load(self.kept).tobytes(), answers.tobytes())

    @NETWORK
    def test_a_stopped_worker_goes_on_after_its_last_piece(self):
        folder = working_folder(f"title-{self.title.pk}/cuts")
        whole = likely_ends(self.claim(), len(self.frames))
        self.kept.unlink()
        # A piece that says nothing: where it is gone on with, it stays.
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / "000000050.npy", np.full((50, 2), 0.25, np.float32))

        rest = likely_ends(self.claim(), len(self.frames))

        self.assertTrue((rest[:50] == 0.25).all())
        self.assertEqual(rest[50:].tobytes(), whole[50:].tobytes())
        self.assertFalse(folder.exists())

    @NETWORK
    def test_who_asks_for_an_end_keeps_what_is_there(self):
        claim = self.claim()
        Job.objects.filter(pk=claim.job.pk).update(cancel_asked=True)

        with self.assertRaises(Cancelled):
            likely_ends(claim, len(self.frames))

        self.assertFalse(self.kept.exists())

    @override_settings(SHOT_DETECTOR="adaptive")
    def test_the_adaptive_detector_asks_no_network(self):
        self.assertIsNone(likely_ends(self.claim(), len(self.frames)))
        self.assertFalse(self.kept.exists())

    @override_settings(SHOT_DETECTOR="auto")
    def test_without_a_gpu_the_adaptive_detector_is_chosen(self):
        gpu = cuts.torch.cuda.is_available()
        self.assertEqual(chosen_detector(), "transnetv2" if gpu else "adaptive")

    @override_settings(SHOT_DETECTOR="transnetv2", WEIGHTS_ROOT="/nonexistent")
    def test_missing_weights_are_said_with_what_to_do(self):
        cuts._load_network.cache_clear()
        self.addCleanup(cuts._load_network.cache_clear)

        with self.assertRaisesRegex(PipelineError, "python -m pipelines.weights"):
            likely_ends(self.claim(), len(self.frames))
