"""What must hold for every program of a category, whatever it draws."""

import importlib
import pkgutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache

import torch
from torch import Tensor
from torch.library import _scoped_library
from torch.nn.functional import avg_pool2d

from mlcore.components import programs
from mlcore.components.component import Category, Component
from mlcore.components.programs.registry import PROGRAMS, program_of
from mlcore.components.stretch import Stretch
from tests.mlcore.components.crops import crops, material_pairs

APART = 2 / 255
"""By which any two components differ on average: at less a viewer sees no difference."""


@cache
def components_of(category: Category) -> tuple[Component, ...]:
    """Every preset of every base of a category."""
    package = importlib.import_module(f"{programs.__name__}.{category}s")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    bases = [each for each in PROGRAMS.values() if each.category == category]
    return tuple(b.component(n) for b in bases for n in range(len(b.presets)))


def drawn(
    component: Component, a: Tensor, b: Tensor, progress: Tensor, seed: int = 7
) -> Tensor:
    """A component on stills A and B, (3, h, w), at each progress, over two seconds."""
    return (
        program_of(component)
        .draw(
            Stretch(
                frames=a.repeat(len(progress), 1, 1, 1),
                entering=b.repeat(len(progress), 1, 1, 1),
                seconds=progress * 2,
                progress=progress,
                chance=torch.Generator().manual_seed(seed),
            ),
            **component.settings,
        )
        .clamp(0, 1)
    )


def middles(frames: int) -> Tensor:
    return (torch.arange(frames) + 0.5) / frames


def gap(one: Tensor, other: Tensor) -> float:
    return float((one - other).abs().mean())


@contextmanager
def quick_sampling() -> Iterator[None]:
    """Have pictures sampled and enlarged on the device `meta` say their shape at once.

    Torch finds it by hundreds of small operations in Python: half of the time these tests took.
    """
    shapes = {
        "grid_sampler_2d": _sampled_shape,
        "upsample_bicubic2d": _enlarged_shape,
    }
    with _scoped_library("aten", "IMPL") as library:
        for name, shape in shapes.items():
            library.impl(name, shape, "Meta", allow_override=True)
        yield


def _sampled_shape(frames: Tensor, grid: Tensor, *how: object) -> Tensor:
    if frames.device != grid.device:
        raise AssertionError(f"{frames.device} meets {grid.device}")
    return frames.new_empty(*frames.shape[:2], *grid.shape[1:3])


def _enlarged_shape(frames: Tensor, size: Sequence[int], *how: object) -> Tensor:
    return frames.new_empty(*frames.shape[:2], *size)


class ProgramProperties:
    """To be mixed into a TestCase with its `category`."""

    category: Category
    fine: frozenset[str] = frozenset()
    """Bases whose many hard edges fall between the pixels of a small picture."""

    def test_every_component_draws_a_clip_of_the_same_shape_and_spares_its_input(self):
        a, b = crops(2, 24, 40)
        for component in components_of(self.category):
            with self.subTest(component.key):
                stretch = Stretch(
                    frames=a.repeat(6, 1, 1, 1),
                    entering=b.repeat(6, 1, 1, 1),
                    seconds=torch.linspace(0, 2, 6),
                    progress=torch.linspace(0, 1, 6),
                    chance=torch.Generator().manual_seed(1),
                )
                clip = program_of(component).draw(stretch, **component.settings)

                self.assertEqual(clip.shape, (6, 3, 24, 40))
                self.assertEqual(clip.dtype, torch.float32)
                self.assertTrue(torch.isfinite(clip).all())
                self.assertTrue((stretch.frames == a).all())
                self.assertTrue((stretch.entering == b).all())

    def test_every_component_draws_on_the_device_of_its_frames(self):
        # Tensors of the device `meta` refuse to meet the processor's, as a GPU's do. They
        # hold no values, so that what asks for one is tested only as far as there.
        whole = 0
        for component in components_of(self.category):
            frames, when = (
                torch.empty(*size, device="meta") for size in ((4, 3, 9, 9), (4,))
            )
            stretch = Stretch(
                frames=frames, entering=frames, seconds=when, progress=when
            )
            with self.subTest(component.key), quick_sampling():
                try:
                    clip = program_of(component).draw(stretch, **component.settings)
                except RuntimeError as error:
                    self.assertRegex(str(error), "called on meta|data-independent")
                else:
                    self.assertEqual(clip.device.type, "meta")
                    whole += 1

        self.assertGreater(whole, 0.8 * len(components_of(self.category)))

    def test_the_same_seed_draws_the_same_clip(self):
        a, b = crops(2, 24, 24)
        for component in components_of(self.category):
            with self.subTest(component.key):
                once, again = (drawn(component, a, b, middles(4)) for _ in range(2))

                self.assertTrue(torch.equal(once, again))

    def test_drawn_large_and_shrunk_it_looks_as_drawn_small(self):
        # A blur, a block or a noise that were counted in pixels would differ by more.
        a, b = crops(2, 96, 96)
        small_a, small_b = (avg_pool2d(each[None], 2)[0] for each in (a, b))
        for component in components_of(self.category):
            with self.subTest(component.key):
                large = avg_pool2d(drawn(component, a, b, middles(4)), 2)
                small = drawn(component, small_a, small_b, middles(4))

                bar = 10 if component.base in self.fine else 4.5
                self.assertLess(gap(large, small), bar / 255)

    def test_no_two_components_look_alike(self):
        # Of half the size: a difference that survives the averaging was there before.
        components = components_of(self.category)
        shown = torch.stack([self._looks(each) for each in components])
        # Means of neighbours are never farther apart than what they are the means of.
        coarse = shown.unflatten(1, (-1, 16)).mean(2)
        alike = []
        for number, one in enumerate(coarse[:-1]):
            near = (coarse[number + 1 :] - one).abs().mean(1) < APART
            alike += [
                (components[number].key, components[other].key)
                for other in (number + 1 + near.nonzero()[:, 0]).tolist()
                if gap(shown[number], shown[other]) < APART
            ]

        self.assertEqual(alike, [])

    def _looks(self, component: Component) -> Tensor:
        clips = [
            drawn(
                component, a, b, middles(4 if component.category == "transition" else 8)
            )
            for a, b in material_pairs(8, 32)
        ]
        return avg_pool2d(torch.cat(clips), 2).flatten()
