"""Action, light and sound, from a file to the board, by a real worker."""

import unittest

import numpy as np

from catalog.models import MatchCandidate
from mlcore.matching.kinds import KINDS
from pipelines.media.sound import SAMPLE_RATE, ProxySound
from tests.footage import Clip, ingest_clip, write_clip
from tests.ingesting import IngestCase, board
from tests.moving_film import PLANTED, write_moving_film


class BoardTests(IngestCase):
    def test_an_action_a_light_and_a_sound_that_go_on_are_on_top_of_the_board(self):
        title = self.ingested(write_moving_film(self.folder / "lively.mp4"))

        self.assertEqual(title.shots.count(), 6)
        for kind, (one, other) in PLANTED.items():
            with self.subTest(kind):
                found = board(title, kind)
                self.assertEqual({*found[0][1:]}, {one, other}, found)
        self.assert_nothing_is_kept_of_what_does_not_move_or_sound(title)
        for candidate in MatchCandidate.objects.live():
            parts = {k: np.float32([v]) for k, v in candidate.parts.items()}
            again = KINDS[candidate.kind].score_from_parts(parts)[0]
            self.assertEqual(candidate.score, float(again))

    def assert_nothing_is_kept_of_what_does_not_move_or_sound(self, title):
        def shots_with(family):
            rows = title.shots.filter(vectors__version__family=family)
            return set(rows.values_list("index", flat=True))

        self.assertEqual(shots_with("sound"), {0, 2, 3, 5})
        self.assertEqual(shots_with("action"), {0, 2, 4})
        self.assertEqual(shots_with("light"), {0, 1, 2, 3, 4, 5})


class ProxySoundTests(IngestCase):
    def test_a_click_is_read_where_it_is_again_and_again_and_silence_around_it(self):
        clip = Clip(frames=50, click=1.0, sound_codec="aac")
        proxy = ingest_clip(write_clip(self.folder / "click.mp4", clip)).proxy.path
        with ProxySound(proxy, "mono") as sound:
            for start in (1.5, 0.8, 0.0, 0.8):
                with self.subTest(start):
                    (heard,) = sound.read(start, 0.5)
                    self.assertEqual(len(heard), SAMPLE_RATE // 2)
                    loud = np.flatnonzero(np.abs(heard) > 0.1)
                    if start != 0.8:
                        self.assertEqual(len(loud), 0)
                        continue
                    self.assertAlmostEqual(loud[0] / SAMPLE_RATE, 0.2, delta=0.01)

    def test_a_proxy_without_a_track_has_no_sound(self):
        clip = Clip(frames=20, click=None)
        proxy = ingest_clip(write_clip(self.folder / "mute.mp4", clip)).proxy.path

        with ProxySound(proxy, "mono") as sound:
            self.assertIsNone(sound.read(0, 1))


if __name__ == "__main__":
    unittest.main()
