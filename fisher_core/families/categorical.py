r"""Categorical: x is one of the classes 0, …, k−1; theta = (p₁, …, p_{k−1}), and the last class has what is left.

Class i has probability p_{i+1}, p_k = 1 − p₁ − … − p_{k−1}. With [·] = 1 where true,

    sᵢ = [x = i]/pᵢ − [x = k]/p_k,     F = diag(1/p₁, …, 1/p_{k−1}) + 1/p_k

in the natural parameters ηᵢ = log(pᵢ/p_k):  sᵢ = [x = i] − pᵢ,  F = diag(p) − ppᵀ.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fisher_core import validation as check
from fisher_core.families.charts_of.categorical import Softmax
from fisher_core.family import Family
from fisher_core.numerics.simplex import above, class_at, complete
from fisher_core.numerics.special import i_divergence
from fisher_core.parameter import Parameter, subscript
from fisher_core.validation import Array

__all__ = ["Categorical"]

ROUNDING = 2.0**-53  # of a number next to 1


class Categorical(Family):
    """x is a class number 0, …, classes − 1; theta = (p_1, …, p_{classes−1}), positive with a sum below 1.

    ``kl``, ``sample`` and the divergences also take probabilities of exactly 0. The last one, which is 1 − Σ pᵢ, is 0 where
    that is within the rounding of a sum to 1: classes·1.1e-16, of three classes or more.
    """

    key = "categorical"
    title = "Categorical"
    joint_rule = "p_1 + … < 1"
    discrete = True
    closed = (True, True)

    def __init__(self, classes: int = 3) -> None:
        self.classes = check.integer("classes", classes, 2)
        middle, most = 1 / self.classes, 1 / (self.classes - 1)
        low, high = min(0.02, middle / 5), max(0.95 * most, (middle + most) / 2)  # every point of this box is inside
        self.parameters = tuple(
            Parameter(f"p_{i}", f"p{subscript(i)}", 0.0, 1.0, (low, high), middle, (True, True))
            for i in range(1, self.classes)
        )
        self.bounds = (0.0, self.classes - 1.0)
        self.coordinates = (Softmax(),)

    def _log_prob(self, x: Array, theta: Array) -> Array:
        log_p = np.log(_masses(theta))
        log_p[-1] = np.log1p(-theta.sum()) if theta.sum() < 0.5 else log_p[-1]  # of a last class that is nearly certain
        return log_p[x.astype(int)]

    def _score(self, x: Array, theta: Array) -> Any:
        hit = (x[:, None] == np.arange(self.classes)) / complete(theta)
        return hit[:, :-1] - hit[:, -1:]

    def _hessian(self, x: Array, theta: Array) -> Any:
        hit = (x[:, None] == np.arange(self.classes)) / complete(theta) ** 2
        return -(hit[:, :-1, None] * np.eye(self.classes - 1)) - hit[:, -1:, None]

    def _fisher(self, theta: Array) -> Any:
        last = 1 / complete(theta)[-1]
        return [[last + 1 / p if i == j else last for j in range(len(theta))] for i, p in enumerate(theta)]

    def _log_ratio(self, x: Array, p: Array, q: Array, step: Array) -> Array:
        return np.log1p(np.append(step, -step.sum()) / complete(p))[x.astype(int)]

    def _kl(self, p: Array, q: Array, step: Array) -> Array:
        # Adding 0 = Σ (qᵢ − pᵢ) leaves terms pᵢ (r − 1 − log r), r = qᵢ/pᵢ, that are never negative.
        steps = np.concatenate([step, -step.sum(axis=0, keepdims=True)])
        return i_divergence(_masses(p), _masses(q), steps).sum(axis=0)

    def _sample(self, theta: Array, n: int, rng: np.random.Generator) -> Array:
        return class_at(rng.random(n), theta, "right")

    def _mle(self, x: Array) -> Any:
        counts = np.bincount(x.astype(int), minlength=self.classes)
        if counts.min() == 0:
            raise ValueError(
                f"x has no observation of class {counts.argmin()} and must have some of each class: "
                f"the maximum-likelihood estimate lies on the edge of the simplex"
            )
        return counts[:-1] / len(x)

    def _cdf(self, x: Array, theta: Array) -> Array:
        return np.append(np.cumsum(theta), 1.0)[x.astype(int)]

    def _sf(self, x: Array, theta: Array) -> Array:
        return above(complete(theta))[x.astype(int)]

    def _quantile(self, u: Array, theta: Array) -> Array:
        return class_at(u, theta, "left")

    def _allows(self, theta: Array) -> Any:
        return _masses(theta)[-1] > 0

    def _allows_closed(self, theta: Array) -> Any:
        return _masses(theta)[-1] >= 0


def _masses(theta: Array) -> Array:
    """All k probabilities of which some may be 0: the last one is if 1 − Σ pᵢ is no more than the pᵢ are rounded by.

    Weights 3, 2, 4, 0 over their sum add up to 1 only to some ulps, and 1e-16 in place of 0 would make KL finite. Of two
    classes none is lost: 1 − p is exact where it is small.
    """
    p = complete(theta)
    if len(theta) > 1:
        p[-1] = np.where(np.abs(p[-1]) <= len(p) * ROUNDING, 0.0, p[-1])
    return p
