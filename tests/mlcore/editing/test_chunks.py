import unittest
from itertools import pairwise

import torch

from mlcore.editing.chunks import chunks, joined


class ChunkTests(unittest.TestCase):
    def test_every_frame_is_in_a_chunk_and_none_is_too_long(self):
        for frames in range(1, 60):
            for at_once, overlap in ((8, 2), (5, 0), (3, 2), (16, 4)):
                where = chunks(frames, at_once, overlap)
                self.assertEqual(
                    sorted({f for each in where for f in each}), [*range(frames)]
                )
                self.assertLessEqual(max(map(len, where)), at_once)
                for one, two in pairwise(where):
                    self.assertGreaterEqual(one.stop - two.start, overlap)

    def test_no_chunk_is_left_with_a_frame_or_two(self):
        self.assertEqual([len(each) for each in chunks(9, 8, 2)], [6, 6])

    def test_chunks_fade_into_one_another(self):
        where = [range(4), range(2, 6)]
        whole = joined([torch.zeros(4, 1), torch.ones(4, 1)], where)
        wanted = torch.tensor([0, 0, 1 / 3, 2 / 3, 1, 1])
        torch.testing.assert_close(whole[:, 0], wanted)

    def test_one_chunk_stays_to_the_bit(self):
        part = torch.rand(5, 3, generator=torch.Generator().manual_seed(0))
        self.assertTrue(torch.equal(joined([part], [range(5)]), part))

    def test_an_overlap_without_a_way_forwards_is_refused(self):
        with self.assertRaises(ValueError):
            chunks(10, 4, 4)
