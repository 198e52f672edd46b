import unittest

import torch
from diffusers.models.attention_processor import Attention

from mlcore.editing.network.inflation import (
    InflatedBlock,
    SparseCausal,
    inflate,
    places_in_time,
)
from mlcore.editing.network.tuning import TuningConfig, tune, tuned_parameters
from tests.mlcore.editing.small import Asked, chance, scenes, tiny


def said(denoiser, frames, step=300):
    seen = denoiser.condition("a red disc", None)
    with torch.no_grad():
        return denoiser.eps(denoiser.encode(frames), step, seen)


class InflationTests(unittest.TestCase):
    def setUp(self):
        self.frames = scenes(1, 4).frames[0]

    def test_of_one_frame_again_and_again_it_says_what_the_network_of_pictures_says(
        self,
    ):
        still = self.frames[:1].expand(3, -1, -1, -1)
        flat, clips = tiny(inflated=False), tiny()
        torch.testing.assert_close(
            said(clips, still), said(flat, still), atol=1e-5, rtol=0
        )

    def test_a_frame_sees_the_first_and_the_one_before_and_none_after(self):
        denoiser = tiny()
        before = said(denoiser, self.frames)
        for changed, unmoved in ((3, (0, 1, 2)), (1, (0,)), (2, (0, 1))):
            other = self.frames.clone()
            other[changed] = 0
            moved = (said(denoiser, other) - before).abs().amax(dim=(1, 2, 3))
            for frame in unmoved:
                self.assertLess(float(moved[frame]), 1e-6, (changed, frame))
            self.assertGreater(float(moved[changed]), 1e-3)
        other = self.frames.clone()
        other[1] = 0
        moved = (said(denoiser, other) - before).abs().amax(dim=(1, 2, 3))
        self.assertGreater(float(moved[2]), 1e-5)

    def test_the_first_frame_reaches_all(self):
        denoiser = tiny()
        other = self.frames.clone()
        other[0] = 0
        moved = (said(denoiser, other) - said(denoiser, self.frames)).abs()
        self.assertGreater(float(moved.amax(dim=(1, 2, 3)).min()), 1e-5)

    def test_keys_of_a_frame_are_those_of_the_first_and_of_the_one_before(self):
        attention = Attention(query_dim=2, heads=1, dim_head=2, bias=False)
        with torch.no_grad():
            for layer in (attention.to_q, attention.to_k, attention.to_v):
                layer.weight.copy_(torch.eye(2))
            attention.to_out[0].weight.copy_(torch.eye(2))
            attention.to_out[0].bias.zero_()
            frames = torch.tensor([[[1.0, 0.0]], [[0.0, 2.0]], [[0.0, 0.0]]])
            found = SparseCausal()(attention, frames)
        # Frame 2 asks nothing, so it sees the mean of frames 0 and 1.
        torch.testing.assert_close(found[2, 0], torch.tensor([0.5, 1.0]))
        # Frames 0 and 1 have frame 0 alone to look at.
        for frame in (0, 1):
            torch.testing.assert_close(found[frame, 0], torch.tensor([1.0, 0.0]))

    def test_time_is_placed_by_sines_and_cosines(self):
        placed = places_in_time(3, 4, like=torch.zeros(1))
        one, two = torch.tensor(2.0), torch.tensor(0.02)
        wanted = torch.stack([one.sin(), one.cos(), two.sin(), two.cos()])
        torch.testing.assert_close(placed[2], wanted)

    def test_a_network_is_inflated_once(self):
        with self.assertRaisesRegex(ValueError, "already"):
            inflate(tiny().unet, chance())


class TuningTests(unittest.TestCase):
    def setUp(self):
        self.frames = scenes(1, 3).frames[0]

    def test_queries_and_attention_in_time_move_and_nothing_else(self):
        denoiser = tiny()
        before = {name: each.clone() for name, each in denoiser.named_parameters()}
        config = TuningConfig(steps=3, rate=1e-3)
        tune(denoiser, self.frames, "a red disc", config, chance())
        moved = {
            name.removeprefix("unet.")
            for name, each in denoiser.named_parameters()
            if not torch.equal(each, before[name])
        }
        blocks = [
            name
            for name, each in denoiser.unet.named_modules()
            if isinstance(each, InflatedBlock)
        ]
        of_a_block = (
            *("block.attn1.to_q.weight", "block.attn2.to_q.weight"),
            *(f"temporal.to_{each}.weight" for each in ("q", "k", "v", "out")),
            "temporal.to_out.bias",
        )
        wanted = {f"{block}.{name}" for block in blocks for name in of_a_block}
        self.assertEqual(moved, wanted)
        self.assertEqual({name for name, _ in tuned_parameters(denoiser.unet)}, wanted)

    def test_it_comes_to_foresee_the_clips_noise_better(self):
        denoiser = tiny()
        config = TuningConfig(steps=60, rate=3e-3)
        losses = tune(denoiser, self.frames, "a red disc", config, chance())
        self.assertLess(sum(losses[-15:]), sum(losses[:15]))

    def test_the_same_chance_tunes_alike(self):
        config = TuningConfig(steps=2)
        one, two = (
            tune(tiny(), self.frames, "a red disc", config, chance(4)) for _ in range(2)
        )
        self.assertEqual(one, two)

    def test_sparing_memory_changes_nothing(self):
        kept, spared = (
            tune(
                tiny(),
                self.frames,
                "a red disc",
                TuningConfig(steps=3, rate=1e-3, sparing=sparing),
                chance(4),
            )
            for sparing in (False, True)
        )
        torch.testing.assert_close(torch.tensor(kept), torch.tensor(spared))

    def test_it_sees_the_prompt_and_a_frame_drawn_anew_each_step(self):
        denoiser = Asked()
        tune(denoiser, self.frames, "a red disc", TuningConfig(steps=12), chance())
        prompts, pictures, found = zip(*denoiser.conditions, strict=True)
        self.assertEqual(prompts, ("a red disc",) * 12)
        frames = [
            [torch.equal(picture, frame) for frame in self.frames].index(True)
            for picture in pictures
        ]
        self.assertEqual(set(frames), {0, 1, 2})
        self.assertNotEqual(frames, [0, 1, 2] * 4)
        for seen, told in zip(denoiser.seen, found, strict=True):
            self.assertIs(seen, told)

    def test_one_that_is_ended_leaves_nothing_that_learns(self):
        denoiser = tiny()

        def end(done, _of):
            if done:
                raise KeyboardInterrupt

        config = TuningConfig(steps=2, sparing=True)
        with self.assertRaises(KeyboardInterrupt):
            tune(denoiser, self.frames, "a red disc", config, chance(), end)
        self.assertFalse(any(each.requires_grad for each in denoiser.unet.parameters()))
        self.assertFalse(denoiser.unet.is_gradient_checkpointing)

    def test_a_network_of_pictures_is_not_tuned(self):
        flat = tiny(inflated=False)
        with self.assertRaisesRegex(ValueError, "inflated"):
            tune(flat, self.frames, "a red disc", TuningConfig(steps=1), chance())
