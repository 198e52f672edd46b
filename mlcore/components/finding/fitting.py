"""A detector fitted to embeddings of rendered clips, and calibrated on others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from mlcore.components.component import CATEGORIES, Category
from mlcore.components.finding.detector import NONE, Detector, inputs, likeness
from mlcore.components.finding.landmarks import Landmarks
from mlcore.components.finding.presence import Presence, fit_presence
from mlcore.components.finding.softmax import calibrated, fit_softmax

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Clips:
    """Embedded clips whose component is known."""

    embeddings: Floats
    """(n, D + F): embeddings of length 1, and the clips' changes if they are looked at"""
    keys: tuple[str, ...]
    """(n,) key of the component on each; empty: nothing was laid on it"""
    categories: Ints
    """(n,) place in CATEGORIES, NONE where nothing was laid on"""
    cut: NDArray[np.bool_]
    """(n,) whether the material changes in the middle, as at a cut"""
    changes: int = 0
    """F"""

    def __post_init__(self) -> None:
        counts = [
            len(each)
            for each in (self.embeddings, self.keys, self.categories, self.cut)
        ]
        if len(set(counts)) != 1:
            raise ValueError(
                f"embeddings, keys, categories and cuts of {counts} clips do not belong "
                "together"
            )

    @property
    def dims(self) -> int:
        """D."""
        return int(self.embeddings.shape[1]) - self.changes

    def of(self, chosen: NDArray[np.bool_]) -> "Clips":
        """Return those that are chosen (n,)."""
        kept = tuple(k for k, keep in zip(self.keys, chosen, strict=True) if keep)
        return Clips(
            embeddings=self.embeddings[chosen],
            keys=kept,
            categories=self.categories[chosen],
            cut=self.cut[chosen],
            changes=self.changes,
        )


def references_of(clips: Clips) -> tuple[Floats, Ints, tuple[str, ...]]:
    """Return the mean embedding (K, D) of each component, of length 1; categories; keys."""
    keys = tuple(sorted({key for key in clips.keys if key}))
    place = {key: at for at, key in enumerate(keys)}
    sums = np.zeros((len(keys), clips.dims))
    categories = np.zeros(len(keys), np.int64)
    own = clips.embeddings[:, : clips.dims]
    rows = zip(own, clips.keys, clips.categories, strict=True)
    for embedding, key, category in rows:
        if key:
            sums[place[key]] += embedding
            categories[place[key]] = category
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    return sums / np.maximum(lengths, 1e-12), categories, keys


def fit_detector(train: Clips, held_out: Clips, *, strength: float = 0.1) -> Detector:
    """Fit to clips of known components and plain ones, and calibrate on held-out ones.

    `held_out` has other materials, and also components that are not in `train`: of those
    it is learned when to say that something is there which is not known. `strength` is the
    C of the category's regression (scikit-learn). Raises ValueError where a category or
    plain clips are missing, or all held-out components are known, or none.
    """
    laid, asked = (each.of(each.categories != NONE) for each in (train, held_out))
    model = fit_softmax(
        inputs(laid.embeddings, laid.dims), laid.categories, NONE, strength=strength
    )
    rows = inputs(asked.embeddings, asked.dims)
    references, categories, keys = references_of(train)
    landmarks = Landmarks(
        plain=_plain(train), references=references, categories=categories
    )
    return Detector(
        at_cuts=_fit_presence(train, held_out, landmarks, at_cuts),
        on_shots=_fit_presence(train, held_out, landmarks, on_shots),
        in_shots=_fit_presence(train, held_out, landmarks, in_shots),
        plain=landmarks.plain,
        category=calibrated(model, rows, asked.categories),
        known=_fit_known(references, categories, keys, held_out),
        references=references,
        categories=categories,
        keys=keys,
        fitted=np.ones(len(keys), np.bool_),
    )


def _plain(clips: Clips) -> Floats:
    """The mean plain clip within a shot and at a cut (2, D), of length 1."""
    none = clips.categories == NONE
    rows = []
    for cut in (False, True):
        own = clips.embeddings[none & (clips.cut == cut), : clips.dims]
        if not len(own):
            raise ValueError("clips must be plain in part, at cuts and within shots")
        rows.append(own.mean(axis=0))
    means = np.stack(rows)
    return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), np.float64)


def at_cuts(clips: Clips) -> Bools:
    """Return (n,) which clips are as a title has them at its cuts: a transition, or none."""
    own = _transitions(clips) | (clips.categories == NONE)
    return np.asarray(clips.cut & own, np.bool_)


def on_shots(clips: Clips) -> Bools:
    """Return (n,) which clips are as a title has them within shots: all else, or nothing."""
    return np.asarray(~clips.cut & ~_transitions(clips), np.bool_)


def in_shots(clips: Clips) -> Bools:
    """Return (n,) which are as where no cut was found: a transition hides it, or one shot."""
    plain = ~clips.cut & (clips.categories == NONE)
    return np.asarray(plain | _transitions(clips), np.bool_)


def _transitions(clips: Clips) -> Bools:
    own = clips.categories == CATEGORIES.index("transition")
    return np.asarray(own, np.bool_)


def _fit_presence(
    train: Clips,
    held_out: Clips,
    landmarks: Landmarks,
    where: Callable[[Clips], Bools],
) -> Presence:
    sides = [each.of(where(each)) for each in (train, held_out)]
    (x, there), (asked, truth) = (
        (landmarks.looks(each.embeddings), each.categories != NONE) for each in sides
    )
    return fit_presence(x, there, asked, truth)


def _fit_known(
    references: Floats, categories: Ints, keys: Sequence[str], held_out: Clips
) -> Floats:
    """How the cosine to the nearest of the true category tells that it is the right one."""
    features, right = [], []
    for embedding, key, category in zip(
        held_out.embeddings, held_out.keys, held_out.categories, strict=True
    ):
        own = np.flatnonzero(categories == category)
        if not key or not len(own):
            continue
        cosines = references[own] @ embedding[: held_out.dims]
        features.append(likeness(cosines))
        right.append(keys[own[int(np.argmax(cosines))]] == key)
    if len(set(right)) < 2:
        raise ValueError(
            "held-out clips must show known components and unknown ones, or whether "
            "something is known cannot be learned"
        )
    fitted = LogisticRegression(C=100.0, fit_intercept=False, max_iter=1000)
    fitted.fit(np.array(features), np.array(right, np.int64))
    return np.asarray(fitted.coef_[0], np.float64)


def category_places(categories: Sequence[Category | None]) -> Ints:
    """Return (n,) places in CATEGORIES, NONE for None."""
    return np.array(
        [NONE if each is None else CATEGORIES.index(each) for each in categories],
        np.int64,
    )
