"""The interface of a conditional model p(y | x, θ): inputs are given, only the labels are random.

Conventions
-----------
Inputs are rows, ``x (n, k)``; labels ``y (n,)`` or ``(n, m)``; ``theta (d,)`` float64. Every matrix is per
observation, the mean over the rows of x, in nats. Expectations run over the labels only: the inputs stay as given.

The Fisher information of a conditional model is (Martens 2020, eq. 5)

    F(θ) = (1/n) Σ_i E_{y ~ p(.|x_i, θ)} [s_i s_iᵀ],      s_i = ∇_θ log p(y | x_i, θ)
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fisher_core import linalg
from fisher_core import validation as check
from fisher_core.estimate import Estimate
from fisher_core.validation import Array

__all__ = ["ConditionalModel", "between"]

BLOCK = 1 << 20  # numbers of scores at a time

Rows = slice | NDArray[np.bool_] | NDArray[np.intp]


class ConditionalModel(ABC):
    """A model of labels given inputs. ``fisher_core.information`` dispatches to these methods."""

    weights: ArrayLike | None = None  # how often each row counts: fisher_core.models.row_data

    def only(self, rows: Rows) -> Self:
        """The same model for some of the rows it knows something about."""
        return self

    def check_rows(self, n: int) -> None:
        """ValueError if the model knows something about other than n rows."""
        return

    def total_weight(self, n: int) -> float:
        """How many observations n rows stand for."""
        return float(n)

    def check_data(self, x: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
        """Data of one row each: inputs (n, k) and labels (n,) or (n, m)."""
        return check.paired(x, y)

    @abstractmethod
    def log_prob(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        """log p(y_i | x_i, θ), shape (n,)."""

    @abstractmethod
    def score(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        """∇_θ log p(y_i | x_i, θ), shape (n, d)."""

    @abstractmethod
    def hessian(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        """∇²_θ log p(y_i | x_i, θ), shape (n, d, d)."""

    @abstractmethod
    def sample(self, x: ArrayLike, theta: ArrayLike, rng: np.random.Generator) -> Array:
        """One label per row of x, drawn from the model."""

    @abstractmethod
    def fisher(self, x: ArrayLike, theta: ArrayLike) -> Array:
        """Exact Fisher information, the expectation over labels in closed form, shape (d, d)."""

    @abstractmethod
    def fisher_diagonal(self, x: ArrayLike, theta: ArrayLike) -> Array:
        """The diagonal of ``fisher``, shape (d,), without forming the matrix."""

    @abstractmethod
    def fisher_vector(self, x: ArrayLike, theta: ArrayLike, v: ArrayLike) -> Array:
        """F v, shape (d,), without forming the matrix."""

    @abstractmethod
    def fisher_quadratic(self, x: ArrayLike, theta: ArrayLike, v: ArrayLike) -> float:
        """vᵀ F v without forming the matrix."""

    @abstractmethod
    def gauss_newton(self, x: ArrayLike, theta: ArrayLike) -> Array:
        """(1/n) Σ_i J_iᵀ Λ_i J_i with the output Jacobian J and the curvature Λ of -log p in the outputs, (d, d)."""

    @abstractmethod
    def monte_carlo_fisher(self, x: ArrayLike, theta: ArrayLike, rng: np.random.Generator, draws: int = 1) -> Estimate:
        """Average of s sᵀ over ``draws`` labels per row drawn from the model; converges to ``fisher``."""

    def mean_hessian(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        """Hessian of −(1/n) Σ log p(y_i | x_i, θ), the observed information; (d, d)."""
        return -self.hessian(x, y, theta).mean(axis=0)

    def monte_carlo_fisher_diagonal(
        self, x: ArrayLike, theta: ArrayLike, rng: np.random.Generator, draws: int = 1
    ) -> Estimate:
        """The diagonal of :meth:`monte_carlo_fisher`, (d,), with its standard errors."""
        whole = self.monte_carlo_fisher(x, theta, rng, draws)
        return Estimate(np.diag(whole.value).copy(), lambda: np.diag(whole.standard_error).copy(), whole.n)

    def gauss_newton_diagonal(self, x: ArrayLike, theta: ArrayLike) -> Array:
        """The diagonal of :meth:`gauss_newton`, (d,)."""
        return np.diag(self.gauss_newton(x, theta)).copy()

    def empirical_fisher(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        """(1/n) Σ s sᵀ at the observed labels: uncentred, and in general not the Fisher matrix; (d, d)."""
        return self._mean_square(x, y, theta, False)

    def empirical_fisher_diagonal(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        """(1/n) Σ s² at the observed labels, (d,), without the matrix."""
        return self._mean_square(x, y, theta, True)

    def _mean_square(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike, diagonal: bool) -> Array:
        (rows, labels), theta = self.check_data(x, y), check.vector("theta", theta)
        self.check_rows(len(rows))
        total: Array = np.zeros((theta.size,) * (1 if diagonal else 2))
        size = max(1, BLOCK // max(1, theta.size))
        for start in range(0, len(rows), size):
            part = slice(start, start + size)
            block = self.only(part)
            s = block.score(rows[part], labels[part], theta)
            counted = s if block.weights is None else np.asarray(block.weights)[:, None] * s
            total += np.einsum("np,np->p", s, counted) if diagonal else s.T @ counted
        return total / self.total_weight(len(rows))

    def inverse_information(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        """H⁻¹ of the observed information per observation, (d, d): divide by n for the covariance of the estimate.

        Raises SingularFisherError, with the null directions, where H has no inverse, and ValueError where H has a
        negative eigenvalue: no maximum of the likelihood is there.
        """
        return linalg.inverse_at_maximum(self.mean_hessian(x, y, theta), theta)

    def sandwich(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        """H⁻¹EH⁻¹, the covariance of √n(θ̂ − θ*) whether or not the model is true (Huber 1967; White 1982).

        Divide by n for the covariance of the estimate. Raises what :meth:`inverse_information` raises.
        """
        bread = self.inverse_information(x, y, theta)
        return between(bread, self.empirical_fisher(x, y, theta), x=x, theta=theta)


def between(bread: Array, meat: Array, **inputs: ArrayLike) -> Array:
    """H⁻¹EH⁻¹ from H⁻¹ and E; ValueError naming ``inputs`` if it leaves float64."""
    with np.errstate(over="ignore", invalid="ignore"):  # reported by the next line
        covariance = bread @ meat @ bread
    return check.computed(covariance, **inputs)
