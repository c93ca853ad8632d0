r"""Weibull: p(x | k, λ) = (k/x) t e^{−t}, t = (x/λ)ᵏ, x > 0; t is exponential with mean 1.

    s_k = 1/k + u(1 − t),   s_λ = (k/λ)(t − 1),   u = log(x/λ)
    F = [[(π²/6 + (1−γ)²)/k², −(1−γ)/λ], [−(1−γ)/λ, (k/λ)²]],   γ Euler's constant
    KL(p‖q) = (e^c − 1 − c) + (r − 1 − log r) + D,   r = k_q/k_p,   c = k_q log(λ_p/λ_q) + log Γ(1 + r)

with D = log Γ(1+r) − (1−γ)(r−1), the Bregman divergence of log Γ from 2 to 1 + r. The usual closed form (Bauckhage
2013, arXiv:1310.3713) is the same number as a difference; here the three terms are never negative.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fisher_core import charts
from fisher_core.families.fitting.scoring import check_varied
from fisher_core.family import Family
from fisher_core.numerics import special
from fisher_core.parameter import Parameter
from fisher_core.validation import Array

__all__ = ["Weibull"]

NEWTON_STEPS = 50


class Weibull(Family):
    """x > 0, a lifetime; theta = (shape, scale)."""

    key = "weibull"
    title = "Weibull"
    parameters = (
        Parameter("shape", "k", 0.0, np.inf, (0.5, 5.0), 1.5),
        Parameter("scale", "λ", 0.0, np.inf, (0.2, 5.0), 1.0),
    )
    bounds = (0.0, np.inf)
    coordinates = (charts.Separable("log", (charts.LOG, charts.LOG)),)

    def _log_prob(self, x: Array, theta: Array) -> Array:
        shape, scale = theta
        log_t = shape * special.log_ratio(x, scale)
        return np.log(shape) - np.log(x) + log_t - np.exp(log_t)

    def _score(self, x: Array, theta: Array) -> Any:
        shape, scale = theta
        u = special.log_ratio(x, scale)
        excess = np.expm1(shape * u)  # t − 1
        return 1 / shape - u * excess, shape / scale * excess

    def _hessian(self, x: Array, theta: Array) -> Any:
        shape, scale = theta
        u = special.log_ratio(x, scale)
        t, excess = np.exp(shape * u), np.expm1(shape * u)
        mixed = (excess + shape * u * t) / scale
        return (-1 / shape**2 - t * u**2, mixed), (mixed, -shape * (excess + shape * t) / scale**2)

    def _fisher(self, theta: Array) -> Any:
        shape, scale = theta
        a = 1 - np.euler_gamma
        return ((np.pi**2 / 6 + a**2) / shape**2, -a / scale), (-a / scale, (shape / scale) ** 2)

    def _kl(self, p: Array, q: Array, step: Array) -> Array:
        (k, s), (k_q, s_q), (d_k, d_s) = p, q, step
        change = d_k / k
        gamma = special.log_gamma_divergence(np.array(2.0), change)
        scales = np.where(np.abs(d_s) < 0.5 * s_q, np.log1p(-d_s / s_q), special.log_ratio(s, s_q))
        c = k_q * scales + (1 - np.euler_gamma) * change + gamma
        return special.exp_excess(c) + special.itakura_saito(k_q, k, d_k) + gamma

    def _sample(self, theta: Array, n: int, rng: np.random.Generator) -> Array:
        shape, scale = theta
        return scale * rng.standard_exponential(n) ** (1 / shape)

    def _mle(self, x: Array) -> Array:
        # 1/k = Σ xᵏ log x/Σ xᵏ − mean log x, the right side growing with k; then λᵏ = mean xᵏ. Newton in log k, of log x
        # over a middle observation, which keeps its digits; its standard deviation is near π/(√6 k).
        check_varied(self, x)
        middle = np.partition(x, len(x) // 2)[len(x) // 2]
        logs = special.log_ratio(x, middle)
        top, unit = logs.max(), np.abs(logs).max()
        below, above_mean = (logs - top) / unit, (logs - logs.mean()) / unit
        shape = np.pi / (np.sqrt(6) * above_mean.std())
        for _ in range(NEWTON_STEPS):
            w = np.exp(shape * below)
            w /= w.sum()
            excess = w @ above_mean
            variance = w @ (above_mean - excess) ** 2
            step = -np.log(shape * excess) / (1 + shape * variance / excess)
            shape *= np.exp(step)
            if abs(step) < 1e-9:
                break
        log_scale = top + unit * np.log(np.exp(shape * below).mean()) / shape
        return np.array([shape / unit, middle * np.exp(log_scale)])

    def _cdf(self, x: Array, theta: Array) -> Array:
        shape, scale = theta
        return -np.expm1(-np.exp(shape * special.log_ratio(x, scale)))

    def _sf(self, x: Array, theta: Array) -> Array:
        shape, scale = theta
        return np.exp(-np.exp(shape * special.log_ratio(x, scale)))

    def _quantile(self, u: Array, theta: Array) -> Array:
        shape, scale = theta
        return scale * (-np.log1p(-u)) ** (1 / shape)
