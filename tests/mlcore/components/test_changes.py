import unittest

import torch

from mlcore.components.catalogue import component
from mlcore.components.drawing.render import render
from mlcore.components.finding.changes import changes_of
from mlcore.components.stretch import Layout
from tests.mlcore.components.crops import crops

LAYOUT = Layout(frames=8, height=48, width=48)
PAIRS, MIXED, LIGHT = 28, slice(28, 34), slice(34, 42)


def clip(key):
    a, b = (still.expand(8, -1, -1, -1) for still in crops(2, 48, 48))
    drawn = render(component(key) if key else None, a, b, LAYOUT)
    return (drawn * 255).round().to(torch.uint8)


class ChangesTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        keys = ("", "transition/cross dissolve/0", "transition/push right/0")
        clips = torch.stack([clip(key) for key in keys])
        cls.plain, cls.dissolve, cls.push = changes_of(clips)

    def test_no_frame_of_a_plain_cut_is_far_from_both_ends(self):
        self.assertEqual(self.plain[MIXED].max(), 0)

    def test_frames_within_a_transition_are(self):
        # Two of six frames between stand plain on either side.
        for changes in (self.dissolve, self.push):
            self.assertGreater(changes[MIXED][2:4].min(), 0.2)

    def test_it_is_the_same_for_a_clip_alone_and_among_others(self):
        alone = changes_of(clip("")[None])[0]

        torch.testing.assert_close(alone, self.plain)
        self.assertEqual(len(alone), PAIRS + 6 + 8 + 8)

    def test_it_is_the_same_of_frames_whose_colours_lie_side_by_side(self):
        read = clip("")[None].permute(0, 1, 3, 4, 2).contiguous()

        found = changes_of(read.permute(0, 1, 4, 2, 3))[0]

        torch.testing.assert_close(found, self.plain)

    def test_a_flash_shows_in_the_light_of_its_frames_alone(self):
        flashed = clip("")
        flashed[3] = 255

        light = changes_of(flashed[None])[0][LIGHT]

        self.assertGreater(light[3], 1)
        self.assertLess(light[[0, 1, 2, 4, 5, 6, 7]].abs().max(), 0.2)
