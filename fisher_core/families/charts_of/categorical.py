"""Natural parameters of the categorical, ηᵢ = log(pᵢ/p_k): logits with the last one held at 0."""

from __future__ import annotations

from typing import Any

import numpy as np

from fisher_core import charts
from fisher_core.family import Family
from fisher_core.numerics.simplex import (
    above,
    class_at,
    complete,
    covariance,
    kl_of_logits,
    log_ratio_of_logits,
    log_softmax,
    log_softmax_step,
    softmax,
    with_zero,
)
from fisher_core.parameter import Parameter, subscript
from fisher_core.validation import Array

__all__ = ["Natural", "Softmax"]


class Softmax(charts.Chart):
    """ηᵢ = log(pᵢ/p_k), the natural parameters."""

    key = "natural"

    def parameters(self, of: tuple[Parameter, ...]) -> tuple[Parameter, ...]:
        return tuple(
            Parameter(f"eta_{i}", f"η{subscript(i)}", -np.inf, np.inf, (-4.0, 4.0), 0.0) for i in range(1, len(of) + 1)
        )

    def to_theta(self, phi: Array) -> Array:
        return softmax(with_zero(phi))[:-1]

    def from_theta(self, theta: Array) -> Array:
        return np.log(theta) - np.log(complete(theta)[-1])

    def jacobian(self, phi: Array) -> Array:
        return covariance(softmax(with_zero(phi)))

    def curvature(self, phi: Array) -> Array:
        # Third cumulants of the indicators: pᵢ[i=j=k] − [i=j]pᵢp_k − [i=k]pᵢp_j − [j=k]p_jpᵢ + 2pᵢp_jp_k
        p, eye = self.to_theta(phi), np.eye(len(phi))
        pair = np.einsum("ij,i...,k...->kij...", eye, p, p)
        triple = np.einsum("ij,ik,i...->kij...", eye, eye, p)
        product = np.einsum("i...,j...,k...->kij...", p, p, p)
        return triple - pair - np.swapaxes(pair, 0, 1) - np.swapaxes(pair, 0, 2) + 2 * product

    def difference(self, phi_p: Array, phi_q: Array) -> Array:
        a, b = with_zero(phi_p), with_zero(phi_q)
        p = softmax(a)
        return (p * np.expm1(log_softmax_step(a, b, p)))[:-1]

    def of(self, family: Family) -> Natural:
        return Natural(family, self)


class Natural(charts.Charted):
    """Categorical in its natural parameters: 1 − pᵢ is the sum of the others, however small they are."""

    def _log_prob(self, x: Array, theta: Array) -> Array:
        return log_softmax(with_zero(theta))[x.astype(int)]

    def _log_ratio(self, x: Array, p: Array, q: Array, step: Array) -> Array:
        return log_ratio_of_logits(with_zero(p), with_zero(q))[x.astype(int)]

    def _score(self, x: Array, theta: Array) -> Any:
        p = softmax(with_zero(theta))
        rest = np.array([np.delete(p, i).sum() for i in range(len(theta))])
        return np.where(x[:, None] == np.arange(len(theta)), rest, -p[:-1])

    def _hessian(self, x: Array, theta: Array) -> Any:
        return -covariance(softmax(with_zero(theta)))

    def _fisher(self, theta: Array) -> Any:
        return [list(row) for row in covariance(softmax(with_zero(theta)))]

    def _kl(self, p: Array, q: Array, step: Array) -> Array:
        return kl_of_logits(with_zero(p), with_zero(q))

    def _sample(self, theta: Array, n: int, rng: np.random.Generator) -> Array:
        return class_at(rng.random(n), softmax(with_zero(theta))[:-1], "right")

    def _cdf(self, x: Array, theta: Array) -> Array:
        return np.append(np.cumsum(softmax(with_zero(theta))[:-1]), 1.0)[x.astype(int)]

    def _sf(self, x: Array, theta: Array) -> Array:
        return above(softmax(with_zero(theta)))[x.astype(int)]

    def _quantile(self, u: Array, theta: Array) -> Array:
        return class_at(u, softmax(with_zero(theta))[:-1], "left")

    def _bounds(self, theta: Array) -> tuple[float, float]:
        return self.bounds
