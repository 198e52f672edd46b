"""Several views of a clip, and the mean over what is said of them."""

import unittest

import torch
from torch import nn

from mlcore.videomae.autoencoder import new_autoencoder
from mlcore.videomae.finetune import Tuning, accuracy, classified, finetune
from mlcore.videomae.measure import some_exam
from mlcore.videomae.views import Views, read_views
from tests.mlcore.videomae.small import CPU, SMALL, WORLD


class Light(nn.Module):
    """Says class 0 with a probability of how light a clip is, of 250."""

    def forward(self, clips):
        share = clips.float().mean((1, 2, 3, 4)) / 250
        return torch.stack([share, 1 - share], 1).log()


def flickering(even, odd):
    """One clip of 8 frames, every second of another light."""
    light = torch.tensor([even, odd] * 4, dtype=torch.uint8)
    return light[None, :, None, None, None].expand(1, 8, 3, 16, 16)


class ViewTests(unittest.TestCase):
    def test_the_mean_over_two_moments_and_three_crops_by_hand(self):
        """Moments of .9 and .2, and crops that look all the same: .55, so class 0."""
        for views in (Views(moments=2), Views(moments=2, crops=3)):
            said = classified(Light(), views.of(flickering(225, 50)), CPU)
            torch.testing.assert_close(said, torch.tensor([[0.55, 0.45]]))

        later = list(Views(moments=2).of(flickering(225, 50)))[1]
        torch.testing.assert_close(
            classified(Light(), [later], CPU), torch.tensor([[0.2, 0.8]])
        )

    def test_crops_go_from_left_to_right_by_hand(self):
        """Of 16 columns 8 are light; crops of 14 begin at 0, 1 and 2: 8, 7 and 6 of 14."""
        clip = torch.zeros(1, 2, 3, 16, 16, dtype=torch.uint8)
        clip[..., :8] = 250

        views = list(Views(crops=3).of(clip))

        self.assertEqual([each.shape for each in views], [clip.shape] * 3)
        lights = [each.float().mean().item() / 250 for each in views]
        for light, columns in zip(lights, (8, 7, 6), strict=True):
            self.assertAlmostEqual(light, columns / 14, delta=0.01)

    def test_one_view_is_the_clip_itself(self):
        (only,) = Views().of(flickering(3, 4))

        self.assertTrue(torch.equal(only, flickering(3, 4)))

    def test_they_are_named_by_two_numbers(self):
        self.assertEqual(read_views("2x3"), Views(moments=2, crops=3))
        for wrong in ("2", "2x", "axb", "0x1"):
            with self.assertRaisesRegex(ValueError, "views are"):
                read_views(wrong)


class ExamTests(unittest.TestCase):
    def test_an_exam_of_two_moments_asks_the_same_clips_and_their_frames_between(self):
        once = some_exam(WORLD, 8, 16, 12, 0)
        twice = some_exam(WORLD, 8, 16, 12, 0, Views(moments=2))

        first, second = twice.views.of(twice.asked)

        self.assertTrue(torch.equal(first, once.asked))
        self.assertFalse(torch.equal(second, once.asked))
        self.assertTrue(torch.equal(twice.asked_labels, once.asked_labels))

    def test_its_accuracy_is_that_of_the_mean_and_its_probes_ask_one_view(self):
        exam = some_exam(WORLD, 8, 40, 30, 0, Views(moments=2, crops=2))
        encoder, tuning = new_autoencoder(SMALL, 0).encoder, Tuning(steps=8, batch=8)

        found = exam.fine_tuned(encoder, 40, tuning, CPU)

        learner = finetune(encoder, exam.known, exam.known_labels, tuning, CPU)
        each = [classified(learner, [view], CPU) for view in exam.views.of(exam.asked)]
        self.assertEqual(len(each), 4)
        mean = torch.stack(each).mean(0)
        self.assertEqual(found, accuracy(mean, exam.asked_labels))
        once = some_exam(WORLD, 8, 40, 30, 0)
        self.assertEqual(
            exam.probed(encoder, CPU, steps=2), once.probed(encoder, CPU, steps=2)
        )
