r"""A regression task made of data: a quadratic bowl whose empirical Fisher can be watched going wrong.

    L(θ) = (1/n) Σ ½ (y_i − x_iᵀθ)²/σ²,     F = ∇²L = XᵀX/(nσ²),     empirical: (1/n) Σ r_i² x_i x_iᵀ/σ⁴

With noise-free labels the residuals at the optimum are 0 and so is the empirical Fisher: an EWC penalty made from it
protects nothing. The exact Fisher does not look at the residuals.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import information
from fisher_core import validation as check
from fisher_core.continual.quadratic import rotation
from fisher_core.models import LinearRegression
from fisher_core.validation import Array

__all__ = ["LinearGaussianTask"]


@dataclass(frozen=True, eq=False)
class LinearGaussianTask:
    """Least squares on x (n, d), y (n,) with known ``sigma``; mean loss in nats, without the constant ½ log 2πσ²."""

    x: Array
    y: Array
    sigma: float = 1.0

    is_quadratic = True

    def __post_init__(self) -> None:
        x = check.matrix("x", check.rows("x", self.x))
        object.__setattr__(self, "x", x)
        object.__setattr__(self, "y", check.vector("y", self.y, len(x)))
        object.__setattr__(self, "sigma", check.positive("sigma", self.sigma))

    @property
    def size(self) -> int:
        return self.x.shape[1]

    @cached_property
    def minimiser(self) -> Array:
        return LinearRegression(self.sigma).mle(self.x, self.y)

    def loss(self, theta: ArrayLike) -> Array:
        """``theta`` (..., d) gives (...)."""
        return 0.5 * (self._residuals(theta) ** 2).mean(axis=-1) / self.sigma**2

    def gradient(self, theta: ArrayLike) -> Array:
        """``theta`` (..., d) gives (..., d)."""
        return -self._residuals(theta) @ self.x / (len(self.x) * self.sigma**2)

    def hessian(self, theta: ArrayLike | None = None) -> Array:
        """XᵀX/(nσ²) (d, d), the same for every ``theta``."""
        return self._fisher

    def fisher(self, theta: ArrayLike | None = None) -> Array:
        """XᵀX/(nσ²) (d, d), the same for every ``theta``."""
        return self._fisher

    def empirical_fisher(self, theta: ArrayLike | None = None) -> Array:
        """(1/n) Σ r² xxᵀ/σ⁴ at one point (d,), by default the minimiser; (d, d)."""
        at = self.minimiser if theta is None else theta
        return information.empirical(LinearRegression(self.sigma), (self.x, self.y), at).value

    def rotated(self, angle: float) -> LinearGaussianTask:
        """The same task under other weight names: θ → Rθ and x → Rx, counter-clockwise by ``angle`` (radians)."""
        return LinearGaussianTask(self.x @ rotation(angle, self.size).T, self.y, self.sigma)

    @classmethod
    def designed(
        cls, center: ArrayLike, precision: ArrayLike, n: int, noise: float, rng: np.random.Generator
    ) -> LinearGaussianTask:
        """Data (n rows, σ = 1) with exactly this minimiser ``center`` (d,) and Fisher matrix ``precision`` (d, d).

        Gaussian inputs are whitened and coloured so that XᵀX/n is the precision, and the errors, of standard deviation
        ``noise`` ≥ 0, are made orthogonal to the inputs so that least squares does not move. Needs n > 2d.
        """
        center = check.vector("center", center)
        precision = check.positive_semidefinite("precision", precision, center.size)
        n = check.integer("n", n, 2 * center.size + 1)
        noise = check.non_negative("noise", noise)
        draws = check.generator("rng", rng).standard_normal((n, center.size + 1))
        q, _ = np.linalg.qr(draws)  # the last column is orthogonal to the inputs made of the others
        values, vectors = np.linalg.eigh(precision)
        x = np.sqrt(n) * q[:, :-1] @ (np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T)
        return cls(x, x @ center + noise * np.sqrt(n) * q[:, -1])

    @cached_property
    def _fisher(self) -> Array:
        return LinearRegression(self.sigma).fisher(self.x, np.zeros(self.x.shape[1]))

    def _residuals(self, theta: ArrayLike) -> Array:
        return self.y - check.parameters("theta", theta, self.x.shape[1]) @ self.x.T
