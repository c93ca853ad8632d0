r"""Models whose labels see the inputs only through one number z = xᵀθ: the generalised linear models.

Everything follows from four functions of (y, z), so a new model is these four and nothing else:

    log p(y | z)     r = ∂ log p/∂z     w = −∂² log p/∂z² = E[r²]     E[y | z]

    score  s = r x,     Hessian  −w x xᵀ,     Fisher  F = (1/n) Σ w x xᵀ = (1/n) XᵀWX

With the canonical link w does not depend on y: Fisher matrix, observed Hessian and Gauss–Newton matrix are one
(Martens 2020, §9). Nothing here ever builds an n×d×d array but ``hessian``, whose result it is. Rows may count for
several, and have data of their own: :mod:`~fisher_core.models.row_data`.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import validation as check
from fisher_core.estimate import Estimate
from fisher_core.models import design, fit, separation
from fisher_core.models.row_data import RowData
from fisher_core.numerics import error_rows, grams
from fisher_core.validation import Array

__all__ = ["GeneralizedLinearModel"]

# Up to so many numbers in x the standard error of a Monte Carlo Fisher is computed from all rows.
FEW_NUMBERS = 1 << 15


class GeneralizedLinearModel(RowData):
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

        def weights(block: Array, rows: slice) -> Array:
            part = self.only(rows)
            return part.weighted(part.weight(block.dot(theta)))

        gram = grams.blocked(x, weights, over=self.total_weight(len(x)))
        return check.computed(gram, x=x, theta=theta)

    def fisher_diagonal(self, x: ArrayLike, theta: ArrayLike) -> Array:
        x, z = self._logits(x, theta)
        return check.computed(np.einsum("i,ij,ij->j", self._shares(z), x, x), x=x)

    def fisher_vector(self, x: ArrayLike, theta: ArrayLike, v: ArrayLike) -> Array:
        x, z = self._logits(x, theta)
        return (self._shares(z) * (x @ check.vector("v", v, x.shape[1]))) @ x

    def fisher_quadratic(self, x: ArrayLike, theta: ArrayLike, v: ArrayLike) -> float:
        x, z = self._logits(x, theta)
        return float(self._shares(z) @ (x @ check.vector("v", v, x.shape[1])) ** 2)

    def gauss_newton(self, x: ArrayLike, theta: ArrayLike) -> Array:
        """J = xᵀ and Λ = w: with the canonical link the same matrix as ``fisher``."""
        return self.fisher(x, theta)

    def gauss_newton_diagonal(self, x: ArrayLike, theta: ArrayLike) -> Array:
        return self.fisher_diagonal(x, theta)

    def monte_carlo_fisher(self, x: ArrayLike, theta: ArrayLike, rng: np.random.Generator, draws: int = 1) -> Estimate:
        """(1/n) Σ r̄² x xᵀ with r̄² the mean squared residual of ``draws`` model labels per row.

        The labels are averaged before the one matrix product (a row of weight w counts w times, with the same labels), so the cost hardly depends on ``draws``. The standard
        error, √(Σ Var(r̄²) x² x²ᵀ)/n entry by entry, is as dear again: computed when it is first read, of many rows from
        a share. Until then x must stay as it is.
        """
        x, theta = self._checked(x, theta)
        draws, rng = check.integer("draws", draws, 1), check.generator("rng", rng)
        n, z, squares, total = len(x), np.empty(len(x)), np.empty(len(x)), self.total_weight(len(x))

        def mean_squares(block: Array, rows: slice) -> Array:
            block.dot(theta, out=z[rows])
            part = self.only(rows)
            squares[rows] = part.weighted(part.squared_residuals(z[rows], rng, draws))
            return squares[rows]

        value = check.computed(grams.blocked(x, mean_squares, over=total), x=x)
        trace, offset = value.trace(), rng.random()

        def standard_error() -> Array:
            lengths = error_rows.squared_lengths(x, squares / total, trace)
            variances = self.weighted(self.weighted(self.squared_residual_variance(z))) / draws
            if x.size <= FEW_NUMBERS:
                spread = grams.blocked(x * x, lambda block, rows: variances[rows])
            else:
                chosen, stand_for = error_rows.drawn(variances * lengths**2, offset)
                weights = variances[chosen] * stand_for
                spread = grams.blocked(np.square(x[chosen]), lambda block, rows: weights[rows])
            return np.sqrt(spread) / total

        return Estimate(value, standard_error, n * draws)

    def mean_loss(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> float:
        """−(1/n) Σ log p(y_i | x_i, θ)."""
        return -self.average(self.log_prob(x, y, theta))

    def mean_gradient(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        """Gradient of ``mean_loss``, shape (d,)."""
        x, z = self._logits(x, theta)
        return -(self.weighted(self.residual(self.check_labels(y, len(x)), z)) @ x) / self.total_weight(len(x))

    def mean_hessian(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        """Hessian of ``mean_loss``, the observed information; (d, d). Here the same for any labels."""
        self.check_labels(y, len(check.rows("x", x)))
        return self.fisher(x, theta)

    def empirical_fisher(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        """E = (1/n) Σ r² x xᵀ at the observed labels: uncentred, and in general not the Fisher matrix."""
        x, theta = self._checked(x, theta)
        y = self.check_labels(y, len(x))

        def squares(block: Array, rows: slice) -> Array:
            part = self.only(rows)
            return part.weighted(part.residual(y[rows], block.dot(theta)) ** 2)

        gram = grams.blocked(x, squares, over=self.total_weight(len(x)))
        return check.computed(gram, x=x, theta=theta)

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
            value = pull.T @ (pull if self.weights is None else self.weighted(np.ones(len(x)))[:, None] * pull)
            return check.computed(value / self.total_weight(len(x)), x=x, theta=theta)

    def mle(self, x: ArrayLike, y: ArrayLike) -> Array:
        """Maximum likelihood (d,) by Newton's method, with the canonical link the same as Fisher scoring and as IRLS.

        Raises NoMaximumError when the maximum is at infinity (for classes :class:`SeparableDataError`), and
        SingularFisherError when columns of x are dependent.
        """
        model, x, y = self._counted(x, y)
        return fit.maximum(_Likelihood(model, y), x)[:, 0]

    def guess(self, y: Array) -> Array | None:
        """Where to start the fit: z (n,) near log-likelihood's maximum row by row, or None for z = 0."""
        return None

    def margins(self, x: Array, y: Array) -> Array:
        """Rows m, (N, d): the likelihood grows without end along v ≠ 0 just if all mᵀv ≥ 0."""
        raise NotImplementedError

    def forces(self, y: Array, z: Array) -> Array:
        """λ > 0 (N,) with Σ λm = Σ r x: what each of ``margins`` does to the gradient."""
        raise NotImplementedError

    def reach(self, y: Array, z: Array) -> float:
        """How far z (n,) has gone in the direction of certainty: beyond 20 the maximum may be at infinity."""
        return 0.0

    no_maximum = separation.NoMaximumError

    def _counted(self, x: ArrayLike, y: ArrayLike) -> tuple[Self, Array, Array]:
        """Model, x and y without the rows of weight zero."""
        x = check.matrix("x", check.rows("x", x))
        self.check_rows(len(x))
        y = self.check_labels(y, len(x))
        if self.weights is None:
            return self, x, y
        kept = np.asarray(self.weights) > 0
        return self.only(kept), x[kept], y[kept]

    def _shares(self, z: Array) -> Array:
        """w of every row, times its share in the mean."""
        return self.weighted(self.weight(z)) / self.total_weight(len(z))

    def _orthogonal(self, x: Array, z: Array) -> design.Design:
        """Coordinates of θ in which H is the identity."""
        weights = self._shares(z)
        return design.orthogonal(x, weights, "XᵀWX/n").turned(weights)

    def _checked(self, x: ArrayLike, theta: ArrayLike) -> tuple[Array, Array]:
        theta = check.vector("theta", theta)
        x = check.rows("x", x, theta.size)
        self.check_rows(len(x))
        return x, theta

    def _logits(self, x: ArrayLike, theta: ArrayLike) -> tuple[Array, Array]:
        x, theta = self._checked(x, theta)
        with np.errstate(over="ignore", invalid="ignore"):  # reported by the next line
            z = x @ theta
        return x, check.computed(z, x=x)


class _Likelihood(fit.Likelihood):
    """Of a generalised linear model, in γ (d, 1)."""

    def __init__(self, model: GeneralizedLinearModel, y: Array) -> None:
        self.model, self.y, self.total = model, y, model.total_weight(len(y))
        self.no_maximum = model.no_maximum

    def start(self, rows: Array, weights: Array) -> Array:
        z = self.model.guess(self.y)
        if z is None:
            return np.zeros((rows.shape[1], 1))
        root = np.sqrt(weights)[:, None]
        return np.asarray(np.linalg.lstsq(root * rows, root * z[:, None], rcond=None)[0], dtype=np.float64)

    def shares(self, n: int) -> Array:
        return self.model.weighted(np.ones(n)) / self.total

    def loss(self, z: Array) -> float:
        return -self.model.average(self.model.log_density(self.y, z[:, 0]))

    def gradient(self, rows: Array, z: Array) -> Array:
        return -(self.model.weighted(self.model.residual(self.y, z[:, 0])) @ rows) / self.total

    def hessian(self, rows: Array, z: Array) -> Array:
        weights = self.model.weighted(self.model.weight(z[:, 0]))
        return grams.blocked(rows, lambda _, part: weights[part], over=self.total)

    def information(self, z: Array) -> Array:
        return self.model.weighted(self.model.weight(z[:, 0])) / self.total

    def reach(self, z: Array) -> float:
        return self.model.reach(self.y, z[:, 0])

    def margins(self, x: Array) -> Array:
        return self.model.margins(x, self.y)

    def forces(self, z: Array) -> Array:
        return self.model.forces(self.y, z[:, 0])

    def as_parameters(self, gamma: Array) -> Array:
        return gamma

    def as_free(self, w: Array) -> Array:
        return w[:, 0]

    def as_direction(self, v: Array) -> Array:
        return v
