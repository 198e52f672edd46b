"""What must hold for every program of a category, whatever it draws."""

import importlib
import pkgutil
from functools import cache

import torch
from torch import Tensor
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
            with self.subTest(component.key):
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
        shown = torch.stack([self._looks(c) for c in components_of(self.category)])
        alike = []
        for number, one in enumerate(shown[:-1]):
            gaps = (shown[number + 1 :] - one).abs().mean(1)
            alike += [
                (components_of(self.category)[number].key, other.key)
                for other, near in zip(
                    components_of(self.category)[number + 1 :],
                    gaps < APART,
                    strict=True,
                )
                if near
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
