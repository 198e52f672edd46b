"""The clip encoder that ships: in use from the first start, and only where none ever was."""

import tempfile
from pathlib import Path

from django.test import TestCase

from catalog.files import local_path
from catalog.models import EncoderVersion, Job, MatchCandidate, Promotion, ShotVector
from catalog.services import roll_back
from catalog.supervisor.first_run import CLIPS
from mlcore.videomae.autoencoder import new_autoencoder
from mlcore.videomae.config import SHAPES
from mlcore.videomae.motion import MotionConfig
from mlcore.videomae.trained import save_trained, untrained
from pipelines.errors import PipelineError
from pipelines.jobs import Claim
from pipelines.retraining.job import retrain
from pipelines.retraining.shipped import SHIPPED, set_up_clips
from pipelines.trained import weights_key
from tests.factories import add_encoder
from tests.retrainable import SHOTS, films_to_learn_from

Status = EncoderVersion.Status
MOST_BYTES = 16_000_000


class SetUpTests(TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.shipped = Path(folder.name) / "clips.safetensors"
        fresh = untrained(new_autoencoder(SHAPES["toy"], 0), MotionConfig())
        save_trained(fresh, self.shipped, {})

    def test_in_an_empty_catalogue_it_is_live_at_once_and_the_log_says_since_when(self):
        version = set_up_clips(self.shipped)

        self.assertEqual(version.status, Status.ACTIVE)
        made = Promotion.objects.get(family="clip")
        self.assertEqual((made.version, made.before), (version, None))
        self.assertEqual(set_up_clips(self.shipped), version)
        self.assertEqual(Promotion.objects.count(), 1)

    def test_where_it_is_looked_for_is_where_the_first_start_looks(self):
        self.assertEqual(SHIPPED, CLIPS)

    def test_weights_that_were_lost_are_placed_again(self):
        version = set_up_clips(self.shipped)
        path = local_path(weights_key(version.weights_sha256))
        path.unlink()

        set_up_clips(self.shipped)

        self.assertEqual(path.read_bytes(), self.shipped.read_bytes())

    def test_where_titles_are_there_its_rows_and_boards_are_made_before_it_is_live(
        self,
    ):
        titles = films_to_learn_from(titles=2)

        version = set_up_clips(self.shipped)

        self.assertEqual(version.status, Status.CANDIDATE)
        asked = Job.objects.get(kind=Job.Kind.RETRAIN)
        retrain(Claim(Job.objects.claim(asked.pk, worker="test", device="cpu")))
        version.refresh_from_db()
        self.assertEqual(version.status, Status.ACTIVE)
        rows = ShotVector.objects.filter(version=version).count()
        self.assertEqual(rows, len(titles) * SHOTS * 2)
        self.assertTrue(MatchCandidate.objects.live().filter(kind="clip").exists())

    def test_a_live_one_stays_and_the_one_that_ships_is_offered(self):
        trained = add_encoder("clip")

        version = set_up_clips(self.shipped)

        self.assertEqual(version.status, Status.CANDIDATE)
        trained.refresh_from_db()
        self.assertEqual(trained.status, Status.ACTIVE)
        self.assertFalse(Job.objects.exists())

    def test_what_was_rolled_back_stays_so_at_the_next_start(self):
        version = set_up_clips(self.shipped)
        roll_back("clip", user=None)

        set_up_clips(self.shipped)

        version.refresh_from_db()
        self.assertEqual(version.status, Status.RETIRED)

    def test_without_its_file_or_with_another_in_its_place_it_is_one_sentence(self):
        for content in (None, b"no tensors"):
            self.shipped.unlink(missing_ok=True)
            if content:
                self.shipped.write_bytes(content)
            with self.assertRaisesRegex(PipelineError, "cannot be loaded"):
                set_up_clips(self.shipped)
        self.assertFalse(EncoderVersion.objects.filter(family="clip").exists())
