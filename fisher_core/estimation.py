r"""From a likelihood to an estimate and its error bars: Newton and scoring steps, one-parameter maxima, the sandwich.

    Newton    θ ← θ − (Σ ∇²log p)⁻¹ Σ s          curvature of the data at hand
    scoring   θ ← θ + (n F(θ))⁻¹ Σ s             curvature expected by the model (Fisher 1925)

Error bars of a maximum-likelihood estimate, with H = −mean ∇²log p and E = mean s sᵀ on the data:

    naive     H⁻¹/n            right if the model is right, when E = H
    sandwich  H⁻¹ E H⁻¹/n      right, for large n, even if it is not (Huber 1967; White 1982, Econometrica 50, 1)
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize_scalar

from fisher_core import information
from fisher_core import validation as check
from fisher_core.family import Family
from fisher_core.information import Data
from fisher_core.models.base import ConditionalModel
from fisher_core.validation import Array


def newton_step(f: Family, x: ArrayLike, theta: ArrayLike, free: Sequence[int] | None = None) -> Array:
    """The step in θ, (d,), that maximises the quadratic with the data's own Hessian; zero outside ``free`` coordinates.

    Where that quadratic has no maximum (upward curvature), the step leads away from one: it is still returned.
    """
    theta = f.check_theta(theta)
    return _step(f, x, theta, -f.hessian(x, theta).sum(axis=0), free)


def scoring_step(f: Family, x: ArrayLike, theta: ArrayLike, free: Sequence[int] | None = None) -> Array:
    """The step in θ, (d,), with n F(θ) in place of the data's curvature; zero outside ``free`` coordinates."""
    theta = f.check_theta(theta)
    return _step(f, x, theta, len(f.check_data(x, theta)) * f.fisher(theta), free)


def _step(f: Family, x: ArrayLike, theta: Array, curvature: Array, free: Sequence[int] | None) -> Array:
    kept = list(range(len(theta)) if free is None else free)
    gradient = f.score(x, theta).sum(axis=0)
    step = np.zeros_like(theta)
    step[kept] = np.linalg.solve(curvature[np.ix_(kept, kept)], gradient[kept])
    return step


def along(f: Family, x: ArrayLike, theta: ArrayLike, i: int, lower: float, upper: float, grid: int = 49) -> float:
    """The value of θᵢ in [lower, upper] with the largest likelihood, other coordinates of ``theta`` held.

    A grid of that many points finds the highest of several peaks (Cauchy), Brent's method the top of it.
    """
    theta = f.check_theta(theta).copy()
    if not lower < upper:
        raise ValueError(f"lower = {lower:g} must be below upper = {upper:g}")

    def loss(value: float) -> float:
        theta[i] = value
        return -float(f.log_prob(x, theta).mean())

    points = np.linspace(lower, upper, check.integer("grid", grid, 3))
    best = int(np.argmin([loss(value) for value in points]))
    bracket = points[max(best - 1, 0)], points[min(best + 1, len(points) - 1)]
    return float(minimize_scalar(loss, bounds=bracket, method="bounded", options={"xatol": 1e-9 * (upper - lower)}).x)


def naive(model: Family | ConditionalModel, data: Data, theta: ArrayLike) -> Array:
    """H⁻¹/n, the covariance (d, d) of the estimate if the model is right."""
    h = information.observed(model, data, theta)
    return np.asarray(np.linalg.inv(h.value) / h.n)


def sandwich(model: Family | ConditionalModel, data: Data, theta: ArrayLike) -> Array:
    """H⁻¹ E H⁻¹/n, the covariance (d, d) of the estimate whether or not the model is right."""
    h, e = information.observed(model, data, theta), information.empirical(model, data, theta)
    bread = np.linalg.inv(h.value)
    return np.asarray(bread @ e.value @ bread / h.n)
