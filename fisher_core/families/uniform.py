r"""Uniform on (0, θ): p(x | θ) = 1/θ for 0 ≤ x ≤ θ: the standard counter-example.

    s = −1/θ, the same for every x,     E[s sᵀ] = 1/θ²,     KL(p‖q) = log(θ_q/θ_p) if θ_q ≥ θ_p, else ∞

What fails: the support moves with θ, so ∫ ∇p ≠ ∇ ∫ p and the score has mean −1/θ, not 0. E[s sᵀ] is then no
covariance, −E[Hessian] = −1/θ² has the wrong sign, KL is linear in the step and not quadratic, and the Cramér–Rao
bound is void: the largest of n observations is off by θ/n, not θ/√n.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fisher_core.family import Family
from fisher_core.parameter import Parameter
from fisher_core.validation import Array

__all__ = ["Uniform"]


class Uniform(Family):
    """x in [0, theta]; theta = (theta,), the upper end."""

    key = "uniform"
    title = "Uniform on (0, θ)"
    regular = False
    why_irregular = (
        "the support (0, θ) moves with the parameter: the score is −1/θ for every x and its mean is not 0, "
        "so E[s²] = 1/θ² is neither the variance of the score nor the curvature of KL."
    )
    parameters = (Parameter("theta", "θ", 0.0, np.inf, (0.2, 5.0), 1.0),)
    bounds = (0.0, np.inf)
    closed = (True, True)

    def _log_prob(self, x: Array, theta: Array) -> Array:
        return np.full(x.shape, -np.log(theta[0]))

    def _score(self, x: Array, theta: Array) -> Any:
        return (-1 / theta[0],)

    def _hessian(self, x: Array, theta: Array) -> Any:
        return ((theta[0] ** -2,),)

    def _fisher(self, theta: Array) -> Any:
        return ((theta[0] ** -2,),)

    def _kl(self, p: Array, q: Array, step: Array) -> Array:
        return np.where(step[0] < 0, np.inf, np.log1p(step[0] / p[0]))

    def _sample(self, theta: Array, n: int, rng: np.random.Generator) -> Array:
        return theta[0] * rng.random(n)

    def _mle(self, x: Array) -> Any:
        return (x.max(),)

    def _cdf(self, x: Array, theta: Array) -> Array:
        return x / theta[0]

    def _sf(self, x: Array, theta: Array) -> Array:
        return (theta[0] - x) / theta[0]

    def _quantile(self, u: Array, theta: Array) -> Array:
        return u * theta[0]

    def _bounds(self, theta: Array) -> tuple[float, float]:
        return 0.0, float(theta[0])
