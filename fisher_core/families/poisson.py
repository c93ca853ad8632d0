r"""Poisson: p(x | λ) = λˣ e^{−λ}/x!, x = 0, 1, 2, …

s = x/λ − 1,     F = 1/λ,     KL(p‖q) = λ_p log(λ_p/λ_q) − λ_p + λ_q
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import ndtri, pdtrik

from fisher_core import charts
from fisher_core.families.charts_of.poisson import LogChart
from fisher_core.families.fitting.scoring import average
from fisher_core.family import Family
from fisher_core.numerics import gamma_tails
from fisher_core.numerics.special import i_divergence, itakura_saito, stirling_error
from fisher_core.parameter import Parameter
from fisher_core.validation import Array

__all__ = ["Poisson"]

LARGE_RATE = 1e8  # scipy's search for a quantile gives up some way beyond


class Poisson(Family):
    """x is a count; theta = (rate,), its mean and variance λ."""

    key = "poisson"
    title = "Poisson"
    parameters = (Parameter("rate", "λ", 0.0, np.inf, (0.2, 20.0), 4.0, (True, False)),)
    discrete = True
    bounds = (0.0, np.inf)
    closed = (True, False)
    coordinates = (LogChart("log", (charts.LOG,)), charts.Separable("sqrt", (charts.SQRT,)))

    def _log_prob(self, x: Array, theta: Array) -> Array:
        # Saddle-point form (Loader 2000), because x log λ − log x! would cancel:
        # −[x log(x/λ) − x + λ] − ½ log 2πx − J(x)
        (rate,) = theta
        n = np.maximum(x, 1.0)
        deviance = n * itakura_saito(rate, n, rate - n)
        return np.where(x == 0, -rate, -deviance - 0.5 * np.log(2 * np.pi * n) - stirling_error(n))

    def _score(self, x: Array, theta: Array) -> Any:
        (rate,) = theta
        return ((x - rate) / rate,)

    def _hessian(self, x: Array, theta: Array) -> Any:
        (rate,) = theta
        return ((-x / rate**2,),)

    def _fisher(self, theta: Array) -> Any:
        (rate,) = theta
        return ((1 / rate,),)

    def _kl(self, p: Array, q: Array, step: Array) -> Array:
        return i_divergence(p[0], q[0], step[0])

    def _sample(self, theta: Array, n: int, rng: np.random.Generator) -> Array:
        return rng.poisson(theta[0], n).astype(float)

    def _mle(self, x: Array) -> Any:
        return (average(x),)

    def _cdf(self, x: Array, theta: Array) -> Array:
        return gamma_tails.upper(x + 1, theta[0])

    def _sf(self, x: Array, theta: Array) -> Array:
        return gamma_tails.lower(x + 1, theta[0])

    def _quantile(self, u: Array, theta: Array) -> Array:
        (rate,) = theta
        if rate > LARGE_RATE:  # Cornish and Fisher's first correction to the normal quantile is exact to less than one
            z = ndtri(u)
            return np.ceil(rate + np.sqrt(rate) * z + (z**2 - 1) / 6)
        return np.maximum(np.ceil(pdtrik(u, rate)), 0.0)
