"""Coordinates of the coin: the logit η = log(p/(1−p)) and φ = arcsin √p."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import expit

from fisher_core import charts
from fisher_core.family import Family
from fisher_core.numerics.special import i_divergence, mass_divergence
from fisher_core.validation import Array

__all__ = ["Arcsine", "ArcsineChart", "Logit", "LogitChart"]


class Logit(charts.Charted):
    """Bernoulli in the logit η, its natural parameter: 1 − p = π(−η) is never formed by subtraction.

    The pull-back through p would lose the Fisher information of a confident coin: at η = 40, p is 1 in float64.
    """

    def _log_prob(self, x: Array, theta: Array) -> Array:
        (eta,) = theta
        return -np.logaddexp(0.0, np.where(x == 1, -eta, eta))

    def _log_ratio(self, x: Array, p: Array, q: Array, step: Array) -> Array:
        one, zero = _rise(p[0], q[0], step[0]), _rise(-p[0], -q[0], -step[0])
        return np.where(x == 1, one, zero)

    def _score(self, x: Array, theta: Array) -> Any:
        (eta,) = theta
        return (np.where(x == 1, expit(-eta), -expit(eta)),)

    def _hessian(self, x: Array, theta: Array) -> Any:
        (eta,) = theta
        return ((-expit(eta) * expit(-eta),),)

    def _fisher(self, theta: Array) -> Any:
        (eta,) = theta
        return ((expit(eta) * expit(-eta),),)

    def _kl(self, p: Array, q: Array, step: Array) -> Array:
        (a,), (b,), (d,) = p, q, step
        one, zero = _rise(a, b, d), _rise(-a, -b, -d)
        return mass_divergence(expit(a), expit(b), one) + mass_divergence(expit(-a), expit(-b), zero)

    def _sample(self, theta: Array, n: int, rng: np.random.Generator) -> Array:
        (eta,) = theta
        return rng.random(n) < expit(eta)

    def _cdf(self, x: Array, theta: Array) -> Array:
        (eta,) = theta
        return np.where(x < 1, expit(-eta), 1.0)

    def _sf(self, x: Array, theta: Array) -> Array:
        (eta,) = theta
        return np.where(x < 1, expit(eta), 0.0)

    def _quantile(self, u: Array, theta: Array) -> Array:
        (eta,) = theta
        return np.where(u <= expit(-eta), 0.0, 1.0)

    def _bounds(self, theta: Array) -> tuple[float, float]:
        return self.bounds


class LogitChart(charts.Separable):
    def of(self, family: Family) -> Logit:
        return Logit(family, self)


class Arcsine(charts.Charted):
    """Bernoulli in φ = arcsin √p, where F = 4 everywhere; 1 − p = cos² φ is never formed by subtraction."""

    def _log_prob(self, x: Array, theta: Array) -> Array:
        (phi,) = theta
        sine, cosine = np.sin(phi) ** 2, np.cos(phi) ** 2
        chance, rest = np.where(x == 1, sine, cosine), np.where(x == 1, cosine, sine)
        return np.where(rest < 0.5, np.log1p(-rest), np.log(chance))

    def _log_ratio(self, x: Array, p: Array, q: Array, step: Array) -> Array:
        change = charts.ARCSINE.difference(p, q)[0]
        return np.log1p(np.where(x == 1, change / np.sin(p[0]) ** 2, -change / np.cos(p[0]) ** 2))

    def _score(self, x: Array, theta: Array) -> Any:
        (phi,) = theta
        return (np.where(x == 1, 2 / np.tan(phi), -2 * np.tan(phi)),)

    def _hessian(self, x: Array, theta: Array) -> Any:
        (phi,) = theta
        return ((-2 / np.where(x == 1, np.sin(phi), np.cos(phi)) ** 2,),)

    def _fisher(self, theta: Array) -> Any:
        return ((4.0,),)

    def _kl(self, p: Array, q: Array, step: Array) -> Array:
        (a,), (b,) = p, q
        change = charts.ARCSINE.difference(a, b)
        one, zero = (
            i_divergence(np.sin(a) ** 2, np.sin(b) ** 2, change),
            i_divergence(np.cos(a) ** 2, np.cos(b) ** 2, -change),
        )
        return one + zero

    def _bounds(self, theta: Array) -> tuple[float, float]:
        return self.bounds


class ArcsineChart(charts.Separable):
    def of(self, family: Family) -> Arcsine:
        return Arcsine(family, self)


def _rise(a: Array, b: Array, step: Array) -> Array:
    """log π(b)/π(a) for step = b − a: where it is small, −log(1 + (1 − π(a))(e^{−step} − 1))."""
    log_a, log_b = -np.logaddexp(0, -a), -np.logaddexp(0, -b)
    far, near = log_b - log_a, -np.log1p(expit(-a) * np.expm1(-step))
    close = (np.abs(far) < 1) & (np.abs(far) < -0.5 * np.minimum(log_a, log_b))
    return np.where(close & np.isfinite(near), near, far)
