"""The map of frames around a cut, of the kind clip: made on demand, and quickly."""

import time
import unittest
from pathlib import Path

from catalog.files import local_path
from catalog.matchcuts import cut_of_candidate
from mlcore.videomae.autoencoder import new_autoencoder
from mlcore.videomae.config import SHAPES
from mlcore.videomae.motion import MotionConfig
from mlcore.videomae.sampling import stride_at
from mlcore.videomae.trained import save_trained, untrained
from pipelines.clips import Ending, vectors_around
from pipelines.media.reader import open_proxy
from pipelines.offsets import offsets_of
from pipelines.retraining.shipped import set_up_clips
from tests.footage.clips import Clip, write_clip
from tests.ingesting import IngestCase

MOST_SECONDS = 5.0
"""Of one core that others share; alone it takes less than one"""


class EndingTests(unittest.TestCase):
    def test_a_first_clip_begins_and_a_last_one_ends_at_its_cut(self):
        self.assertEqual(Ending("head", 100, 200).frames(4), [100, 102, 104, 106])
        self.assertEqual(Ending("tail", 100, 200).frames(4), [193, 195, 197, 199])
        self.assertEqual(Ending("tail", 100, 107).frames(4), [100, 102, 104, 106])

    def test_it_is_as_long_in_time_at_every_rate(self):
        strides = {
            24: 2,
            25: 2,
            30: 2,
            30000 / 1001: 2,
            48: 4,
            50: 4,
            60: 5,
            12: 1,
            8: 1,
        }
        for rate, stride in strides.items():
            with self.subTest(rate):
                self.assertEqual(stride_at(rate), stride)
        film, video = (
            Ending("head", 0, 200).frames(16, stride_at(r)) for r in (25, 50)
        )
        self.assertEqual([2 * frame for frame in film], video)

    def test_a_shorter_shot_is_shown_whole_and_slower(self):
        for slot in ("head", "tail"):
            self.assertEqual(Ending(slot, 10, 14).frames(4), [10, 11, 12, 13])
            self.assertEqual(Ending(slot, 10, 12).frames(4), [10, 10, 11, 11])
            self.assertEqual(Ending(slot, 10, 11).frames(4), [10] * 4)


class ClipOffsetTests(IngestCase):
    def test_every_frame_around_a_cut_has_its_clip_and_the_matched_ones_the_score(self):
        fresh = untrained(new_autoencoder(SHAPES["little"], 0), MotionConfig())
        weights = Path(self.folder) / "clips.safetensors"
        save_trained(fresh, weights, {})
        version = set_up_clips(weights)
        title = self.ingested(
            write_clip(self.folder / "a.mp4", Clip(frames=120, cuts=(40, 80)))
        )
        found = title.match_sets.get(live=True, scope="title").candidates
        pair = found.filter(kind="clip").select_related(
            "leaving__title", "entering__title"
        )[0]
        cut = cut_of_candidate(pair)
        offsets_of(cut)  # networks are loaded once a process

        began = time.process_time()
        grid = offsets_of(cut)
        self.assertLess(time.process_time() - began, MOST_SECONDS)

        cells = [cell for row in grid["scores"] for cell in row]
        self.assertNotIn(None, cells)
        a, b = grid["here"]
        self.assertAlmostEqual(grid["scores"][a][b], pair.score, places=3)
        self.same_as_one_by_one(pair, version)

    def same_as_one_by_one(self, pair, version):
        shot = pair.leaving
        proxy = open_proxy(local_path(shot.title.proxy_key))
        first, end = shot.first_frame, shot.end_frame
        endings = [Ending("tail", first, end - n) for n in range(3)]
        together = vectors_around(shot.title, proxy, endings, version)
        for one, ending in zip(together, endings, strict=True):
            (alone,) = vectors_around(shot.title, proxy, [ending], version)
            self.assertLess(float(abs(one - alone).max()), 1e-5)
