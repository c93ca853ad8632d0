r"""What right-censored data need of a family of lifetimes, beside its density: log S and two derivatives, the information
up to a limit, and the estimate. :class:`fisher_core.models.censored.RightCensored` puts them together.

    exponential   log S = −rt,      I(c) = (1 − e^{−rc})/r²
    Weibull       log S = −T, T = (t/λ)ᵏ,   I(c) = ∫₀^τ v vᵀ e^{−y} dy,  v = ((1 + log y)/k, −k/λ),  τ = (c/λ)ᵏ

v is the gradient of the log hazard, log k + (k−1) log t − k log λ, where T = y; y runs through e^{−y} as T does.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from fisher_core.numerics import special
from fisher_core.validation import Array

__all__ = ["LIFETIMES", "ExponentialLife", "Lifetime", "WeibullLife"]

# Of ∫ dlog y: panels below the upper end, where e^{−48} of the mass is left out, and an end beyond which there is none.
EDGES, TOP = -np.concatenate([np.linspace(48, 11, 11), np.linspace(10, 0, 16)]), 6.7
Flags = NDArray[np.bool_]
ROWS = 256  # limits at a time
NODES, WEIGHTS = np.polynomial.legendre.leggauss(16)


class Lifetime(Protocol):
    """``t`` (n,) are times, ``failed`` (n,) flags, ``limits`` (n,) > 0, theta (d,)."""

    def log_survival(self, t: Array, theta: Array) -> Array:
        """log P(T > t), (n,)."""

    def survival_score(self, t: Array, theta: Array) -> Any:
        """Its gradient: d coordinates."""

    def survival_hessian(self, t: Array, theta: Array) -> Any:
        """Its second derivatives: d rows of d entries."""

    def fisher(self, limits: Array, theta: Array) -> Array:
        """Expected information of a unit watched up to each limit, (n, d, d)."""

    def mle(self, t: Array, failed: Flags) -> Array:
        """The estimate, given one failure or more."""


class ExponentialLife:
    def log_survival(self, t: Array, theta: Array) -> Array:
        return -theta[0] * t

    def survival_score(self, t: Array, theta: Array) -> Any:
        return (-t,)

    def survival_hessian(self, t: Array, theta: Array) -> Any:
        return ((0.0,),)

    def fisher(self, limits: Array, theta: Array) -> Array:
        (rate,) = theta
        return (-np.expm1(-rate * limits) / rate**2)[:, None, None]

    def mle(self, t: Array, failed: Flags) -> Array:
        """Failures over the time watched by all."""
        return np.array([failed.sum() / t.sum()])


class WeibullLife:
    def log_survival(self, t: Array, theta: Array) -> Array:
        return -_hazard(t, theta)[1]

    def survival_score(self, t: Array, theta: Array) -> Any:
        shape, scale = theta
        u, hazard = _hazard(t, theta)
        return -u * hazard, shape / scale * hazard

    def survival_hessian(self, t: Array, theta: Array) -> Any:
        shape, scale = theta
        u, hazard = _hazard(t, theta)
        mixed = (1 + shape * u) * hazard / scale
        return (-(u**2) * hazard, mixed), (mixed, -shape * (1 + shape) * hazard / scale**2)

    def fisher(self, limits: Array, theta: Array) -> Array:
        parts = np.split(limits, range(ROWS, len(limits), ROWS))
        return np.concatenate([self._fisher(part, theta) for part in parts])

    def _fisher(self, limits: Array, theta: Array) -> Array:
        shape, scale = theta
        end = shape * special.log_ratio(limits, scale)  # log τ
        high = np.minimum(end, TOP)
        edges = high[:, None] + EDGES
        half = np.diff(edges)[:, :, None] / 2
        w = (edges[:, :-1, None] + half + half * NODES).reshape(len(limits), -1)
        mass = (half * WEIGHTS).reshape(w.shape) * np.exp(w - np.exp(w))
        first, second = ((1 + w) * mass).sum(axis=1), ((1 + w) ** 2 * mass).sum(axis=1)
        share = -np.expm1(-np.exp(end))
        rows = [[second / shape**2, -first / scale], [-first / scale, (shape / scale) ** 2 * share]]
        return np.moveaxis(np.array(rows), -1, 0)

    def mle(self, t: Array, failed: Flags) -> Array:
        """The root of 1/k + mean of log t over failures − Σ tᵏ log t/Σ tᵏ, which falls in k; then λᵏ = Σ tᵏ/failures."""
        last = t.max()
        t, failed = t[t > 0], failed[t > 0]
        u = special.log_ratio(t, last)  # ≤ 0
        mean = float(u[failed].mean())
        if not mean < 0:
            raise ValueError(
                f"time has all {failed.sum()} failures at {last:g}, the last of the times, and must have one before it: "
                f"the likelihood grows without end as the shape does"
            )

        def slope(shape: float) -> float:
            power = np.exp(shape * u)
            return 1 / shape + mean - float(power @ u / power.sum())

        low = -1 / mean  # there the last term is all that is left, and it is positive
        high = 2 * low
        while slope(high) > 0:
            high *= 2
        shape = float(brentq(slope, low, high, xtol=1e-300, rtol=4 * np.finfo(float).eps))
        scale = last * np.exp(np.log(np.exp(shape * u).sum() / failed.sum()) / shape)
        return np.array([shape, scale])


def _hazard(t: Array, theta: Array) -> tuple[Array, Array]:
    """log(t/λ) and the cumulative hazard (t/λ)ᵏ; where that is 0 so is all that is made of it, and the logarithm is left out."""
    shape, scale = theta
    u = special.log_ratio(t, scale)
    hazard = np.exp(shape * u)
    return np.where(hazard > 0, u, 0.0), hazard


LIFETIMES: dict[str, Lifetime] = {"exponential": ExponentialLife(), "weibull": WeibullLife()}
