r"""Gamma: p(x | k, β) = βᵏ xᵏ⁻¹ e^{−βx}/Γ(k), x > 0, with shape k and *rate* β; mean m = k/β.

    s_k = log βx − ψ(k),   s_β = m − x,   F = [[ψ₁(k), −1/β], [−1/β, k/β²]]
    KL(p‖q) = k_q (r − 1 − log r) + g(k_q) − g(k_p) − (k_q − k_p) g′(k_p),   r = m_p/m_q

with g(k) = log Γ(k) − k log k + k. Shape and mean are orthogonal (Cox and Reid 1987): for large k shape and rate are
nearly collinear and their terms cancel, those of shape and mean do not, so every formula here goes through m.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import gammaincinv

from fisher_core import charts
from fisher_core.families.fitting.scoring import check_varied, offsets
from fisher_core.family import Family
from fisher_core.numerics import gamma_tails, special
from fisher_core.parameter import Parameter
from fisher_core.validation import Array

__all__ = ["Gamma"]

NEWTON_STEPS = 8  # the start is right to 1.5 %, and digits double


class Gamma(Family):
    """x > 0; theta = (shape, rate)."""

    key = "gamma"
    title = "Gamma"
    parameters = (
        Parameter("shape", "k", 0.0, np.inf, (0.5, 10.0), 2.0),
        Parameter("rate", "β", 0.0, np.inf, (0.2, 5.0), 1.0),
    )
    bounds = (0.0, np.inf)
    coordinates = (charts.Separable("log", (charts.LOG, charts.LOG)),)

    def _log_prob(self, x: Array, theta: Array) -> Array:
        # −k(x/m − 1 − log x/m) + ½ log(k/2π) − J(k) − log x: the saddle-point form, Stirling's formula put in.
        shape, rate = theta
        mean = shape / rate
        at_mean = 0.5 * np.log(shape / (2 * np.pi)) - special.stirling_error(shape)
        return at_mean - np.log(x) - shape * special.itakura_saito(x, mean, _above_mean(x, theta))

    def _score(self, x: Array, theta: Array) -> Any:
        shape, rate = theta
        above = _above_mean(x, theta)
        bias = 0.5 / shape - special.stirling_slope(shape)  # log k − ψ(k), the mean of log m/x
        return special.log_ratio(x, shape / rate, above) + bias, -above

    def _hessian(self, x: Array, theta: Array) -> Any:
        shape, rate = theta
        return (-special.trigamma(shape), 1 / rate), (1 / rate, -shape / rate**2)

    def _fisher(self, theta: Array) -> Any:
        shape, rate = theta
        return (special.trigamma(shape), -1 / rate), (-1 / rate, shape / rate**2)

    def _kl(self, p: Array, q: Array, step: Array) -> Array:
        (k, b), (k_q, b_q), (d_k, d_b) = p, q, step
        gap = np.where(np.abs(d_b) < 0.5 * b, k * d_b / b - d_k, k * b_q / b - k_q) / b_q  # m_p − m_q, near or far
        means = special.itakura_saito(k / b, k_q / b_q, gap)
        return k_q * means + special.log_gamma_excess(k, k_q, d_k)

    def _sample(self, theta: Array, n: int, rng: np.random.Generator) -> Array:
        shape, rate = theta
        return rng.standard_gamma(shape, n) / rate

    def _mle(self, x: Array) -> Array:
        # log k − ψ(k) = log x̄ − mean log x. Newton in log k, from the approximation of Minka 2002, *Estimating a Gamma
        # distribution*, eq. 9; the right side is a mean of divergences, which does not cancel where x hardly varies.
        check_varied(self, x)
        mean, above = offsets(x)
        gap = special.itakura_saito(x, np.array(mean), above).mean()
        shape = (3 - gap + np.sqrt((gap - 3) ** 2 + 24 * gap)) / (12 * gap)
        for _ in range(NEWTON_STEPS):
            bias = 0.5 / shape - special.stirling_slope(shape)
            slope = -(0.5 / shape + shape * special.stirling_curvature(shape)) / bias  # of its logarithm in log k
            shape = shape * np.exp((np.log(gap) - np.log(bias)) / slope)
        return np.array([shape, shape / mean])

    def _cdf(self, x: Array, theta: Array) -> Array:
        shape, rate = theta
        return gamma_tails.lower(shape, rate * x)

    def _sf(self, x: Array, theta: Array) -> Array:
        shape, rate = theta
        return gamma_tails.upper(shape, rate * x)

    def _quantile(self, u: Array, theta: Array) -> Array:
        shape, rate = theta
        return gammaincinv(shape, u) / rate


def _above_mean(x: Array, theta: Array) -> Array:
    """x − k/β as if k/β were not rounded: for a large shape, x is near it in all its digits but a few."""
    shape, rate = theta
    return special.product_difference(x, rate, shape, 1.0) / rate
