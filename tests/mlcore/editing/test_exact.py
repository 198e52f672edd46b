import tempfile
import unittest
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch.nn.functional import affine_grid, grid_sample
from torch.utils._python_dispatch import TorchDispatchMode

from mlcore.editing.backends.unclip import load_unclip
from mlcore.editing.backends.vace import load_vace
from mlcore.editing.exact import exactly
from mlcore.editing.network.tuning import TuningConfig
from mlcore.editing.order import Backend
from tests.mlcore.editing.placed import place_unclip, place_vace
from tests.mlcore.editing.test_edit import CONFIG, an_order, by

# Those of which torch.use_deterministic_algorithms says that they raise on a GPU.
IN_ANY_ORDER = {
    *("adaptive_max_pool2d_backward", "avg_pool3d_backward", "bincount", "cumsum"),
    *("_adaptive_avg_pool2d_backward", "_adaptive_avg_pool3d_backward", "histc"),
    *("grid_sampler_2d_backward", "grid_sampler_3d_backward", "kthvalue", "median"),
    *("max_unpool2d", "max_unpool3d", "nll_loss_forward", "nll_loss2d_forward"),
    *("put_", "_embedding_bag", "_ctc_loss_backward", "fractional_max_pool2d_backward"),
    *("reflection_pad1d_backward", "reflection_pad2d_backward", "scatter_reduce"),
    *("upsample_linear1d_backward", "upsample_bilinear2d_backward"),
    *("upsample_bicubic2d_backward", "upsample_trilinear3d_backward"),
    *("_upsample_bilinear2d_aa_backward", "_upsample_bicubic2d_aa_backward"),
}


class Heard(TorchDispatchMode):
    """Names of all operations on numbers that are no whole ones."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def __torch_dispatch__(
        self, operation: Any, _types: Any, given: Any = (), named: Any = None
    ) -> Any:
        first = given[0] if given else None
        if not isinstance(first, torch.Tensor) or first.is_floating_point():
            self.names.add(operation.overloadpacket.__name__)
        return operation(*given, **(named or {}))


def steady() -> tuple[bool, bool]:
    return (
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
    )


class ExactTests(unittest.TestCase):
    def test_tuning_is_exact_or_fails_and_all_else_is_where_torch_can(self):
        before, how = steady(), {}

        def told(stage: str, *_: int) -> None:
            how[stage] = steady()

        by().edit(an_order(), told)
        self.assertEqual(how.pop("tuning"), (True, False))
        self.assertEqual(set(how), {"inversion", "regions", "sampling"})
        self.assertEqual(set(how.values()), {(True, True)})
        self.assertEqual(steady(), before)

    def test_afterwards_torch_is_as_it_was_whatever_happened(self):
        before = (*steady(), torch.backends.cudnn.benchmark)
        for strictly in (False, True):
            with self.assertRaises(KeyError), exactly(strictly=strictly):
                self.assertEqual(steady(), (True, not strictly))
                raise KeyError
        self.assertEqual((*steady(), torch.backends.cudnn.benchmark), before)

    def test_the_methods_networks_use_nothing_that_adds_in_any_order(self):
        """Which this machine computes in one order, and a GPU would not."""
        self.nothing_in_any_order(by(replace(CONFIG, at_once=8)))
        sparing = replace(CONFIG, tuning=TuningConfig(steps=1, sparing=True))
        self.nothing_in_any_order(self.placed(place_unclip, load_unclip, sparing))

    def test_nor_does_vace(self):
        order = an_order(5, 32)
        region = torch.zeros(5, 32, 32, dtype=torch.bool)
        region[:, 8:20, 8:20] = True
        vace = self.placed(place_vace, load_vace, None)
        self.nothing_in_any_order(vace, replace(order, region=region))

    def test_what_would_is_heard(self):
        picture = torch.ones(1, 1, 4, 4, requires_grad=True)
        where = affine_grid(torch.eye(2, 3)[None], [1, 1, 4, 4], align_corners=False)
        with Heard() as heard:
            grid_sample(picture, where, align_corners=False).sum().backward()
        self.assertEqual(heard.names & IN_ANY_ORDER, {"grid_sampler_2d_backward"})

    def nothing_in_any_order(self, back_end: Backend, order: Any = None) -> None:
        with Heard() as heard:
            edited = back_end.edit(order or an_order())
        self.assertGreater(edited.share, 0)
        self.assertIn("convolution", heard.names)
        self.assertEqual(heard.names & IN_ANY_ORDER, set())

    def placed(self, place: Callable[[Path], None], load: Any, config: Any) -> Backend:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        place(Path(folder.name))
        back_end: Backend = load(Path(folder.name), config=config)
        return back_end


if __name__ == "__main__":
    unittest.main()
