"""The projection, on drawn looks of which a few directions decide: no public pictures exist."""

import numpy as np
from numpy.typing import NDArray

from mlcore.matching.ranking.contrast import ContrastConfig, cosines, train_projection
from mlcore.metrics import average_precision

DIMS, SORTS, MARK = 1323, 6, 0.2
PAIRS = (100, 300, 1000)
SEEDS = (0, 1, 2)

Looks = NDArray[np.float32]


def measure_looks() -> None:
    """Print the average precision of looks as they are, and projected."""
    print(f"\nprojection: drawn looks of {DIMS} numbers, {SORTS} sorts, mark {MARK}")
    for many in PAIRS:
        for seed in SEEDS:
            chance = np.random.default_rng(seed)
            marks = np.linalg.qr(chance.normal(size=(DIMS, SORTS)))[0].T
            a, b, labels = _pairs(many, marks, chance)
            titles = chance.integers(0, 20, many)
            projection, seen = train_projection(
                a, b, labels, titles, ContrastConfig(seed=seed)
            )
            fresh_a, fresh_b, truth = _pairs(1000, marks, chance)
            plain = np.einsum("nd,nd->n", fresh_a, fresh_b)
            steps = max(seen, key=lambda at: (at[1], -at[0]))[0]
            print(
                f"  {many:5d} labels, seed {seed}: "
                f"as they are {average_precision(truth, plain):.3f}, projected "
                f"{average_precision(truth, cosines(projection, fresh_a, fresh_b)):.3f} "
                f"after {steps} steps"
            )


def _pairs(
    many: int, marks: NDArray[np.float64], chance: np.random.Generator
) -> tuple[Looks, Looks, NDArray[np.int64]]:
    sorts = chance.integers(0, SORTS, (2, many))
    noise = chance.normal(size=(2, many, DIMS)) / np.sqrt(DIMS)
    looks = noise + MARK * marks[sorts]
    looks /= np.linalg.norm(looks, axis=2, keepdims=True)
    a, b = looks.astype(np.float32)
    return a, b, (sorts[0] == sorts[1]).astype(np.int64)
