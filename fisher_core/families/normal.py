r"""Normal: p(x | μ, σ) = (2π)^{−½} σ⁻¹ e^{−z²/2}, z = (x − μ)/σ, with σ a standard deviation.

s_μ = z/σ,   s_σ = (z² − 1)/σ,   F = diag(1, 2)/σ²,
KL(p‖q) = ½ (r − 1 − log r) + (μ_p − μ_q)²/2σ_q²,   r = σ_p²/σ_q²
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from fisher_core import charts
from fisher_core.families.charts_of.normal import MeanParameters, Natural, PrecisionChart
from fisher_core.families.fitting.scoring import standardised
from fisher_core.family import Family
from fisher_core.numerics.special import itakura_saito, log_ratio
from fisher_core.parameter import Parameter
from fisher_core.validation import Array

__all__ = ["Normal"]


class Normal(Family):
    """x is any number; theta = (mu, sigma), mean and standard deviation."""

    key = "normal"
    title = "Normal"
    parameters = (
        Parameter("mu", "μ", -np.inf, np.inf, (-3.0, 3.0), 0.0),
        Parameter("sigma", "σ", 0.0, np.inf, (0.2, 5.0), 1.0),
    )
    locations = (0,)
    coordinates = (
        charts.Separable("log_sigma", (charts.IDENTITY, charts.LOG)),
        charts.Separable("variance", (charts.IDENTITY, charts.VARIANCE)),
        PrecisionChart("precision", (charts.IDENTITY, charts.PRECISION)),
        Natural(),
        MeanParameters(),
    )

    def _log_prob(self, x: Array, theta: Array) -> Array:
        mu, sigma = theta
        return -0.5 * ((x - mu) / sigma) ** 2 - np.log(sigma) - 0.5 * np.log(2 * np.pi)

    def _score(self, x: Array, theta: Array) -> Any:
        mu, sigma = theta
        z = (x - mu) / sigma
        return z / sigma, (z - 1) * (z + 1) / sigma

    def _hessian(self, x: Array, theta: Array) -> Any:
        mu, sigma = theta
        z = (x - mu) / sigma
        v = sigma**2
        return (-1 / v, -2 * z / v), (-2 * z / v, (1 - 3 * z**2) / v)

    def _fisher(self, theta: Array) -> Any:
        _, sigma = theta
        return (1 / sigma**2, 0), (0, 2 / sigma**2)

    def _kl(self, p: Array, q: Array, step: Array) -> Array:
        (_, s), (_, t), (d_mu, d_sigma) = p, q, step
        ratio = s / t  # its square fits into float64 where those of s and t do not
        scales = 0.5 * itakura_saito(ratio**2, np.ones(()), -d_sigma / t * (ratio + 1))
        beyond = (ratio < 1e-100) | (ratio > 1e100)
        if beyond.any():
            scales = np.where(beyond, 0.5 * (ratio - 1) * (ratio + 1) - log_ratio(s, t), scales)
        return scales + 0.5 * (d_mu / t) ** 2

    def _sample(self, theta: Array, n: int, rng: np.random.Generator) -> Array:
        mu, sigma = theta
        return mu + sigma * rng.standard_normal(n)

    def _mle(self, x: Array) -> Any:
        data = standardised(self, x)
        mean = data.z.mean()
        return data.placed(mean, np.sqrt(((data.z - mean) ** 2).mean()))

    def _cdf(self, x: Array, theta: Array) -> Array:
        mu, sigma = theta
        return ndtr((x - mu) / sigma)

    def _sf(self, x: Array, theta: Array) -> Array:
        mu, sigma = theta
        return ndtr((mu - x) / sigma)

    def _quantile(self, u: Array, theta: Array) -> Array:
        mu, sigma = theta
        return mu + sigma * ndtri(u)
