r"""Models whose labels see the inputs only through one number z = xᵀθ: the generalised linear models.

Everything follows from four functions of (y, z), so a new model is these four and nothing else:

    log p(y | z)     r = ∂ log p/∂z     w = −∂² log p/∂z² = E[r²]     E[y | z]

    score  s = r x,     Hessian  −w x xᵀ,     Fisher  F = (1/n) Σ w x xᵀ = (1/n) XᵀWX

With the canonical link w does not depend on y: Fisher matrix, observed Hessian and Gauss–Newton matrix are one
(Martens 2020, §9). Nothing here ever builds an n×d×d array but ``hessian``, whose result it is.
"""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import grams, linalg
from fisher_core import validation as check
from fisher_core.family import Estimate
from fisher_core.models import design, error_rows
from fisher_core.models.base import ConditionalModel
from fisher_core.validation import Array

# Up to so many numbers in x the standard error of a Monte Carlo Fisher is computed from all rows.
FEW_NUMBERS = 1 << 15


class GeneralizedLinearModel(ConditionalModel):
    """x (n, d), y (n,), θ (d,): no implicit intercept. Canonical link. Matrices per observation, in nats."""

    @abstractmethod
    def log_density(self, y: Array, z: Array) -> Array:
        """log p(y | z)."""

    @abstractmethod
    def residual(self, y: Array, z: Array) -> Array:
        """r = ∂ log p(y | z)/∂z."""

    @abstractmethod
    def weight(self, z: Array) -> Array:
        """w = −∂² log p/∂z², the Fisher information about z."""

    @abstractmethod
    def draw(self, z: Array, rng: np.random.Generator) -> Array:
        """One label for every z."""

    @abstractmethod
    def mean(self, z: Array) -> Array:
        """E[y | z]."""

    @abstractmethod
    def squared_residuals(self, z: Array, rng: np.random.Generator, draws: int) -> Array:
        """Mean of r² over ``draws`` labels for every z."""

    @abstractmethod
    def squared_residual_variance(self, z: Array) -> Array:
        """Var r² over the labels of the model, for every z."""

    def check_labels(self, y: ArrayLike, n: int) -> Array:
        return check.vector("y", y, n)

    def log_prob(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        x, z = self._logits(x, theta)
        return self.log_density(self.check_labels(y, len(x)), z)

    def score(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        x, z = self._logits(x, theta)
        return grams.scaled_rows(x, self.residual(self.check_labels(y, len(x)), z))

    def hessian(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        x, z = self._logits(x, theta)
        self.check_labels(y, len(x))
        return -self.weight(z)[:, None, None] * (x[:, :, None] * x[:, None, :])

    def sample(self, x: ArrayLike, theta: ArrayLike, rng: np.random.Generator) -> Array:
        return self.draw(self._logits(x, theta)[1], check.generator("rng", rng))

    def predict_mean(self, x: ArrayLike, theta: ArrayLike) -> Array:
        """E[y_i | x_i, θ], shape (n,)."""
        return self.mean(self._logits(x, theta)[1])

    def fisher(self, x: ArrayLike, theta: ArrayLike) -> Array:
        x, theta = self._checked(x, theta)
        gram = grams.blocked(x, lambda part, rows: self.weight(part.dot(theta)), over=len(x))
        return check.computed(gram, x=x)

    def fisher_diagonal(self, x: ArrayLike, theta: ArrayLike) -> Array:
        x, z = self._logits(x, theta)
        return np.einsum("i,ij,ij->j", self.weight(z) / len(x), x, x)

    def fisher_vector(self, x: ArrayLike, theta: ArrayLike, v: ArrayLike) -> Array:
        x, z = self._logits(x, theta)
        return (self.weight(z) / len(x) * (x @ check.vector("v", v, x.shape[1]))) @ x

    def fisher_quadratic(self, x: ArrayLike, theta: ArrayLike, v: ArrayLike) -> float:
        x, z = self._logits(x, theta)
        return float(self.weight(z) / len(x) @ (x @ check.vector("v", v, x.shape[1])) ** 2)

    def gauss_newton(self, x: ArrayLike, theta: ArrayLike) -> Array:
        """J = xᵀ and Λ = w: with the canonical link the same matrix as ``fisher``."""
        return self.fisher(x, theta)

    def monte_carlo_fisher(self, x: ArrayLike, theta: ArrayLike, rng: np.random.Generator, draws: int = 1) -> Estimate:
        """(1/n) Σ r̄² x xᵀ with r̄² the mean squared residual of ``draws`` model labels per row.

        The labels are averaged before the one matrix product, so the cost hardly depends on ``draws``. The standard
        error, √(Σ Var(r̄²) x² x²ᵀ)/n entry by entry, is as dear again: computed when it is first read, of many rows from
        a share. Until then x must stay as it is.
        """
        x, theta = self._checked(x, theta)
        draws, rng = check.integer("draws", draws, 1), check.generator("rng", rng)
        n, z, squares = len(x), np.empty(len(x)), np.empty(len(x))

        def mean_squares(block: Array, rows: slice) -> Array:
            block.dot(theta, out=z[rows])
            squares[rows] = self.squared_residuals(z[rows], rng, draws)
            return squares[rows]

        value = check.computed(grams.blocked(x, mean_squares, over=n), x=x)
        trace, offset = value.trace(), rng.random()

        def standard_error() -> Array:
            lengths = error_rows.squared_lengths(x, squares / n, trace)
            variances = self.squared_residual_variance(z) / draws
            if x.size <= FEW_NUMBERS:
                spread = grams.blocked(x * x, lambda block, rows: variances[rows])
            else:
                chosen, stand_for = error_rows.drawn(variances * lengths**2, offset)
                weights = variances[chosen] * stand_for
                spread = grams.blocked(np.square(x[chosen]), lambda block, rows: weights[rows])
            return np.sqrt(spread) / n

        return Estimate(value, standard_error, n * draws)

    def mean_loss(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> float:
        """−(1/n) Σ log p(y_i | x_i, θ)."""
        return float(-self.log_prob(x, y, theta).mean())

    def mean_gradient(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        """Gradient of ``mean_loss``, shape (d,)."""
        x, z = self._logits(x, theta)
        return -(self.residual(self.check_labels(y, len(x)), z) @ x) / len(x)

    def mean_hessian(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        """Hessian of ``mean_loss``, the observed information; (d, d). Here the same for any labels."""
        self.check_labels(y, len(check.rows("x", x)))
        return self.fisher(x, theta)

    def empirical_fisher(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        """E = (1/n) Σ r² x xᵀ at the observed labels: uncentred, and in general not the Fisher matrix."""
        x, theta = self._checked(x, theta)
        y = self.check_labels(y, len(x))
        gram = grams.blocked(x, lambda part, rows: self.residual(y[rows], part.dot(theta)) ** 2, over=len(x))
        return check.computed(gram, x=x)

    def inverse_information(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        """H⁻¹, (d, d), by the singular values of √w·X: H itself, their square, would lose columns far from zero."""
        x, z = self._logits(x, theta)
        self.check_labels(y, len(x))
        with np.errstate(over="ignore"):  # reported by the next line
            back = self._orthogonal(x, z).back
            return check.computed(back @ back.T, x=x, theta=theta)

    def sandwich(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        """H⁻¹EH⁻¹ = (1/n) Σ aaᵀ over the rows' pulls a = H⁻¹s; see :class:`~fisher_core.models.base.ConditionalModel`."""
        x, z = self._logits(x, theta)
        residual = self.residual(self.check_labels(y, len(x)), z)
        with np.errstate(over="ignore", invalid="ignore"):  # reported by the next line
            at = self._orthogonal(x, z)
            pull = (residual[:, None] * at.rows) @ at.back.T
            return check.computed(pull.T @ pull / len(x), x=x, theta=theta)

    def _orthogonal(self, x: Array, z: Array) -> design.Design:
        """Coordinates of θ in which H is the identity."""
        weights = self.weight(z) / len(x)
        return design.orthogonal(x, weights, "XᵀWX/n").turned(weights)

    def _checked(self, x: ArrayLike, theta: ArrayLike) -> tuple[Array, Array]:
        theta = check.vector("theta", theta)
        return check.rows("x", x, theta.size), theta

    def _logits(self, x: ArrayLike, theta: ArrayLike) -> tuple[Array, Array]:
        x, theta = self._checked(x, theta)
        with np.errstate(over="ignore", invalid="ignore"):  # reported by the next line
            z = x @ theta
        return x, check.computed(z, x=x)


def column_scale(x: Array) -> Array:
    """Root mean square of each column, (d,): what units they are in. SingularFisherError if they are dependent.

    Whether columns are dependent must not hang on their units, so the scaled ones are tested.
    """
    scale = np.sqrt((check.matrix("x", x) ** 2).mean(axis=0))
    scale[scale == 0] = 1.0
    values, _, null = linalg.eigen("XᵀX/n", grams.weighted(x / scale) / len(x))
    if null.shape[1]:
        raise linalg.SingularFisherError("XᵀX/n", values, np.linalg.qr(null / scale[:, None])[0])
    return scale
