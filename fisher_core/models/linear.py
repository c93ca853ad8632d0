r"""Linear regression with known noise: y = xᵀθ + ε, ε ~ N(0, σ²).

    log p(y | x, θ) = −½((y − xᵀθ)/σ)² − log σ − ½ log 2π,     F = XᵀX/(nσ²)

The Fisher matrix knows neither θ nor the labels; the empirical one, Σ r² xxᵀ/(nσ⁴), knows both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import validation as check
from fisher_core.models.generalized_linear import GeneralizedLinearModel, column_scale
from fisher_core.validation import Array


@dataclass(frozen=True)
class LinearRegression(GeneralizedLinearModel):
    """N(xᵀθ, σ) with ``sigma`` σ > 0 fixed; x (n, d), y (n,), θ (d,), no implicit intercept."""

    sigma: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "sigma", check.positive("sigma", self.sigma))

    def log_density(self, y: Array, z: Array) -> Array:
        return -0.5 * ((y - z) / self.sigma) ** 2 - np.log(self.sigma) - 0.5 * np.log(2 * np.pi)

    def residual(self, y: Array, z: Array) -> Array:
        return (y - z) / self.sigma**2

    def weight(self, z: Array) -> Array:
        return np.full(z.shape, self.sigma**-2)

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
        """Least squares, (d,). Raises SingularFisherError if the columns of x are dependent."""
        x = check.rows("x", x)
        scale = column_scale(x)
        theta = np.linalg.lstsq(x / scale, self.check_labels(y, len(x)), rcond=None)[0]
        return np.asarray(theta / scale, dtype=np.float64)
