r"""Cauchy: p(x | m, s) = w/(πs), w = 1/(1 + z²), z = (x − m)/s: no mean, no variance, yet a Fisher information.

    s_m = 2zw/s,   s_s = (z² − 1)w/s,   F = diag(1, 1)/2s²
    KL(p‖q) = log(1 + ((m_p − m_q)² + (s_p − s_q)²)/(4 s_p s_q))     (Chyzak and Nielsen 2019, arXiv:1905.10965)

KL is symmetric, and the Fisher metric is that of the hyperbolic plane: both depend on one invariant distance only.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import stdtrit

from fisher_core import charts
from fisher_core.families.fitting import heavy_tails
from fisher_core.family import Family
from fisher_core.parameter import Parameter
from fisher_core.validation import Array

__all__ = ["Cauchy"]


class Cauchy(Family):
    """x is any number; theta = (loc, scale), the median and half the distance between the quartiles."""

    key = "cauchy"
    title = "Cauchy"
    parameters = (
        Parameter("loc", "m", -np.inf, np.inf, (-3.0, 3.0), 0.0),
        Parameter("scale", "s", 0.0, np.inf, (0.2, 5.0), 1.0),
    )
    tail = 0.03
    locations = (0,)
    coordinates = (charts.Separable("log_scale", (charts.IDENTITY, charts.LOG)),)

    def _log_prob(self, x: Array, theta: Array) -> Array:
        loc, scale = theta
        return -heavy_tails.log_rise((x - loc) / scale, 1) - np.log(np.pi * scale)

    def _score(self, x: Array, theta: Array) -> Any:
        loc, scale = theta
        _, zw, rest = heavy_tails.pulls((x - loc) / scale, 1)
        return 2 * zw / scale, rest / scale

    def _hessian(self, x: Array, theta: Array) -> Any:
        loc, scale = theta
        # (z² − 1)w is negative inside one scale, where log p is concave in loc
        (w, zw, outside), v = heavy_tails.pulls((x - loc) / scale, 1), scale**2
        mixed = -4 * zw * w / v
        return (2 * outside * w / v, mixed), (mixed, -(outside + (2 * zw) ** 2) / v)

    def _fisher(self, theta: Array) -> Any:
        _, scale = theta
        return (0.5 / scale**2, 0), (0, 0.5 / scale**2)

    def _kl(self, p: Array, q: Array, step: Array) -> Array:
        (_, s), (_, t), (d_loc, d_scale) = p, q, step
        return np.log1p((d_loc**2 + d_scale**2) / (4 * s * t))

    def _sample(self, theta: Array, n: int, rng: np.random.Generator) -> Array:
        loc, scale = theta
        return loc + scale * rng.standard_cauchy(n)

    def _mle(self, x: Array) -> Array:
        # One maximum exists, unless half of the data coincide (Copas 1975).
        return heavy_tails.maximum(self, 1, x)

    def _cdf(self, x: Array, theta: Array) -> Array:
        loc, scale = theta
        return np.arctan2(scale, loc - x) / np.pi  # the angle keeps the digits of both tails

    def _sf(self, x: Array, theta: Array) -> Array:
        loc, scale = theta
        return np.arctan2(scale, x - loc) / np.pi

    def _quantile(self, u: Array, theta: Array) -> Array:
        loc, scale = theta
        return loc + scale * stdtrit(1, u)
