"""The toy title: what its truth says is what the toy's words mean."""

import json
import unittest
from pathlib import Path
from tempfile import TemporaryDirectory

import av

from mlcore.editing.network.eyes import places
from pipelines.media.probe import probe
from pipelines.samples.toy import FRAMES, SCENES, install_toy


class ToyTitleTests(unittest.TestCase):
    def test_it_is_a_film_of_scenes_with_a_target_for_each_the_same_every_time(self):
        with TemporaryDirectory() as name:
            folder = Path(name)
            film, *targets, truth = install_toy(folder)
            first = [path.read_bytes() for path in (film, *targets)]
            shots = json.loads(truth.read_text())["shots"]
            found = probe(film)
            with av.open(str(film)) as opened:
                frames = sum(1 for _ in opened.decode(video=0))
            install_toy(folder)
            again = [path.read_bytes() for path in (film, *targets)]

        self.assertEqual(first, again)
        self.assertEqual((frames, len(shots)), (SCENES * FRAMES, SCENES))
        self.assertEqual(found.start_timecode, "03:00:00:00")
        self.assertEqual(shots[-1]["end"], frames)
        for shot in shots:
            self.assertNotEqual(shot["source_prompt"], shot["target_prompt"])
            # Raises for a word that the toy does not know.
            places([shot["source_prompt"], shot["target_prompt"]])
