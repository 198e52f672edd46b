"""Materials: two pools that share no source, and pairs that are always the same."""

import tempfile
import unittest
from pathlib import Path

import torch

from mlcore.components.artwork import ArtworkError
from mlcore.components.drawing.materials import PAIRS, POOLS, load_materials
from mlcore.components.drawing.scenes import scene
from mlcore.components.stretch import Layout
from pipelines.artwork.footage import CLIPS, PHOTOGRAPHS
from tests.mlcore.components.placed import materials

LAYOUT = Layout(frames=8, height=48, width=64)


class MaterialsTests(unittest.TestCase):
    def test_a_pair_is_two_clips_of_the_layout(self):
        for pool in POOLS:
            for number in (0, 1, PAIRS - 2, PAIRS - 1):
                for each in materials().pair(pool, number, LAYOUT):
                    self.assertEqual(tuple(each.shape), (8, 3, 48, 64))
                    self.assertTrue(0 <= float(each.min()) <= float(each.max()) <= 1)

    def test_a_numbered_pair_is_always_the_same(self):
        one, again = (materials().pair("test", 7, LAYOUT) for _ in range(2))

        self.assertTrue(torch.equal(one.a, again.a) and torch.equal(one.b, again.b))

    def test_even_pairs_stand_still_and_odd_ones_move(self):
        moving = 0
        for number in range(40):
            pair = materials().pair("train", number, LAYOUT)
            change = max(float((each[1:] - each[:-1]).abs().max()) for each in pair)
            if number % 2:
                moving += change > 0.01
            else:
                self.assertEqual(change, 0)
        self.assertGreaterEqual(moving, 19)

    def test_a_hundred_pairs_of_each_sort_are_all_different(self):
        small = Layout(frames=4, height=16, width=16)
        for pool in POOLS:
            seen = {
                torch.cat(materials().pair(pool, number, small)).numpy().tobytes()
                for number in range(PAIRS)
            }
            self.assertEqual(len(seen), PAIRS)

    def test_beyond_the_last_pair_there_is_none(self):
        with self.assertRaisesRegex(IndexError, "0 to 199"):
            materials().pair("train", PAIRS, LAYOUT)

    def test_both_sides_of_a_pair_come_from_different_sources(self):
        for number in range(60):
            pair = materials().pair("test", number, LAYOUT)
            self.assertGreater(float((pair.a - pair.b).abs().mean()), 0.02)

    def test_no_source_file_is_in_both_pools(self):
        files = {pool: set() for pool in POOLS}
        for each in PHOTOGRAPHS:
            files[each.pool].add(each.member)
        for each in CLIPS:
            files[each.pool].add(each.setup.clip)

        self.assertFalse(files["train"] & files["test"])
        self.assertTrue(all(len(names) >= 8 for names in files.values()))

    def test_the_file_keeps_the_pools_of_the_list(self):
        held = materials()

        self.assertEqual(
            [POOLS[place] for place in held.still_pools], [p.pool for p in PHOTOGRAPHS]
        )
        self.assertEqual(
            [POOLS[place] for place in held.clip_pools], [c.pool for c in CLIPS]
        )

    def test_chance_decides_what_is_drawn(self):
        draws = [
            materials().draw(torch.Generator().manual_seed(seed), "train", LAYOUT).a
            for seed in (1, 1, 2)
        ]

        self.assertTrue(torch.equal(draws[0], draws[1]))
        self.assertFalse(torch.equal(draws[0], draws[2]))

    def test_made_up_scenes_are_pictures_and_not_one_colour(self):
        for seed in range(12):
            frames = scene(torch.Generator().manual_seed(seed), LAYOUT, moving=True)
            self.assertEqual(tuple(frames.shape), (8, 3, 48, 64))
            self.assertGreater(float(frames.std()), 0.05)


class BrokenMaterialsTests(unittest.TestCase):
    def test_missing_and_broken_files_are_named_with_what_to_do(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "materials.safetensors"
            for said in ("no materials at", "not a whole materials file"):
                with self.assertRaisesRegex(ArtworkError, said) as raised:
                    load_materials(path)
                self.assertIn(str(path), str(raised.exception))
                self.assertIn("python -m pipelines.artwork", str(raised.exception))
                path.write_bytes(b"half a file")
