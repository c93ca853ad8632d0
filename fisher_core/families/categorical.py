r"""Categorical: x is one of the classes 0, …, k−1; theta = (p₁, …, p_{k−1}), and the last class has what is left.

Class i has probability p_{i+1}, p_k = 1 − p₁ − … − p_{k−1}. With [·] = 1 where true,

    sᵢ = [x = i]/pᵢ − [x = k]/p_k,     F = diag(1/p₁, …, 1/p_{k−1}) + 1/p_k

in the natural parameters ηᵢ = log(pᵢ/p_k):  sᵢ = [x = i] − pᵢ,  F = diag(p) − ppᵀ.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from fisher_core import charts
from fisher_core import validation as check
from fisher_core.family import Family, Parameter
from fisher_core.special import exact_difference, exponentials, i_divergence, mass_divergence
from fisher_core.validation import Array

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
            Parameter(f"p_{i}", f"p{_subscript(i)}", 0.0, 1.0, (low, high), middle, (True, True))
            for i in range(1, self.classes)
        )
        self.bounds = (0.0, self.classes - 1.0)
        self.coordinates = (Softmax(),)

    def _log_prob(self, x: Array, theta: Array) -> Array:
        log_p = np.log(_masses(theta))
        log_p[-1] = np.log1p(-theta.sum()) if theta.sum() < 0.5 else log_p[-1]  # of a last class that is nearly certain
        return log_p[x.astype(int)]

    def _score(self, x: Array, theta: Array) -> Any:
        hit = (x[:, None] == np.arange(self.classes)) / _complete(theta)
        return hit[:, :-1] - hit[:, -1:]

    def _hessian(self, x: Array, theta: Array) -> Any:
        hit = (x[:, None] == np.arange(self.classes)) / _complete(theta) ** 2
        return -(hit[:, :-1, None] * np.eye(self.classes - 1)) - hit[:, -1:, None]

    def _fisher(self, theta: Array) -> Any:
        last = 1 / _complete(theta)[-1]
        return [[last + 1 / p if i == j else last for j in range(len(theta))] for i, p in enumerate(theta)]

    def _log_ratio(self, x: Array, p: Array, q: Array, step: Array) -> Array:
        return np.log1p(np.append(step, -step.sum()) / _complete(p))[x.astype(int)]

    def _kl(self, p: Array, q: Array, step: Array) -> Array:
        # Adding 0 = Σ (qᵢ − pᵢ) leaves terms pᵢ (r − 1 − log r), r = qᵢ/pᵢ, that are never negative.
        steps = np.concatenate([step, -step.sum(axis=0, keepdims=True)])
        return i_divergence(_masses(p), _masses(q), steps).sum(axis=0)

    def _sample(self, theta: Array, n: int, rng: np.random.Generator) -> Array:
        return _class_at(rng.random(n), theta, "right")

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
        return _above(_complete(theta))[x.astype(int)]

    def _quantile(self, u: Array, theta: Array) -> Array:
        return _class_at(u, theta, "left")

    def _allows(self, theta: Array) -> Any:
        return _masses(theta)[-1] > 0

    def _allows_closed(self, theta: Array) -> Any:
        return _masses(theta)[-1] >= 0


class Softmax(charts.Chart):
    """ηᵢ = log(pᵢ/p_k), the natural parameters."""

    key = "natural"

    def parameters(self, of: tuple[Parameter, ...]) -> tuple[Parameter, ...]:
        return tuple(
            Parameter(f"eta_{i}", f"η{_subscript(i)}", -np.inf, np.inf, (-4.0, 4.0), 0.0) for i in range(1, len(of) + 1)
        )

    def to_theta(self, phi: Array) -> Array:
        return _softmax(_with_zero(phi))[:-1]

    def from_theta(self, theta: Array) -> Array:
        return np.log(theta) - np.log(_complete(theta)[-1])

    def jacobian(self, phi: Array) -> Array:
        return _covariance(_softmax(_with_zero(phi)))

    def curvature(self, phi: Array) -> Array:
        # Third cumulants of the indicators: pᵢ[i=j=k] − [i=j]pᵢp_k − [i=k]pᵢp_j − [j=k]p_jpᵢ + 2pᵢp_jp_k
        p, eye = self.to_theta(phi), np.eye(len(phi))
        pair = np.einsum("ij,i...,k...->kij...", eye, p, p)
        triple = np.einsum("ij,ik,i...->kij...", eye, eye, p)
        product = np.einsum("i...,j...,k...->kij...", p, p, p)
        return triple - pair - np.swapaxes(pair, 0, 1) - np.swapaxes(pair, 0, 2) + 2 * product

    def difference(self, phi_p: Array, phi_q: Array) -> Array:
        a, b = _with_zero(phi_p), _with_zero(phi_q)
        p = _softmax(a)
        return (p * np.expm1(_log_softmax_step(a, b, p)))[:-1]

    def of(self, family: Family) -> Natural:
        return Natural(family, self)


class Natural(charts.Charted):
    """Categorical in its natural parameters: 1 − pᵢ is the sum of the others, however small they are."""

    def _log_prob(self, x: Array, theta: Array) -> Array:
        return log_softmax(_with_zero(theta))[x.astype(int)]

    def _log_ratio(self, x: Array, p: Array, q: Array, step: Array) -> Array:
        return log_ratio_of_logits(_with_zero(p), _with_zero(q))[x.astype(int)]

    def _score(self, x: Array, theta: Array) -> Any:
        p = _softmax(_with_zero(theta))
        rest = np.array([np.delete(p, i).sum() for i in range(len(theta))])
        return np.where(x[:, None] == np.arange(len(theta)), rest, -p[:-1])

    def _hessian(self, x: Array, theta: Array) -> Any:
        return -_covariance(_softmax(_with_zero(theta)))

    def _fisher(self, theta: Array) -> Any:
        covariance = _covariance(_softmax(_with_zero(theta)))
        return [list(row) for row in covariance]

    def _kl(self, p: Array, q: Array, step: Array) -> Array:
        return kl_of_logits(_with_zero(p), _with_zero(q))

    def _sample(self, theta: Array, n: int, rng: np.random.Generator) -> Array:
        return _class_at(rng.random(n), _softmax(_with_zero(theta))[:-1], "right")

    def _cdf(self, x: Array, theta: Array) -> Array:
        return np.append(np.cumsum(_softmax(_with_zero(theta))[:-1]), 1.0)[x.astype(int)]

    def _sf(self, x: Array, theta: Array) -> Array:
        return _above(_softmax(_with_zero(theta)))[x.astype(int)]

    def _quantile(self, u: Array, theta: Array) -> Array:
        return _class_at(u, _softmax(_with_zero(theta))[:-1], "left")

    def _bounds(self, theta: Array) -> tuple[float, float]:
        return self.bounds


def _complete(theta: Array) -> Array:
    """All k probabilities, the class first: (k−1, ...) to (k, ...). 1 − Σ pᵢ with what each subtraction rounds off."""
    last, lost = np.ones(theta.shape[1:]), np.zeros(theta.shape[1:])
    for p in theta:
        rest = last - p
        lost += (last - rest) - p
        last = rest
    return np.concatenate([theta, (last + lost)[None]])


def _above(p: Array) -> Array:
    """Σ pⱼ over the classes j after each, (k,), added up from the last."""
    return np.append(np.cumsum(p[:0:-1])[::-1], 0.0)


def _masses(theta: Array) -> Array:
    """All k probabilities of which some may be 0: the last one is if 1 − Σ pᵢ is no more than the pᵢ are rounded by.

    Weights 3, 2, 4, 0 over their sum add up to 1 only to some ulps, and 1e-16 in place of 0 would make KL finite. Of two
    classes none is lost: 1 − p is exact where it is small.
    """
    p = _complete(theta)
    if len(theta) > 1:
        p[-1] = np.where(np.abs(p[-1]) <= len(p) * ROUNDING, 0.0, p[-1])
    return p


def _class_at(u: Array, p: Array, side: Literal["left", "right"]) -> Array:
    """The class in whose stretch of the unit interval u lies; p without the last class."""
    return np.searchsorted(np.cumsum(p), u, side=side).astype(float)


def _with_zero(eta: Array) -> Array:
    return np.concatenate([eta, np.zeros_like(eta[:1])])


def kl_of_logits(a: Array, b: Array) -> Array:
    """KL from the softmax of all k logits a to that of b, (k, ...) to (...)."""
    p = _softmax(a)
    return np.asarray(mass_divergence(p, _softmax(b), _log_softmax_step(a, b, p)).sum(axis=0))


def log_ratio_of_logits(a: Array, b: Array) -> Array:
    """log(qᵢ/pᵢ) of all classes, (k, ...), for logits a of p and b of q."""
    return _log_softmax_step(a, b, _softmax(a))


def log_softmax(eta: Array) -> Array:
    """log p from all k logits; the leading class is log(1/(1 + rest)) with the rest summed by itself."""
    below, lost = exact_difference(eta, eta.max(axis=0))
    rest = np.sort(np.exp(below), axis=0)[:-1].sum(axis=0)
    return below + (lost - np.log1p(rest))


def _softmax(eta: Array) -> Array:
    """p from all k logits, each to full relative accuracy."""
    e = exponentials(eta, eta.max(axis=0))
    return e / e.sum(axis=0)


def _log_softmax_step(a: Array, b: Array, p: Array) -> Array:
    """log(qᵢ/pᵢ), (k, ...), for logits a of p and b of q: where it is small, −log(1 + Σⱼ pⱼ (e^{dⱼ − dᵢ} − 1)), d = b − a.

    Decided for each class by itself: when one rare class is moved far, the others hardly change."""
    log_p, log_q = log_softmax(a), log_softmax(b)
    far = log_q - log_p
    d, lost = exact_difference(b, a)
    near = np.stack([-np.log1p((p * np.expm1((d - d[i]) + (lost - lost[i]))).sum(axis=0)) for i in range(len(d))])
    close = (np.abs(far) < 1) & (np.abs(far) < -0.5 * np.minimum(log_p, log_q))
    return np.where(close & np.isfinite(near), near, far)


def _covariance(p: Array) -> Array:
    """diag(p) − ppᵀ without the last class, (d, d, ...) from p (d+1, ...), with 1 − pᵢ as the sum of the others."""
    d = len(p) - 1
    result = -p[:-1, None] * p[None, :-1]
    for i in range(d):
        result[i, i] = p[i] * np.delete(p, i, axis=0).sum(axis=0)
    return result


def _subscript(i: int) -> str:
    return "".join("₀₁₂₃₄₅₆₇₈₉"[int(digit)] for digit in str(i))
