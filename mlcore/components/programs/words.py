"""Words for texts: made up at random, so that what is written tells nothing."""

import torch

_OPENINGS = "b br c ch cl d dr f fl g gl h j k l m n p pl qu r s sh st t tr v w y z"
_VOWELS = "a e i o u ai ea ee ie oa oo ou"
_ENDINGS = "b ck d ft g l ll m n nd ng nt p r rd s sk st t th x"


def phrase(words: int, chance: torch.Generator) -> list[str]:
    """Return made-up words of one or two syllables, lower case, 2 to 12 letters each."""
    return [_word(chance) for _ in range(words)]


def _word(chance: torch.Generator) -> str:
    syllables = 1 + _below(2, chance)
    parts = [_one(_OPENINGS, chance) + _one(_VOWELS, chance) for _ in range(syllables)]
    return "".join(parts) + _one(_ENDINGS, chance)


def _one(choices: str, chance: torch.Generator) -> str:
    each = choices.split()
    return each[_below(len(each), chance)]


def _below(count: int, chance: torch.Generator) -> int:
    return int(torch.randint(count, (1,), generator=chance))
