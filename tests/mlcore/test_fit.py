"""What training loops share: rates, averages, checkpoints, attention."""

import gc
import os
import tempfile
import time
import unittest
from pathlib import Path
from unittest.mock import patch

import torch
from torch import nn
from torch.nn.functional import scaled_dot_product_attention
from torch.utils.data import Dataset

from mlcore.checkpoint import (
    UnusableCheckpoint,
    halved,
    load,
    optimiser_tensors,
    prefixed,
    restore_optimiser,
    save,
    under,
)
from mlcore.fit import (
    Average,
    World,
    cosine_rate,
    drawn_ahead,
    gains_by_bfloat16,
    place,
    with_decay,
)
from mlcore.nn import Attention, Block, begin_weights

CPUINFO = Path("/proc/cpuinfo")


def drawn(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


class AttentionTests(unittest.TestCase):
    def setUp(self):
        self.look = Attention(12, 3)
        begin_weights(self.look, torch.Generator().manual_seed(0))

    def test_what_is_written_out_is_torch_s_own_attention(self):
        x, seen = drawn(2, 5, 12), drawn(2, 7, 12, seed=1)
        key, value = self.look.answer(seen).chunk(2, dim=-1)
        by_head = [
            each.view(2, -1, 3, 4).transpose(1, 2)
            for each in (self.look.ask(x), key, value)
        ]

        expected = scaled_dot_product_attention(*by_head).transpose(1, 2).flatten(2)

        torch.testing.assert_close(self.look(x, seen), self.look.out(expected))

    def test_of_tokens_that_alone_are_read_nothing_else_is_lost(self):
        block, x, guides = Block(12, 3, guided=True), drawn(2, 5, 12), drawn(1, 6, 12)
        with torch.no_grad():
            block.gate.fill_(0.5)

        torch.testing.assert_close(block(x, guides, 2), block(x, guides)[:, :2])

    def test_heads_that_do_not_share_evenly_are_refused(self):
        with self.assertRaisesRegex(ValueError, "5 heads"):
            Attention(12, 5)


class RateTests(unittest.TestCase):
    def test_the_rate_climbs_then_falls_to_nothing(self):
        rates = [cosine_rate(done, warm=0.1) for done in (0, 0.05, 0.1, 0.55, 1, 1.2)]

        for found, expected in zip(rates, (0, 0.5, 1, 0.5, 0, 0), strict=True):
            self.assertAlmostEqual(found, expected)

    def test_only_matrices_decay(self):
        network = nn.Sequential(nn.Linear(2, 3), nn.LayerNorm(3))

        decays, free = with_decay(network.named_parameters(), 0.1)

        self.assertEqual([p.dim() for p in decays["params"]], [2])
        self.assertEqual(len(free["params"]), 3)
        self.assertEqual((decays["weight_decay"], free["weight_decay"]), (0.1, 0.0))

    def test_the_average_follows_and_takes_no_gradient(self):
        network = nn.Linear(1, 1)
        average = Average(network, decay=0.9)
        before = average.network.weight.item()
        with torch.no_grad():
            network.weight.add_(1.0)

        average.follow(network, step=10_000)

        self.assertAlmostEqual(average.network.weight.item() - before, 0.1, places=6)
        self.assertFalse(average.network.weight.requires_grad)


def with_gpus(many):
    """As torch counts them."""
    return patch.object(torch.cuda, "device_count", lambda: many)


class PlaceTests(unittest.TestCase):
    def test_each_program_of_several_takes_its_own_gpu(self):
        with with_gpus(4):
            third = place("cuda", {"LOCAL_RANK": "3"})
            named = place("cuda:1", {"LOCAL_RANK": "3"})

        self.assertEqual(third, torch.device("cuda", 3))
        self.assertEqual(named, torch.device("cuda", 1))
        self.assertEqual(place("cpu"), torch.device("cpu"))

    def test_a_device_that_is_not_there_is_one_sentence(self):
        for many, name, known in (
            (0, "gpu", "cpu"),
            (0, "cuda", "cpu"),
            (0, "meta", "cpu"),
            (1, "cuda:1", "cpu, cuda:0"),
        ):
            said = f"^there is no device {name} here, only {known}"
            with (
                self.subTest(name),
                with_gpus(many),
                self.assertRaisesRegex(ValueError, said),
            ):
                place(name)

    def test_a_batch_is_shared_evenly_or_not_at_all(self):
        self.assertEqual(World(rank=1, size=3).share(12), slice(4, 8))
        with self.assertRaisesRegex(ValueError, "not a multiple of 5"):
            World(rank=0, size=5).share(12)


class PrecisionTests(unittest.TestCase):
    @unittest.skipUnless(CPUINFO.exists(), "the system tells no flags of the processor")
    def test_a_processor_gains_by_bfloat16_where_its_flags_say_so(self):
        lines = CPUINFO.read_text().lower().splitlines()
        flags = {
            flag
            for line in lines
            if line.startswith(("flags", "features"))
            for flag in line.split()
        }

        gains = gains_by_bfloat16(torch.device("cpu"))

        self.assertEqual(gains, any("bf16" in flag for flag in flags))

    def test_a_gpu_gains_by_bfloat16_since_its_own_capability_of_8(self):
        known = {0: (7, 5), 1: (8, 0), 2: (9, 0)}
        for own, capability in known.items():
            with patch.object(
                torch.cuda, "get_device_capability", lambda device: known[device.index]
            ):
                gains = gains_by_bfloat16(torch.device("cuda", own))

            self.assertEqual(gains, capability >= (8, 0))

    def test_what_has_no_instructions_for_it_does_not_gain(self):
        self.assertFalse(gains_by_bfloat16(torch.device("meta")))


class Said:
    """Writes down which program finalised it; in a circle, so that only the collector does."""

    def __init__(self, path):
        self.path, self.itself = path, self

    def __del__(self):
        with self.path.open("a") as file:
            file.write(f"{os.getpid()}\n")


class Collecting(Dataset[int]):
    """Drops what it inherited and collects, in the program that draws."""

    def __init__(self, held):
        self.held = held

    def __getitem__(self, place):
        self.held.clear()
        gc.collect()
        return place


class DrawingTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.said = Path(folder.name) / "said"
        gc.disable()
        self.addCleanup(gc.enable)

    def test_a_program_that_draws_finalises_nothing_that_it_inherited(self):
        Said(self.said)  # thrown away at once, not collected yet
        held = [Said(self.said)]
        self.addCleanup(gc.collect)
        self.addCleanup(held.clear)

        drawn = list(drawn_ahead(Collecting(held), [3, 1, 2], loaders=2))

        self.assertEqual(drawn, [3, 1, 2])
        # The first by this program, before others began; the second is still held here.
        self.assertEqual(self.said.read_text().split(), [str(os.getpid())])
        self.assertEqual(len(held), 1)


class CheckpointTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "one.safetensors"

    def test_tensors_and_their_meaning_come_back(self):
        save(self.path, prefixed("a", {"x": drawn(3)}), {"steps": 7})

        tensors, meaning = load(self.path)

        self.assertTrue(torch.equal(under("a", tensors)["x"], drawn(3)))
        self.assertEqual(meaning, {"steps": 7})
        self.assertEqual(list(self.path.parent.iterdir()), [self.path])

    def test_what_cannot_be_written_leaves_what_was_there(self):
        save(self.path, {"x": drawn(3)}, {})

        with self.assertRaises(TypeError):
            save(self.path, {"x": drawn(4)}, {"steps": object()})

        self.assertEqual(load(self.path)[0]["x"].shape, (3,))
        self.assertEqual(list(self.path.parent.iterdir()), [self.path])

    def test_what_killed_programs_had_half_written_is_taken_away_in_time(self):
        left, fresh, other = (
            self.path.with_name(name)
            for name in (
                *(".one.safetensors.123", ".one.safetensors.124"),
                ".another.safetensors.123",
            )
        )
        for each in (left, fresh, other):
            each.write_bytes(b"half")
        for each in (left, other):
            os.utime(each, (time.time() - 4000,) * 2)

        save(self.path, {"x": drawn(3)}, {})

        self.assertEqual({*self.path.parent.iterdir()}, {self.path, fresh, other})

    def test_half_a_file_and_no_file_are_named(self):
        with self.assertRaisesRegex(UnusableCheckpoint, "no checkpoint at .*one"):
            load(self.path)
        save(self.path, {"x": drawn(300)}, {})
        self.path.write_bytes(self.path.read_bytes()[:200])

        with self.assertRaisesRegex(UnusableCheckpoint, "one.safetensors"):
            load(self.path)

    def test_an_optimiser_goes_on_as_if_nothing_had_been(self):
        one, other = nn.Linear(4, 2), nn.Linear(4, 2)
        optimisers = [torch.optim.AdamW(each.parameters()) for each in (one, other)]

        def step(which):
            network, optimiser = (one, other)[which], optimisers[which]
            optimiser.zero_grad()
            network(drawn(3, 4)).square().sum().backward()
            optimiser.step()

        step(0)
        kept = optimiser_tensors(optimisers[0], one)
        other.load_state_dict(one.state_dict())
        restore_optimiser(optimisers[1], other, kept)
        step(0)
        step(1)

        self.assertTrue(torch.equal(one.weight, other.weight))

    def test_shipped_numbers_are_halved_and_counts_are_not(self):
        kept = halved({"x": drawn(3), "begun": torch.tensor(data=True)})

        self.assertEqual(kept["x"].dtype, torch.float16)
        self.assertEqual(kept["begun"].dtype, torch.bool)
