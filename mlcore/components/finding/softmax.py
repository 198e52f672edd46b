"""Multinomial logistic regression, fitted by scikit-learn and kept as arrays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
from sklearn.linear_model import LogisticRegression

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Softmax:
    """log p(class) = log softmax((x @ weight + bias) / temperature)."""

    weight: Floats
    """(F, C)"""
    bias: Floats
    """(C,)"""
    share: Floats
    """(C,) of the classes where it was fitted, above 0, sums to 1"""
    temperature: float
    """Above 0; 1 as fitted, set by `calibrated`"""

    def log_probabilities(self, x: Floats, expected: Floats | None = None) -> Floats:
        """Return (n, C) of (n, F).

        `expected` (C,) are the shares of the classes where it is asked, if they differ
        from those where it was fitted (Saerens, Latinne and Decaestecker 2002, eq. 2.4).
        """
        logits = (x @ self.weight + self.bias) / self.temperature
        if expected is not None:
            with np.errstate(divide="ignore"):
                logits = logits + np.log(expected / self.share)
        return np.asarray(log_softmax(logits, axis=1), np.float64)


def fit_softmax(x: Floats, labels: Ints, classes: int, *, strength: float) -> Softmax:
    """Fit (n, F) to (n,) labels in 0..classes - 1, each of which must occur.

    `strength` is scikit-learn's C. Raises ValueError for a class that does not occur.
    """
    counts = np.bincount(labels, minlength=classes)
    if len(counts) != classes or not counts.all():
        raise ValueError(f"each of {classes} classes must occur, got {counts.tolist()}")
    fitted = LogisticRegression(C=strength, max_iter=2000)
    fitted.fit(x, labels)
    weight, bias = fitted.coef_, fitted.intercept_
    if classes == 2:  # scikit-learn keeps one side of two
        weight, bias = np.vstack([-weight, weight]) / 2, np.append(-bias, bias) / 2
    return Softmax(
        weight=np.asarray(weight.T, np.float64),
        bias=np.asarray(bias, np.float64),
        share=counts / counts.sum(),
        temperature=1.0,
    )


def calibrated(model: Softmax, x: Floats, labels: Ints) -> Softmax:
    """Return the model with the temperature that fits held-out rows best.

    Guo, Pleiss, Sun and Weinberger 2017, section 4.2. It changes no order of classes.
    """
    logits = x @ model.weight + model.bias
    rows = np.arange(len(labels))

    def surprise(log_temperature: float) -> float:
        log_p = log_softmax(logits / np.exp(log_temperature), axis=1)
        return float(-log_p[rows, labels].mean())

    best = minimize_scalar(surprise, bounds=(-3.0, 3.0), method="bounded")
    return Softmax(
        weight=model.weight,
        bias=model.bias,
        share=model.share,
        temperature=float(np.exp(best.x)),
    )
