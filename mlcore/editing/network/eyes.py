"""Eyes of the toy world: pictures and prompts as vectors of one space, as CLIP has them.

What a CLIP is to Stable unCLIP, at a thousandth of its size. It knows the words of
`VOCABULARY` and has seen drawn shapes; it is no use for photographs, but gives any picture
that is dropped an embedding.

B: pictures or prompts, L: words, E: length of an embedding
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from mlcore.editing.world import COLOURS, SHAPES
from mlcore.nn import begin_weights

VOCABULARY = ("", "a", *COLOURS, *SHAPES)
"""The first stands for no word"""
LONGEST = 4
"""L: words of the longest prompt"""
SHARP = 0.07
"""Temperature of the contrast (CLIP, arXiv 2103.00020, begins there)"""


class UnknownWord(ValueError):
    """A prompt holds a word that the toy world has not. One sentence with those it has."""


class Eyes(nn.Module):
    """A small convolutional network for pictures, a table for words."""

    def __init__(self, embedding: int, chance: torch.Generator) -> None:
        super().__init__()
        self.words = nn.Embedding(len(VOCABULARY), embedding)
        self.say = nn.Linear(embedding, embedding)
        self.look = nn.Sequential(
            *_layer(3, 32), *_layer(32, 64), *_layer(64, 96), *_layer(96, 128)
        )
        self.see = nn.Linear(128, embedding)
        begin_weights(self, chance)
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, generator=chance)
        nn.init.normal_(self.words.weight, std=1.0, generator=chance)

    def embed(self, pictures_B3HW: Tensor) -> Tensor:
        """Return (B, E), each of length 1, of pictures 0..1 of any size that 16 divides."""
        looked = self.look(pictures_B3HW * 2 - 1).amax(dim=(2, 3))
        return normalize(self.see(looked), dim=1)

    def tokens(self, prompts: Sequence[str]) -> Tensor:
        """Return (B, L, E). Raises UnknownWord."""
        own: Tensor = self.words(places(prompts).to(self.words.weight.device))
        return own

    def meant(self, prompts: Sequence[str]) -> Tensor:
        """Return (B, E), each of length 1: where pictures of that lie. Raises UnknownWord."""
        tokens_BLE = self.tokens(prompts)
        return normalize(self.say(tokens_BLE.mean(dim=1)), dim=1)

    def contrast(
        self, pictures_B3HW: Tensor, right_B: Tensor, prompts: list[str]
    ) -> Tensor:
        """Return the loss of naming each picture among all prompts."""
        alike = self.embed(pictures_B3HW) @ self.meant(prompts).T
        return nn.functional.cross_entropy(alike / SHARP, right_B)


def places(prompts: Sequence[str]) -> Tensor:
    """Return (B, L) places in VOCABULARY; no word after the last. Raises UnknownWord."""
    rows = []
    for prompt in prompts:
        words = prompt.lower().split()
        unknown = [each for each in words if each not in VOCABULARY]
        if unknown or len(words) > LONGEST:
            known = ", ".join((*COLOURS, *SHAPES))
            raise UnknownWord(
                f'"{prompt}" means nothing in the toy world: say a colour and a shape, of {known}.'
            )
        found = [VOCABULARY.index(each) for each in words]
        rows.append(found + [0] * (LONGEST - len(found)))
    return torch.tensor(rows, dtype=torch.long)


def _layer(dims: int, wider: int) -> list[nn.Module]:
    return [
        nn.Conv2d(dims, wider, 3, stride=2, padding=1),
        nn.GroupNorm(8, wider),
        nn.GELU(),
    ]
