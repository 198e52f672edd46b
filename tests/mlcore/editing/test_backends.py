import json
import shutil
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

import torch
from diffusers import StableUnCLIPImg2ImgPipeline, UniPCMultistepScheduler

from mlcore.editing.backends.unclip import CONFIG, UnclipDenoiser, load_unclip
from mlcore.editing.backends.vace import VaceConfig, VaceEdit, load_vace
from mlcore.editing.network.tuning import TuningConfig
from mlcore.editing.order import EditOrder, Impossible, TooMany
from mlcore.editing.regions import RegionConfig, binarised, feathered, fitted
from mlcore.editing.stages import FolderShelf
from tests.mlcore.editing.placed import place_unclip, place_vace
from tests.mlcore.editing.test_edit import an_order


def a_region(frames: int, size: int) -> torch.Tensor:
    region = torch.zeros(frames, size, size, dtype=torch.bool)
    region[:, size // 4 : size // 2, size // 4 : size // 2] = True
    return region


class UnclipTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name) / "unclip"
        place_unclip(cls.folder)

    def test_it_edits_with_weights_out_of_a_folder(self):
        config = replace(CONFIG, tuning=TuningConfig(steps=1, sparing=True), longest=32)
        told = []
        guided = load_unclip(self.folder, config=config)
        order = an_order(3, 32, region=a_region(3, 32), steps=2)
        edited = guided.edit(order, lambda stage, *_: told.append(stage))
        self.assertEqual(list(dict.fromkeys(told)), ["tuning", "inversion", "sampling"])
        self.assertEqual(edited.frames.shape, order.frames.shape)
        outside = (edited.cover == 0)[:, None].expand_as(order.frames)
        self.assertTrue(torch.equal(edited.frames[outside], order.frames[outside]))
        self.assertTrue((edited.frames != order.frames).any())

    def test_without_a_region_it_finds_one_in_every_frame(self):
        # What an untrained network's differences mean is nothing: all are let through.
        finding = RegionConfig(threshold=1.05, floor=0.0)
        config = replace(
            CONFIG, tuning=TuningConfig(steps=0), regions=finding, longest=32
        )
        order, told = an_order(3, 32, steps=2), []
        found = load_unclip(self.folder, config=config).edit(
            order, lambda stage, *_: told.append(stage)
        )
        self.assertIn("regions", told)
        self.assertEqual(found.heat.shape, (3, 16, 16))
        region = binarised(found.heat, finding)
        cover = feathered(fitted(region, (32, 32)), config.feather)
        self.assertTrue(torch.equal(found.cover, cover))
        covered = (found.cover > 0).flatten(1).sum(dim=1)
        self.assertTrue(bool((covered > 0).all() and (covered < 32 * 32).all()))
        self.assertFalse(torch.equal(region[0], region[1]))

    def test_a_region_that_is_given_is_used_instead(self):
        region = a_region(3, 32)
        region[2] = region[2].roll(8, dims=1)
        config = replace(CONFIG, tuning=TuningConfig(steps=0), longest=32)
        order = an_order(3, 32, region=region, steps=2)
        edited = load_unclip(self.folder, config=config).edit(order)
        self.assertIsNone(edited.heat)
        self.assertTrue(torch.equal(edited.cover, feathered(region, config.feather)))

    def test_conditions_are_those_of_the_pipeline(self):
        pipeline = StableUnCLIPImg2ImgPipeline.from_pretrained(
            self.folder, low_cpu_mem_usage=False
        )
        denoiser = UnclipDenoiser(pipeline)
        picture = torch.rand(3, 16, 16, generator=torch.Generator().manual_seed(0))
        seen = denoiser.condition("a red disc", picture)
        mean, deviation = (
            torch.tensor(each).view(3, 1, 1)
            for each in (denoiser.processor.image_mean, denoiser.processor.image_std)
        )
        with torch.no_grad():
            embedded = pipeline.image_encoder((picture[None] - mean) / deviation)
            theirs = pipeline.noise_image_embeddings(
                embedded.image_embeds, 0, noise=torch.zeros(1, 16)
            )
            words, _ = pipeline.encode_prompt(
                "a red disc", torch.device("cpu"), 1, do_classifier_free_guidance=False
            )
        torch.testing.assert_close(seen.picture, theirs)
        torch.testing.assert_close(seen.tokens, words)
        self.assertEqual(float(denoiser.nothing.picture.abs().max()), 0)

    def test_what_is_encoded_has_the_size_of_the_networks_latents(self):
        denoiser = load_unclip(self.folder).denoiser
        self.assertEqual(denoiser.grain, 4)
        latents = denoiser.encode(torch.zeros(2, 3, 32, 16))
        self.assertEqual(latents.shape, (2, 4, 16, 8))
        self.assertEqual(denoiser.decode(latents).shape, (2, 3, 32, 16))


class VaceTests(unittest.TestCase):
    vace: VaceEdit

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name) / "vace"
        place_vace(cls.folder)
        config = VaceConfig(at_once=5, overlap=1, longest=32, grow=1, feather=1)
        cls.vace = load_vace(cls.folder, config=config)

    def test_it_edits_with_weights_out_of_a_folder(self):
        order = an_order(7, 32, region=a_region(7, 32), steps=2)
        told = []
        edited = self.vace.edit(order, lambda *each: told.append(each))
        # Two chunks of two steps each, and of decoding; a codec's passes are told of too.
        self.assertEqual(
            list(dict.fromkeys(told)), [("sampling", done, 6) for done in range(7)]
        )
        self.assertEqual(edited.frames.shape, order.frames.shape)
        outside = (edited.cover == 0)[:, None].expand_as(order.frames)
        self.assertTrue(torch.equal(edited.frames[outside], order.frames[outside]))
        self.assertTrue((edited.frames != order.frames).any())

    def test_weights_larger_than_memory_are_said_to_be_that(self):
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "vace"
            shutil.copytree(self.folder, copy)
            told = copy / "transformer" / "config.json"
            huge = json.loads(told.read_text()) | {"ffn_dim": 1 << 45}
            told.write_text(json.dumps(huge))
            with self.assertRaisesRegex(Impossible, "do not fit into memory"):
                load_vace(copy)

    def another(self, **more) -> VaceEdit:
        return VaceEdit(self.vace.pipeline, self.vace.config, **more)

    def seen_in(self, order: EditOrder) -> list[torch.Tensor]:
        """The latents that the network is given, pass by pass."""
        seen = []
        hook = self.vace.pipeline.transformer.register_forward_pre_hook(
            lambda _, _given, named: seen.append(named["hidden_states"]),
            with_kwargs=True,
        )
        self.vace.edit(order)
        hook.remove()
        return seen

    def encoded(self, frames: torch.Tensor) -> torch.Tensor:
        codec = self.vace.pipeline.vae
        with torch.no_grad():
            video = frames.permute(1, 0, 2, 3)[None].float() / 255 * 2 - 1
            latents = codec.encode(video).latent_dist.mode()
        mean, deviation = (
            torch.tensor(each).view(1, -1, 1, 1, 1)
            for each in (codec.config.latents_mean, codec.config.latents_std)
        )
        found: torch.Tensor = (latents - mean) / deviation
        return found

    def test_at_less_strength_it_begins_with_the_source_in_noise_of_a_later_step(self):
        pipeline, region = self.vace.pipeline, a_region(5, 32)
        self.addCleanup(setattr, pipeline, "scheduler", pipeline.scheduler)
        published = UniPCMultistepScheduler(
            prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=3.0
        )
        for scheduler in (pipeline.scheduler, published):
            pipeline.scheduler = scheduler
            for strength, going in ((0.5, 4), (0.3, 3)):
                order = an_order(5, 32, region=region, steps=8, strength=strength)
                inverse = replace(order, frames=255 - order.frames)
                noises = []
                for each in (order, inverse):
                    seen = self.seen_in(each)
                    # Each step under the prompt, and under none.
                    self.assertEqual(len(seen), 2 * going)
                    share = float(scheduler.sigmas[8 - going])
                    # Before the video comes the reference.
                    left = seen[0][:, :, 1:] - (1 - share) * self.encoded(each.frames)
                    noises.append(left / share)
                self.assertAlmostEqual(float(noises[0].std()), 1, delta=0.1)
                torch.testing.assert_close(noises[0], noises[1], rtol=0, atol=1e-4)
        self.assertEqual(len(self.seen_in(replace(order, strength=1.0))), 2 * 8)

    def test_a_killed_edit_goes_on_after_its_last_chunk_to_the_same_pixels(self):
        order = an_order(7, 32, region=a_region(7, 32), steps=2)
        whole = self.vace.edit(order)

        def killed(_stage, done, of):
            if done > of // 2:
                raise KeyboardInterrupt

        with tempfile.TemporaryDirectory() as folder:
            shelf, told = FolderShelf(Path(folder)), []
            with self.assertRaises(KeyboardInterrupt):
                self.another(shelf=shelf).edit(order, killed)
            again = self.another(shelf=shelf).edit(
                order, lambda _, done, of: told.append(done)
            )
        self.assertEqual(min(told), 3)
        self.assertTrue(torch.equal(again.frames, whole.frames))

    def test_what_does_not_fit_into_memory_says_how_many_frames_may(self):
        order = an_order(9, 32, region=a_region(9, 32), steps=2)
        hook = self.vace.pipeline.transformer.register_forward_pre_hook(
            lambda *_: torch.empty(1 << 50)
        )
        self.addCleanup(hook.remove)
        # As many as are made together, not as many as there are; fewer its codec has not.
        with self.assertRaisesRegex(Impossible, "^5 frames .* another back-end"):
            self.vace.edit(order)
        larger = VaceEdit(self.vace.pipeline, replace(self.vace.config, at_once=9))
        with self.assertRaisesRegex(TooMany, "^9 frames .* 5 may"):
            larger.edit(order)
        larger.take(5)
        self.assertEqual(larger.config, self.vace.config)

    def test_a_prompt_is_read_up_to_its_padding(self):
        words = self.vace._words("a  red disc")
        self.assertEqual(words.shape, (1, 512, 16))
        self.assertGreater(float(words[0, :3].abs().min(dim=1).values.min()), 0)
        self.assertEqual(float(words[0, 3:].abs().max()), 0)

    def test_without_a_region_it_says_so(self):
        with self.assertRaisesRegex(Impossible, "region"):
            self.vace.edit(an_order(5, 32))

    def test_fewer_frames_at_once_are_such_as_the_codec_takes(self):
        config = VaceConfig()
        for at_once, overlap in ((41, 8), (21, 5), (9, 2), (5, 1)):
            config = config.taking(config.fewer(200))
            self.assertEqual((config.at_once, config.overlap), (at_once, overlap))
        self.assertEqual(config.fewer(200), 0)
        self.assertEqual(VaceConfig().fewer(24), 13)

    def test_what_is_once_is_foretold_once_a_chunk_and_steps_by_their_number(self):
        pipeline, seconds = self.vace.pipeline, [0.0]

        def takes(many: float):
            def tick(*_):
                seconds[0] += many

            return tick

        for part, many in (
            (pipeline.text_encoder, 16.0),
            (pipeline.transformer, 1.0),
            (pipeline.vae.encoder, 2.0),
            (pipeline.vae.decoder, 4.0),
        ):
            hook = part.register_forward_hook(takes(many))
            self.addCleanup(hook.remove)
        vace = self.another(clock=lambda: seconds[0])
        # Two chunks of five frames, and one of five with steps left out.
        for frames, strength in ((9, 1.0), (5, 0.5)):
            order = an_order(
                frames, 32, region=a_region(frames, 32), steps=10, strength=strength
            )
            foretold = vace.cost(order).seconds
            before = seconds[0]
            vace.edit(order)
            took = seconds[0] - before
            # At less strength the source goes through the codec once more.
            self.assertAlmostEqual(foretold, took, delta=0.0 if strength == 1 else 12)
            self.assertGreater(foretold, 32)

    def test_a_longer_chunk_is_foretold_by_its_latents_and_words_once(self):
        pipeline, seconds = self.vace.pipeline, [0.0]

        def read(*_):
            seconds[0] += 16

        def passed(_network, _given, named, _out):
            seconds[0] += named["hidden_states"].shape[2]

        hooks = [
            pipeline.text_encoder.register_forward_hook(read),
            pipeline.transformer.register_forward_hook(passed, with_kwargs=True),
        ]
        for hook in hooks:
            self.addCleanup(hook.remove)
        config = replace(self.vace.config, at_once=9)
        vace = VaceEdit(pipeline, config, lambda: seconds[0])
        order = an_order(9, 32, region=a_region(9, 32), steps=10)
        # Both prompts; ten steps under each, of a reference, a first frame and two fours.
        self.assertAlmostEqual(vace.cost(order).seconds, 2 * 16 + 10 * 2 * 4)

    def test_frames_at_once_must_fit_the_codec(self):
        with self.assertRaisesRegex(ValueError, "multiple of 4"):
            VaceConfig(at_once=8)
