r"""Bernoulli: P(x = 1) = p, P(x = 0) = 1 − p.

s = x/p − (1−x)/(1−p),     F = 1/(p(1−p)),     in the logit η = log(p/(1−p)):  s = x − p,  F = p(1−p)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fisher_core import charts
from fisher_core.families.charts_of.bernoulli import ArcsineChart, LogitChart
from fisher_core.family import Family
from fisher_core.numerics.special import i_divergence
from fisher_core.parameter import Parameter
from fisher_core.validation import Array

__all__ = ["Bernoulli"]


class Bernoulli(Family):
    """x is 0 or 1; theta = (p,), the probability of 1."""

    key = "bernoulli"
    title = "Bernoulli"
    parameters = (Parameter("p", "p", 0.0, 1.0, (0.02, 0.98), 0.3, (True, True)),)
    discrete = True
    bounds = (0.0, 1.0)
    closed = (True, True)
    coordinates = (LogitChart("logit", (charts.LOGIT,)), ArcsineChart("arcsine", (charts.ARCSINE,)))

    def _log_prob(self, x: Array, theta: Array) -> Array:
        (p,) = theta
        return np.where(x == 1, np.log(p), np.log1p(-p))

    def _score(self, x: Array, theta: Array) -> Any:
        (p,) = theta
        return (np.where(x == 1, 1 / p, -1 / (1 - p)),)

    def _hessian(self, x: Array, theta: Array) -> Any:
        (p,) = theta
        return ((np.where(x == 1, -(p**-2), -((1 - p) ** -2)),),)

    def _fisher(self, theta: Array) -> Any:
        (p,) = theta
        return ((1 / (p * (1 - p)),),)

    def _log_ratio(self, x: Array, p: Array, q: Array, step: Array) -> Array:
        return np.log1p(np.where(x == 1, step[0] / p[0], -step[0] / (1 - p[0])))

    def _kl(self, p: Array, q: Array, step: Array) -> Array:
        (a,), (b,), (d,) = p, q, step
        # Adding 0 = (q − p) + ((1−q) − (1−p)) leaves two terms that are never negative.
        return i_divergence(a, b, d) + i_divergence(1 - a, 1 - b, -d)

    def _sample(self, theta: Array, n: int, rng: np.random.Generator) -> Array:
        return rng.random(n) < theta[0]

    def _mle(self, x: Array) -> Any:
        return (x.mean(),)

    def _cdf(self, x: Array, theta: Array) -> Array:
        return np.where(x < 1, 1 - theta[0], 1.0)

    def _sf(self, x: Array, theta: Array) -> Array:
        return np.where(x < 1, theta[0], 0.0)

    def _quantile(self, u: Array, theta: Array) -> Array:
        return np.where(u <= 1 - theta[0], 0.0, 1.0)
