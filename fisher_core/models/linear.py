r"""Linear regression with known noise: y = xᵀθ + ε, ε ~ N(0, σ²).

    log p(y | x, θ) = −½((y − xᵀθ)/σ)² − log σ − ½ log 2π,     F = XᵀX/(nσ²)

The Fisher matrix knows neither θ nor the labels; the empirical one, Σ r² xxᵀ/(nσ⁴), knows both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import validation as check
from fisher_core.models import design
from fisher_core.models.generalized_linear import GeneralizedLinearModel
from fisher_core.validation import Array

__all__ = ["LinearRegression"]


@dataclass(frozen=True, eq=False)
class LinearRegression(GeneralizedLinearModel):
    """N(xᵀθ, σ) with ``sigma`` σ > 0 known, one for all rows or (n,); x (n, d), y (n,), θ (d,), no implicit intercept.

    ``weights`` (n,) say how many equal rows each stands for (:mod:`~fisher_core.models.row_data`).
    """

    sigma: float | Array = 1.0
    weights: ArrayLike | None = None

    by_row = ("sigma", "weights")

    def __post_init__(self) -> None:
        self.hold("sigma", self.sigma, "> 0")
        self.hold_weights()

    def log_density(self, y: Array, z: Array) -> Array:
        return -0.5 * ((y - z) / self.sigma) ** 2 - np.log(self.sigma) - 0.5 * np.log(2 * np.pi)

    def residual(self, y: Array, z: Array) -> Array:
        return (y - z) / self.sigma**2

    def weight(self, z: Array) -> Array:
        return np.full(z.shape, self.sigma**-2.0)

    def draw(self, z: Array, rng: np.random.Generator) -> Array:
        return z + self.sigma * rng.standard_normal(z.shape)

    def mean(self, z: Array) -> Array:
        return z

    def squared_residuals(self, z: Array, rng: np.random.Generator, draws: int) -> Array:
        """r̄² = χ²/(draws σ²) with ``draws`` degrees of freedom."""
        return rng.chisquare(draws, z.shape) / (draws * self.sigma**2)

    def squared_residual_variance(self, z: Array) -> Array:
        """2/σ⁴, as σ²r² is χ² with one degree of freedom."""
        return np.full(z.shape, 2.0 / self.sigma**4)

    def mle(self, x: ArrayLike, y: ArrayLike) -> Array:
        """Least squares, weighted by 1/σ², (d,). Raises SingularFisherError if the columns of x are dependent."""
        model, x, y = self._counted(x, y)
        weights = model.weighted(np.ones(len(x))) * (np.min(model.sigma) / model.sigma) ** 2
        weights /= weights.sum()
        at, root = design.orthogonal(x, weights), np.sqrt(weights)
        return check.computed(at.back @ np.linalg.lstsq(root[:, None] * at.rows, root * y, rcond=None)[0], x=x)
