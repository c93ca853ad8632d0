r"""Logistic: p(x | m, s) = e^{−φ(z)}/s, φ(z) = 2 log(2 cosh(z/2)), z = (x − m)/s; its cdf is the sigmoid of z.

    s_m = tanh(z/2)/s,   s_s = (z tanh(z/2) − 1)/s,   F = diag(1/3, (3 + π²)/9)/s²

KL has no elementary form, but a geometric one. Since E|Z − y| = φ(y) for the standard Z, independent X ~ p, Y ~ q give

    KL(p‖q) = E|X − Y|/s_q − 2 − log(s_p/s_q)

one integral over the narrower of the two. It is used where KL > 0.1; below, where it would cancel, the integral of
p (e^L − 1 − L) ≥ 0, L = log q/p. Either is a trapezoidal sum over z = 2 sinh t, an analytic integrand of doubly
exponential decay (Takahasi and Mori 1974): 51 nodes make it 1e-14, or 101 where the locations are scales apart and the
bend of φ is where nodes are sparse.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import expit, logit

from fisher_core import charts
from fisher_core.families.fitting.scoring import maximise, standardised
from fisher_core.family import Family
from fisher_core.numerics import special
from fisher_core.parameter import Parameter
from fisher_core.validation import Array

__all__ = ["Logistic", "potential"]


class Logistic(Family):
    """x is any number; theta = (loc, scale), the mean and √3/π standard deviations."""

    key = "logistic"
    title = "Logistic"
    parameters = (
        Parameter("loc", "m", -np.inf, np.inf, (-3.0, 3.0), 0.0),
        Parameter("scale", "s", 0.0, np.inf, (0.2, 5.0), 1.0),
    )
    locations = (0,)
    coordinates = (charts.Separable("log_scale", (charts.IDENTITY, charts.LOG)),)

    def _log_prob(self, x: Array, theta: Array) -> Array:
        loc, scale = theta
        return -potential((x - loc) / scale) - np.log(scale)

    def _score(self, x: Array, theta: Array) -> Any:
        loc, scale = theta
        z = (x - loc) / scale
        slope = np.tanh(z / 2)
        return slope / scale, (z * slope - 1) / scale

    def _hessian(self, x: Array, theta: Array) -> Any:
        loc, scale = theta
        z, v = (x - loc) / scale, scale**2
        slope, bend = np.tanh(z / 2), 2 * expit(z) * expit(-z)  # φ′ and φ″
        mixed = -(slope + z * bend) / v
        return (-bend / v, mixed), (mixed, (1 - 2 * z * slope - z**2 * bend) / v)

    def _fisher(self, theta: Array) -> Any:
        _, scale = theta
        return (1 / (3 * scale**2), 0), (0, (3 + np.pi**2) / (9 * scale**2))

    def _kl(self, p: Array, q: Array, step: Array) -> Array:
        (_, s), (_, t), (d_loc, d_scale) = p, q, step
        s, t, d_loc, d_scale = np.broadcast_arrays(s, t, d_loc, d_scale)
        wide, narrow = np.maximum(s, t), np.minimum(s, t)
        shift, ratio = d_loc / wide, narrow / wide
        spread = np.array(_expectation(lambda z: potential(shift + ratio * z)))
        apart = np.abs(shift) > 3
        if apart.any():
            a, b = shift[apart], ratio[apart]
            spread[apart] = _expectation(lambda z: potential(a + b * z), 101)
        result = np.array(wide / t * spread - 2 - special.log_ratio(s, t))
        near = result < 0.1
        result[near] = _neighbours(s[near], t[near], d_loc[near], d_scale[near])
        return result

    def _sample(self, theta: Array, n: int, rng: np.random.Generator) -> Array:
        loc, scale = theta
        return rng.logistic(loc, scale, n)

    def _mle(self, x: Array) -> Array:
        data = standardised(self, x)
        start = np.array([np.median(data.z), np.sqrt(3) / np.pi * data.z.std()])
        return data.placed(*maximise(self, "log_scale", data.z, start))

    def _cdf(self, x: Array, theta: Array) -> Array:
        loc, scale = theta
        return expit((x - loc) / scale)

    def _sf(self, x: Array, theta: Array) -> Array:
        loc, scale = theta
        return expit((loc - x) / scale)

    def _quantile(self, u: Array, theta: Array) -> Array:
        loc, scale = theta
        return loc + scale * logit(u)


def potential(z: Array) -> Array:
    """φ(z) = 2 log(2 cosh(z/2)) = |z| + 2 log(1 + e^{−|z|})."""
    distance = np.abs(z)
    result = np.log1p(np.exp(-distance))
    result *= 2
    result += distance
    return result


def _expectation(f: Callable[[float], Array], nodes: int = 51) -> Array:
    """E f(Z) for the standard logistic Z, node by node: what f makes at one of them stays in the cache."""
    t = np.linspace(-4, 4, nodes)
    z = 2 * np.sinh(t)
    weights = (t[1] - t[0]) * 2 * np.cosh(t) * expit(z) * expit(-z)
    total = weights[0] * f(z[0])
    for node, weight in zip(z[1:], weights[1:], strict=True):
        value = f(node)
        value *= weight
        total += value
    return total


def _neighbours(s: Array, t: Array, d_loc: Array, d_scale: Array) -> Array:
    """∫ p (e^L − 1 − L) with w − z, and so L, formed from the steps and not from its ends."""
    log_scales = np.log1p(d_scale / s)

    def integrand(z: float) -> Array:
        gap = -(d_scale * z + d_loc) / t  # w − z, for w = (x − m_q)/s_q where z = (x − m_p)/s_p
        rise = 2 * np.sinh(z / 2 + gap / 4) * np.sinh(gap / 4) / np.cosh(z / 2)  # cosh(w/2)/cosh(z/2) − 1
        return special.exp_excess(-log_scales - 2 * np.log1p(rise))

    return _expectation(integrand)
