"""A ranking learned from verdicts: which classifier, of what, and how it is kept."""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from mlcore.boosted import Boosted, fit_boosted
from mlcore.checkpoint import written_whole
from mlcore.matching.ranking.logistic import Logistic, fit_logistic
from mlcore.matching.ranking.pairfeatures import EMBEDDINGS, PairFeatures

Floats = NDArray[np.float64]
Arrays = dict[str, NDArray[Any]]

MODELS: dict[str, type[Logistic] | type[Boosted]] = {
    "logistic": Logistic,
    "boosted": Boosted,
}
FORMAT = 1
STEPS = 33
"""Points of the scale between a ranking's own numbers and the kind's scores."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RankerConfig:
    """Which classifier of which features."""

    model: str = "logistic"
    """logistic or boosted."""
    embedding: str = "none"
    """none, mean, concat or difference of the two sides' embeddings."""
    strength: float = 0.1
    """Of logistic regression: larger follows the labels more closely."""
    seed: int = 0

    def __post_init__(self) -> None:
        if self.model not in MODELS:
            raise ValueError(f"there is no classifier {self.model!r}")
        if self.embedding not in EMBEDDINGS:
            raise ValueError(f"there is no embedding {self.embedding!r} of a pair")
        if not self.strength > 0:
            raise ValueError(f"strength must be above 0, got {self.strength}")

    @property
    def words(self) -> str:
        """The choice as people read it."""
        model = "logistic regression" if self.model == "logistic" else "boosted trees"
        if self.embedding == "none":
            return model
        return f"{model} with {self.embedding} of looks"


@dataclass(frozen=True, kw_only=True)
class Ranker:
    """Says how likely an editor is to accept a pair."""

    config: RankerConfig
    names: tuple[str, ...]
    """Of the plain features, in their order."""
    fill: Floats
    """(F,) what stands for a number that is missing: the mean of the training pairs."""
    classifier: Logistic | Boosted
    scale: Floats
    """(2, STEPS) equally frequent probabilities and scores of the kind: see `standing`."""

    def probability(self, features: PairFeatures) -> Floats:
        """Return (n,) probabilities, 0..1, that a pair is accepted.

        Raises ValueError where the features are not those it was trained on.
        """
        if features.names != self.names:
            raise ValueError(
                f"this ranking looks at {', '.join(self.names)}, and was given "
                f"{', '.join(features.names)}"
            )
        x = _filled(features.matrix(self.config.embedding), self.fill)
        return np.asarray(1.0 / (1.0 + np.exp(-self.classifier.log_odds(x))))

    def standing(self, probability: Floats) -> Floats:
        """Return (n,) probabilities on the scale of the kind's scores.

        The best tenth by probability stands where the best tenth by score stood, so that
        a kind with a ranking and one without can share a board.
        """
        return np.asarray(np.interp(probability, self.scale[0], self.scale[1]))


def fit_ranker(
    features: PairFeatures,
    labels: NDArray[np.int64],
    scores: Floats,
    config: RankerConfig,
) -> Ranker:
    """Fit n pairs to their (n,) labels; (n,) scores of the kind give the scale.

    Raises ValueError unless there are pairs of both labels.
    """
    if len(np.unique(labels)) < 2:
        raise ValueError("a ranking needs good and bad pairs")
    x = features.matrix(config.embedding)
    with np.errstate(invalid="ignore"):
        known = (~np.isnan(x)).sum(axis=0)
        fill = np.nansum(x, axis=0) / np.maximum(known, 1)
    x = _filled(x, fill)
    classifier: Logistic | Boosted = (
        fit_logistic(x, labels, strength=config.strength)
        if config.model == "logistic"
        else fit_boosted(x, labels, seed=config.seed)
    )
    found = 1.0 / (1.0 + np.exp(-classifier.log_odds(x)))
    shares = np.linspace(0.0, 1.0, STEPS)
    return Ranker(
        config=config,
        names=features.names,
        fill=fill,
        classifier=classifier,
        scale=np.stack([np.quantile(found, shares), np.quantile(scores, shares)]),
    )


def save_ranker(ranker: Ranker, weights: Path) -> None:
    """Write arrays as safetensors, and what they mean as JSON beside them.

    Raises UnsavedCheckpoint.
    """
    kept = {
        f"classifier.{name}": row for name, row in ranker.classifier.arrays().items()
    }
    with written_whole(weights) as temporary:
        save_file({**kept, "fill": ranker.fill, "scale": ranker.scale}, temporary)
    meaning = {
        "format": FORMAT,
        "config": asdict(ranker.config),
        "names": list(ranker.names),
    }
    with written_whole(weights.with_suffix(".json")) as temporary:
        temporary.write_text(json.dumps(meaning, indent=2) + "\n")


def load_ranker(weights: Path) -> Ranker:
    """Read what `save_ranker` wrote. Raises ValueError when it is something else."""
    try:
        meaning: dict[str, Any] = json.loads(weights.with_suffix(".json").read_text())
        arrays: Arrays = load_file(weights)
        config = RankerConfig(**meaning["config"])
        made_of = MODELS[config.model]
        own = {f.name: arrays[f"classifier.{f.name}"] for f in fields(made_of)}
        return Ranker(
            config=config,
            names=tuple(meaning["names"]),
            fill=np.asarray(arrays["fill"], np.float64),
            classifier=made_of(**own),
            scale=np.asarray(arrays["scale"], np.float64),
        )
    except (KeyError, TypeError, ValueError, SafetensorError) as error:
        raise ValueError(f"{weights.name} holds no ranking: {error}") from None


def _filled(x: Floats, fill: Floats) -> Floats:
    return np.where(np.isnan(x), fill, x)
