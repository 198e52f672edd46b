"""The clip encoder that ships: in use from the first start, and only where none ever was."""

import tempfile
from pathlib import Path

import torch
from django.test import TestCase

from catalog.files import local_path
from catalog.models import EncoderVersion, Job, MatchCandidate, Promotion, ShotVector
from catalog.services import roll_back
from catalog.supervisor.first_run import CLIPS
from mlcore.videomae.autoencoder import new_autoencoder
from mlcore.videomae.config import SHAPES
from mlcore.videomae.motion import MotionConfig, found_first
from mlcore.videomae.trained import load_trained, save_trained, untrained
from mlcore.videomae.world import MotionWorld
from pipelines.errors import PipelineError
from pipelines.jobs import Claim
from pipelines.retraining.job import retrain
from pipelines.retraining.shipped import SHIPPED, set_up_clips
from pipelines.trained import clips_of, weights_key
from tests.factories import add_encoder
from tests.footage.clips import Clip, write_clip
from tests.ingesting import IngestCase
from tests.retrainable import SHOTS, films_to_learn_from

Status = EncoderVersion.Status
MOST_BYTES = 16_000_000
CPU = torch.device("cpu")


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


class ShippedTests(IngestCase):
    def test_a_first_title_has_rows_of_clips_and_the_board_has_matches_of_them(self):
        version = set_up_clips()
        self.assertEqual(version.status, Status.ACTIVE)
        self.assertLess(SHIPPED.stat().st_size, MOST_BYTES)
        self.assertEqual(clips_of(version).config, SHAPES["little"])

        clip = Clip(frames=80, cuts=(20, 40, 60))
        title = self.ingested(write_clip(self.folder / "first.mp4", clip))

        shots = title.shots.pictures().count()
        rows = ShotVector.objects.filter(version=version, title=title)
        self.assertEqual(rows.count(), 2 * shots)
        shown = title.match_sets.get(live=True, scope="title")
        self.assertEqual(shown.versions["clip"], version.pk)
        self.assertTrue(shown.candidates.filter(kind="clip").exists())

    def test_clips_that_move_alike_find_each_other_on_other_grounds(self):
        trained = load_trained(SHIPPED)
        clips, frames = 48, trained.config.frames
        world = MotionWorld(size=trained.config.size)

        one, two = (trained.vectors(c, CPU) for c in world.alike(clips, frames, 7))

        # The card says .7 of 256; by chance it would be one in 48.
        self.assertGreater(found_first(one, two), 0.6)
