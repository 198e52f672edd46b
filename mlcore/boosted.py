"""Gradient boosted trees, fitted by scikit-learn and kept as arrays of their nodes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import GradientBoostingClassifier

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Boosted:
    """log-odds = start + sum over trees of the value of the leaf a pair falls into.

    Nodes of all trees stand in one list. At a node a pair goes left where its feature,
    as float32, is at most the threshold; a leaf leads to itself.
    """

    start: Floats
    """(1,)"""
    roots: Ints
    """(T,) first node of each tree"""
    feature: Ints
    """(N,)"""
    threshold: Floats
    """(N,)"""
    left: Ints
    """(N,)"""
    right: Ints
    """(N,)"""
    value: Floats
    """(N,) what a leaf adds, the learning rate included"""
    depth: Ints
    """(1,) steps from a root that surely end in a leaf"""

    def log_odds(self, x: Floats) -> Floats:
        """Return (n,) log-odds of (n, F) features; a row's do not depend on the others."""
        # Trees were grown on float32: a float64 may lie on the other side of a threshold.
        narrow = x.astype(np.float32)
        rows = np.arange(len(x))
        total = np.full(len(x), self.start[0])
        for root in self.roots:
            node = np.full(len(x), root)
            for _ in range(int(self.depth[0])):
                goes_left = narrow[rows, self.feature[node]] <= self.threshold[node]
                node = np.where(goes_left, self.left[node], self.right[node])
            total += self.value[node]
        return total

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Return what is kept of it."""
        return {
            "start": self.start,
            "roots": self.roots,
            "feature": self.feature,
            "threshold": self.threshold,
            "left": self.left,
            "right": self.right,
            "value": self.value,
            "depth": self.depth,
        }


def fit_boosted(x: Floats, labels: NDArray[np.int64], *, seed: int) -> Boosted:
    """Fit (n, F) features without gaps to (n,) labels."""
    return exported(boosting(seed, features=x.shape[1]).fit(x, labels))


def boosting(seed: int, *, features: int) -> GradientBoostingClassifier:
    """Return the learner: shallow trees that see half the pairs each."""
    return GradientBoostingClassifier(
        n_estimators=100,
        max_depth=2,
        learning_rate=0.05,
        subsample=0.5,
        min_samples_leaf=10,
        # Of embeddings each tree sees a few: they are many, and much alike.
        max_features=None if features <= 64 else "sqrt",
        random_state=seed,
    )


def exported(fitted: GradientBoostingClassifier) -> Boosted:
    """Return a fitted learner as arrays."""
    trees = [tree.tree_ for tree in fitted.estimators_[:, 0]]
    sizes = [tree.node_count for tree in trees]
    roots = np.cumsum([0, *sizes[:-1]])
    nodes = zip(trees, roots, strict=True)
    left, right = [], []
    for tree, root in nodes:
        leaf = tree.children_left < 0
        own = root + np.arange(tree.node_count)
        left.append(np.where(leaf, own, root + tree.children_left))
        right.append(np.where(leaf, own, root + tree.children_right))
    rate = fitted.learning_rate
    prior = fitted.init_.class_prior_[1]
    return Boosted(
        start=np.array([np.log(prior / (1.0 - prior))]),
        roots=roots.astype(np.int64),
        feature=np.concatenate([np.maximum(t.feature, 0) for t in trees]).astype(
            np.int64
        ),
        threshold=np.concatenate([t.threshold for t in trees]),
        left=np.concatenate(left).astype(np.int64),
        right=np.concatenate(right).astype(np.int64),
        value=np.concatenate([rate * t.value[:, 0, 0] for t in trees]),
        depth=np.array([max(t.max_depth for t in trees)], np.int64),
    )
