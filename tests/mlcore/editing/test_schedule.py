import unittest

import torch
from diffusers import DDIMInverseScheduler, DDIMScheduler

from mlcore.editing.schedule import Schedule
from tests.mlcore.editing.small import chance

STABLE = {
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "clip_sample": False,
    "set_alpha_to_one": True,
    "steps_offset": 1,
}


class ScheduleTests(unittest.TestCase):
    def setUp(self):
        self.z = torch.randn(2, 3, 4, 4, generator=chance())
        self.said = torch.randn(2, 3, 4, 4, generator=chance(1))

    def test_a_step_down_is_that_of_diffusers(self):
        for foresees in ("epsilon", "v_prediction"):
            theirs = DDIMScheduler(**STABLE, prediction_type=foresees)
            theirs.set_timesteps(20)
            ours = Schedule.of(theirs.config)
            steps = ours.steps(20)
            self.assertEqual(steps, theirs.timesteps.tolist())
            for place in (0, 7, 19):
                step = steps[place]
                lower = steps[place + 1] if place < 19 else -1
                eps = ours.eps(self.z, self.said, step)
                mine = ours.moved(ours.clean(self.z, eps, step), eps, lower)
                found = theirs.step(self.said, step, self.z).prev_sample
                torch.testing.assert_close(mine, found)

    def test_a_step_up_undoes_a_step_down_with_the_same_noise(self):
        ours = Schedule.of(DDIMScheduler(**STABLE).config)
        up = ours.moved(ours.clean(self.z, self.said, 301), self.said, 351)
        down = ours.moved(ours.clean(up, self.said, 351), self.said, 301)
        torch.testing.assert_close(down, self.z, atol=1e-5, rtol=0)

    def test_a_step_up_is_that_of_diffusers_inverse(self):
        theirs = DDIMInverseScheduler(**{**STABLE, "set_alpha_to_one": False})
        theirs.set_timesteps(20)
        ours = Schedule.of(DDIMScheduler(**STABLE).config)
        step = theirs.timesteps[7]
        found = theirs.step(self.said, step, self.z).prev_sample
        below = int(step) - 1000 // 20
        clean = ours.clean(self.z, self.said, below)
        torch.testing.assert_close(ours.moved(clean, self.said, int(step)), found)

    def test_what_a_network_should_say_stands_for_the_noise_that_is_there(self):
        for foresees in ("epsilon", "v_prediction"):
            ours = Schedule(DDIMScheduler(**STABLE).alphas_cumprod, foresees)
            at = torch.tensor([400, 400])
            noisy = ours.noisy(self.z, self.said, at)
            aim = ours.aim(self.z, self.said, at)
            torch.testing.assert_close(ours.eps(noisy, aim, 400), self.said)

    def test_other_forecasts_are_refused(self):
        with self.assertRaisesRegex(ValueError, "sample"):
            Schedule.of(DDIMScheduler(**STABLE, prediction_type="sample").config)
