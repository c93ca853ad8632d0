r"""Exponential: p(x | r) = r e^{−rx}, x ≥ 0, with rate r = 1/mean.

s = 1/r − x,     F = 1/r²,     KL(p‖q) = r_q/r_p − 1 − log(r_q/r_p)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fisher_core import charts
from fisher_core.families.fitting.scoring import average
from fisher_core.family import Family
from fisher_core.numerics.special import itakura_saito
from fisher_core.parameter import Parameter
from fisher_core.validation import Array

__all__ = ["Exponential"]


class Exponential(Family):
    """x ≥ 0, a waiting time; theta = (rate,)."""

    key = "exponential"
    title = "Exponential"
    parameters = (Parameter("rate", "r", 0.0, np.inf, (0.1, 5.0), 1.0),)
    bounds = (0.0, np.inf)
    closed = (True, False)
    coordinates = (charts.Separable("log", (charts.LOG,)), charts.Separable("mean", (charts.RECIPROCAL,)))

    def _log_prob(self, x: Array, theta: Array) -> Array:
        (rate,) = theta
        return np.log(rate) - rate * x

    def _score(self, x: Array, theta: Array) -> Any:
        (rate,) = theta
        return (1 / rate - x,)

    def _hessian(self, x: Array, theta: Array) -> Any:
        (rate,) = theta
        return ((-1 / rate**2,),)

    def _fisher(self, theta: Array) -> Any:
        (rate,) = theta
        return ((1 / rate**2,),)

    def _kl(self, p: Array, q: Array, step: Array) -> Array:
        return itakura_saito(q[0], p[0], step[0])

    def _sample(self, theta: Array, n: int, rng: np.random.Generator) -> Array:
        return rng.standard_exponential(n) / theta[0]

    def _mle(self, x: Array) -> Any:
        return (1 / average(x),)

    def _cdf(self, x: Array, theta: Array) -> Array:
        return -np.expm1(-theta[0] * x)

    def _sf(self, x: Array, theta: Array) -> Array:
        return np.exp(-theta[0] * x)

    def _quantile(self, u: Array, theta: Array) -> Array:
        return -np.log1p(-u) / theta[0]
