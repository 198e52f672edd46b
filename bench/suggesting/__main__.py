"""How well a house's way of choosing transitions is learned, from their embeddings or at random.

python -m bench.suggesting [--detector FILE] [--examples 300,3000] [--seeds 0,1,2] [--out FOLDER]

Titles are drawn, and a house cuts them by a rule on what transitions are like, three
times in ten by whim. The embeddings are the references of a detector, of the one that
ships without FILE. Needs the weights and the sample titles. Drawing takes minutes a seed and
does not depend on the detector: what was drawn is kept in FOLDER. In brackets: what holds 95 %
of a figure over the asked cuts drawn again.
"""

import argparse
import platform
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from bench.suggesting.cutting import CUTS_A_TITLE, Drawn, kept_titles
from bench.suggesting.house import House
from bench.suggesting.table import lines
from bench.suggesting.traits import TRAITS, traits_of
from mlcore.components import weights
from mlcore.components.catalogue import components_of
from mlcore.components.component import Component
from mlcore.components.finding.keeping import load_detector
from mlcore.components.suggesting.learning import PLAIN, LearningConfig, learn
from mlcore.components.suggesting.manner import with_manner

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MENU, COLD = 30, 8
"""Transitions a house chooses from, and how many of them nobody has used yet."""

ASKED_TITLES = 20
DETECTOR = Path(weights.__file__).parent / "detector.safetensors"


def main() -> None:
    """Print every arm, seed by seed."""
    parser = argparse.ArgumentParser(prog="python -m bench.suggesting")
    parser.add_argument("--detector", type=Path, default=DETECTOR)
    parser.add_argument("--examples", default="300,3000")
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--out", type=Path, default=Path("var/suggesting"))
    given = parser.parse_args()
    print(f"{platform.processor() or platform.machine()}, one thread")
    with threadpool_limits(1):
        for seed in (int(word) for word in given.seeds.split(",")):
            sizes = [int(word) for word in given.examples.split(",")]
            measure(seed, sizes, given.detector, given.out)


def measure(seed: int, sizes: list[int], file: Path, out: Path) -> None:
    """Print every arm for one seed, warm and cold."""
    menu = _menu(seed)
    house = House(traits_of(menu), TRAITS)
    # Half of all cuts stay plain.
    titles = 2 * max(sizes) // CUTS_A_TITLE + ASKED_TITLES
    drawn = kept_titles(titles, seed, out / f"{seed}-{titles}.npz")
    asked = drawn.title >= drawn.title.max() + 1 - ASKED_TITLES
    chance = np.random.default_rng(seed)
    everything = np.arange(MENU)
    warm = everything[: MENU - COLD]
    truth = house.choices(drawn.contexts.of(asked), chance, everything)
    liked = house.liking(drawn.contexts.of(asked))
    for size in sizes:
        print(f"\nseed {seed}, {size} examples in {MENU - COLD} of {MENU} transitions")
        _tell("the rule itself, without whim", liked, truth)
        few = _first_with(drawn, asked, size)
        used = house.choices(few, chance, warm)
        counts = np.bincount(used[used != PLAIN], minlength=MENU).astype(np.float64)
        counts[warm.size :] = counts[: warm.size].mean()
        _tell("by chance", chance.random(liked.shape), truth)
        _tell("popularity", np.tile(counts, (len(truth), 1)), truth)
        for name, embeddings in _arms(menu, house, file, seed).items():
            model = learn(few, used, embeddings, LearningConfig())
            log_p = model.log_probabilities(
                drawn.contexts.of(asked), embeddings, counts
            )
            _tell(name, log_p[:, :-1], truth)
            plain = (log_p[:, -1] > np.log(0.5)) == (truth == PLAIN)
            print(f"      plain or not: right {plain.mean():.3f}")


def _menu(seed: int) -> list[Component]:
    first = [each for each in components_of("transition") if not each.preset]
    chosen = np.random.default_rng([seed, 7]).permutation(len(first))[:MENU]
    return [first[n] for n in chosen]


def _first_with(drawn: Drawn, asked: NDArray[np.bool_], size: int):  # type: ignore[no-untyped-def]
    there = np.flatnonzero(~asked)[: 2 * size]
    return drawn.contexts.of(there)


def _arms(
    menu: list[Component], house: House, file: Path, seed: int
) -> dict[str, Floats]:
    detector, _ = load_detector(file)
    kept = detector.references[[detector.keys.index(each.key) for each in menu]]
    chance = np.random.default_rng([seed, 11])
    keys = [each.key for each in menu]
    return {
        "random embedding": _unit(chance.normal(size=kept.shape)),
        "component embedding": _unit(kept),
        "component embedding and manner, which ships": with_manner(keys, _unit(kept)),
        "true traits, as an embedding": _unit(house.traits),
    }


def _unit(rows: Floats) -> Floats:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def _tell(name: str, scores: Floats, truth: Ints) -> None:
    print("\n".join(lines(name, scores, truth, warm=MENU - COLD)), flush=True)


if __name__ == "__main__":
    main()
