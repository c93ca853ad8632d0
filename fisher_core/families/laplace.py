r"""Laplace: p(x | m, b) = e^{−|z|}/(2b), z = (x − m)/b: a density with a corner.

    s_m = sign(z)/b,   s_b = (|z| − 1)/b,   F = E[s sᵀ] = diag(1, 1)/b²
    KL(p‖q) = (r − 1 − log r) + r (e^{−d} − 1 + d),   r = b_p/b_q,   d = |m_p − m_q|/b_p

What fails: log p has a corner at x = m, so its second derivative in m is 0 wherever it exists, and −E[Hessian] gives 0
for the information of the location instead of 1/b². The corner carries all of it. Scores still have mean zero, and KL
is still quadratic with curvature F, for it only needs one derivative in the mean square (Le Cam 1970).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fisher_core import charts
from fisher_core.families.fitting.scoring import standardised
from fisher_core.family import Family
from fisher_core.numerics import special
from fisher_core.parameter import Parameter
from fisher_core.validation import Array

__all__ = ["Laplace"]


class Laplace(Family):
    """x is any number; theta = (loc, scale), the median and the mean distance from it. At x = loc the score takes 0."""

    key = "laplace"
    title = "Laplace"
    regular = False
    why_irregular = (
        "log p has a corner at x = loc: its second derivative in loc is 0 almost everywhere, "
        "so minus the expected Hessian is 0 where the Fisher information is 1/scale²."
    )
    parameters = (
        Parameter("loc", "m", -np.inf, np.inf, (-3.0, 3.0), 0.0),
        Parameter("scale", "b", 0.0, np.inf, (0.2, 5.0), 1.0),
    )
    locations = (0,)
    coordinates = (charts.Separable("log_scale", (charts.IDENTITY, charts.LOG)),)

    def _log_prob(self, x: Array, theta: Array) -> Array:
        loc, scale = theta
        return -np.abs(x - loc) / scale - np.log(2 * scale)

    def _log_ratio(self, x: Array, p: Array, q: Array, step: Array) -> Array:
        # The score jumps at loc, so a segment of it has no integral by nodes; |x − m_p| − |x − m_q| in three cases.
        (m, b), (m_q, b_q), (d_loc, d_scale) = p, q, step
        left, right = np.minimum(m, m_q), np.maximum(m, m_q)
        between = (x - m) + (x - m_q)
        nearer = np.where(x >= right, d_loc, np.where(x <= left, -d_loc, np.sign(d_loc) * between))
        return nearer / b_q + np.abs(x - m) * d_scale / (b * b_q) - np.log1p(d_scale / b)

    def _score(self, x: Array, theta: Array) -> Any:
        loc, scale = theta
        return np.sign(x - loc) / scale, (np.abs(x - loc) - scale) / scale**2

    def _hessian(self, x: Array, theta: Array) -> Any:
        loc, scale = theta
        mixed = -np.sign(x - loc) / scale**2
        return (0, mixed), (mixed, (scale - 2 * np.abs(x - loc)) / scale**3)

    def _fisher(self, theta: Array) -> Any:
        _, scale = theta
        return (scale**-2, 0), (0, scale**-2)

    def _kl(self, p: Array, q: Array, step: Array) -> Array:
        (_, b), (_, b_q), (d_loc, d_scale) = p, q, step
        return special.itakura_saito(b, b_q, -d_scale) + b / b_q * special.exp_excess(-np.abs(d_loc) / b)

    def _sample(self, theta: Array, n: int, rng: np.random.Generator) -> Array:
        loc, scale = theta
        return rng.laplace(loc, scale, n)

    def _mle(self, x: Array) -> Any:
        data = standardised(self, x)
        loc = np.median(data.z)
        return data.placed(loc, np.abs(data.z - loc).mean())

    def _cdf(self, x: Array, theta: Array) -> Array:
        loc, scale = theta
        half = 0.5 * np.exp(-np.abs(x - loc) / scale)
        return np.where(x < loc, half, 1 - half)

    def _sf(self, x: Array, theta: Array) -> Array:
        loc, scale = theta
        half = 0.5 * np.exp(-np.abs(x - loc) / scale)
        return np.where(x < loc, 1 - half, half)

    def _quantile(self, u: Array, theta: Array) -> Array:
        loc, scale = theta
        return loc + scale * np.where(u < 0.5, np.log(2 * u), -np.log(2 - 2 * u))
