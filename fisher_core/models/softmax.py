r"""Softmax regression: P(y = c | x) = π_c = e^{z_c}/Σ_e e^{z_e}, z = Wᵀx, all k columns of W kept.

    score  ∂ log p/∂W_{jc} = x_j (1[y = c] − π_c),     F = (1/n) Σ xxᵀ ⊗ (diag π − ππᵀ)

θ is W (d, k) flattened in C order: θ[j·k + c] = W[j, c]. Adding one vector to all columns changes nothing, so F has a
null space of dimension d or more; it is part of the lesson and stays. 1 − π_c is never formed: the *sum of the others*
keeps its digits where the model is sure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import linalg, newton
from fisher_core import validation as check
from fisher_core.family import Estimate
from fisher_core.models.base import ConditionalModel
from fisher_core.models.generalized_linear import column_scale
from fisher_core.models.logistic import SeparableDataError, separating_direction
from fisher_core.validation import Array


@dataclass(frozen=True)
class SoftmaxRegression(ConditionalModel):
    """``classes`` k ≥ 2; x (n, d), y (n,) of labels 0 … k−1, θ (d·k,) or W (d, k). No implicit intercept."""

    classes: int

    def __post_init__(self) -> None:
        check.integer("classes", self.classes, 2)

    def probabilities(self, x: ArrayLike, theta: ArrayLike) -> tuple[Array, Array]:
        """π (n, k) and the sum of the other classes' probabilities, 1 − π, (n, k), both to full relative accuracy."""
        z = self._logits(x, theta)[1]
        e = np.exp(z - z.max(axis=1, keepdims=True))
        total = e.sum(axis=1, keepdims=True)
        others = e @ (1.0 - np.eye(self.classes))
        return e / total, others / total

    def log_prob(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        x, z = self._logits(x, theta)
        y = self._labels(y, len(x))
        gap = z - z[np.arange(len(y)), y][:, None]  # log p = −log Σ e^{gap}; the label's own gap is 0
        top = gap.max(axis=1, keepdims=True)
        rest = np.exp(gap - top)
        rest[np.arange(len(y)), np.argmax(gap, axis=1)] = 0.0  # the largest term is the 1 of log1p
        return -top[:, 0] - np.log1p(rest.sum(axis=1))

    def score(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        rows = check.rows("x", x)
        residual = self._residuals(x, y, theta)
        return (rows[:, :, None] * residual[:, None, :]).reshape(len(rows), -1)

    def hessian(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        rows = check.rows("x", x)
        self._labels(y, len(rows))
        n, m = len(rows), rows.shape[1] * self.classes
        curvature = _curvature(*self.probabilities(x, theta))
        return -np.einsum("nj,nl,cen->njcle", rows, rows, curvature).reshape(n, m, m)

    def sample(self, x: ArrayLike, theta: ArrayLike, rng: np.random.Generator) -> Array:
        """Labels 0 … k−1 as integers, (n,)."""
        p, _ = self.probabilities(x, theta)
        uniform = check.generator("rng", rng).random((len(p), 1))
        return np.minimum((uniform >= np.cumsum(p, axis=1)).sum(axis=1), self.classes - 1)

    def fisher(self, x: ArrayLike, theta: ArrayLike) -> Array:
        p, others = self.probabilities(x, theta)
        rows = check.rows("x", x)
        gram = linalg.kronecker_gram(rows, lambda part: _curvature(p[part], others[part]), self.classes)
        return check.computed(gram / len(rows), x=x)

    def fisher_diagonal(self, x: ArrayLike, theta: ArrayLike) -> Array:
        p, others = self.probabilities(x, theta)
        rows = check.rows("x", x)
        return ((rows**2).T @ (p * others) / len(rows)).ravel()

    def fisher_vector(self, x: ArrayLike, theta: ArrayLike, v: ArrayLike) -> Array:
        p, _ = self.probabilities(x, theta)
        rows = check.rows("x", x)
        moved = rows @ check.vector("v", v, rows.shape[1] * self.classes).reshape(-1, self.classes)
        centred = p * (moved - (p * moved).sum(axis=1, keepdims=True))
        return (rows.T @ centred / len(rows)).ravel()

    def fisher_quadratic(self, x: ArrayLike, theta: ArrayLike, v: ArrayLike) -> float:
        """The mean variance of the logit change vᵀx under the model's own labels."""
        p, _ = self.probabilities(x, theta)
        rows = check.rows("x", x)
        moved = rows @ check.vector("v", v, rows.shape[1] * self.classes).reshape(-1, self.classes)
        centred = moved - (p * moved).sum(axis=1, keepdims=True)
        return float((p * centred**2).sum() / len(rows))

    def gauss_newton(self, x: ArrayLike, theta: ArrayLike) -> Array:
        """Λ = diag π − ππᵀ in the logits, which are linear in θ: the same matrix as ``fisher``."""
        return self.fisher(x, theta)

    def monte_carlo_fisher(self, x: ArrayLike, theta: ArrayLike, rng: np.random.Generator, draws: int = 1) -> Estimate:
        """Λ of every row becomes diag f − fπᵀ − πfᵀ + ππᵀ, f the frequencies of ``draws`` labels from the model.

        That is the average of (e_y − π)(e_y − π)ᵀ, so the cost does not depend on ``draws``. The standard error is
        exact: the spread of that average is known in closed form.
        """
        draws = check.integer("draws", draws, 1)
        p, others = self.probabilities(x, theta)
        rows = check.rows("x", x)
        f = check.generator("rng", rng).multinomial(draws, p / p.sum(axis=1, keepdims=True)) / draws

        def average(part: slice) -> Array:
            return _average_outer_product(p[part].T, others[part].T, f[part].T)

        def variance(part: slice) -> Array:
            return _variance_of_outer_product(p[part].T, others[part].T) / draws

        value = linalg.kronecker_gram(rows, average, self.classes) / len(rows)
        spread = np.sqrt(linalg.kronecker_gram(rows**2, variance, self.classes)) / len(rows)
        return Estimate(check.computed(value, x=x), spread, len(rows) * draws)

    def mean_loss(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> float:
        """−(1/n) Σ log p(y_i | x_i, θ)."""
        return float(-self.log_prob(x, y, theta).mean())

    def mean_gradient(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        """Gradient of ``mean_loss``, shape (d·k,)."""
        rows = check.rows("x", x)
        return -(rows.T @ self._residuals(x, y, theta) / len(rows)).ravel()

    def mean_hessian(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        """Hessian of ``mean_loss``, the observed information, (dk, dk): the link is canonical, so it is ``fisher``."""
        self._labels(y, len(check.rows("x", x)))
        return self.fisher(x, theta)

    def empirical_fisher(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        """E = (1/n) Σ xxᵀ ⊗ rrᵀ, r = e_y − π at the observed labels: uncentred, and in general not the Fisher matrix."""
        rows, residual = check.rows("x", x), self._residuals(x, y, theta).T
        gram = linalg.kronecker_gram(rows, lambda part: residual[:, None, part] * residual[None, :, part], self.classes)
        return check.computed(gram / len(rows), x=x)

    def sandwich(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        """H⁻¹EH⁻¹ among weights whose columns add up to zero, (dk, dk); see :meth:`mle`, and Huber (1967).

        H has no inverse: nothing is known of a vector added to all columns, which changes no probability. This is the
        covariance of √n(θ̂ − θ*) for the representative that ``mle`` returns. SingularFisherError if more is unknown.
        """
        basis = self._contrasts(check.rows("x", x).shape[1])
        bread = basis @ linalg.inverse(basis.T @ self.mean_hessian(x, y, theta) @ basis) @ basis.T
        return bread @ self.empirical_fisher(x, y, theta) @ bread

    def mle(self, x: ArrayLike, y: ArrayLike) -> Array:
        """Maximum likelihood, (d·k,), by Newton's method: of all equivalent maxima the one of least norm.

        A vector added to all columns of W changes no probability, so maxima form a plane parallel to that null space.
        The one of least norm is orthogonal to it: its columns add up to zero. SeparableDataError when the maximum is at
        infinity, SingularFisherError when columns of x are dependent.
        """
        x = check.rows("x", x)
        y = self._labels(y, len(x))
        scale = column_scale(x)
        x, basis = x / scale, self._contrasts(x.shape[1])
        try:
            free = newton.minimise(
                lambda t: self.mean_loss(x, y, basis @ t),
                lambda t: basis.T @ self.mean_gradient(x, y, basis @ t),
                lambda t: basis.T @ self.fisher(x, basis @ t) @ basis,
                np.zeros(basis.shape[1]),
            )
            w = (basis @ free).reshape(-1, self.classes)
        except linalg.SingularFisherError:
            w = None
        if w is None or np.ptp(x @ w, axis=1).max() > 20:  # large logits prove nothing: a separating direction does
            chosen = np.arange(self.classes) == y[:, None]
            gaps = chosen[:, None, :] * 1.0 - np.eye(self.classes)  # e_y − e_c for every other class c
            margins = (x[:, None, :, None] * gaps[:, :, None, :])[~chosen].reshape(-1, basis.shape[0])
            direction = separating_direction(margins @ basis)
            if direction is not None:
                v = ((basis @ direction).reshape(-1, self.classes) / scale[:, None]).ravel()
                raise SeparableDataError(v / np.linalg.norm(v))
            if w is None:
                raise ValueError(
                    "x must be less extreme: the Hessian is singular to rounding, yet no planes separate y"
                )
        return (w / scale[:, None]).ravel()

    def _contrasts(self, d: int) -> Array:
        """Orthonormal columns (dk, d(k−1)) that span the weights whose columns add up to zero."""
        k = self.classes
        helmert = np.linalg.qr(np.column_stack([np.ones(k), np.eye(k)[:, :-1]]))[0][:, 1:]
        return np.kron(np.eye(d), helmert)

    def _logits(self, x: ArrayLike, theta: ArrayLike) -> tuple[Array, Array]:
        x = check.rows("x", x)
        w = check.array("theta", theta)
        size = x.shape[1] * self.classes
        if w.shape not in ((size,), (x.shape[1], self.classes)):
            wanted = f"({size},) or ({x.shape[1]}, {self.classes})"
            raise ValueError(f"theta has shape {w.shape} and must have shape {wanted}")
        return x, check.computed(x @ w.reshape(-1, self.classes), x=x)

    def _labels(self, y: ArrayLike, n: int) -> np.ndarray:
        labels = check.vector("y", y, n)
        wrong = (labels < 0) | (labels >= self.classes) | (labels != np.floor(labels))
        if wrong.any():
            raise ValueError(f"y contains {labels[wrong][0]:g} and must be a whole number from 0 to {self.classes - 1}")
        return labels.astype(int)

    def _residuals(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        p, others = self.probabilities(x, theta)
        chosen = self._labels(y, len(p))[:, None] == np.arange(self.classes)
        return np.where(chosen, others, -p)


def _curvature(p: Array, others: Array) -> Array:
    """diag π − ππᵀ for every row of π (n, k), as (k, k, n)."""
    p, others = p.T, others.T
    result = -p[:, None] * p[None, :]
    c = np.arange(len(p))
    result[c, c] = p * others
    return result


def _average_outer_product(p: Array, others: Array, f: Array) -> Array:
    """Mean of (e_y − π)(e_y − π)ᵀ over labels of frequencies f (k, n), as (k, k, n)."""
    cross = f[:, None] * p[None, :]
    result = p[:, None] * p[None, :] - cross - cross.transpose(1, 0, 2)
    c = np.arange(len(p))
    result[c, c] = f * others**2 + (1.0 - f) * p**2
    return result


def _variance_of_outer_product(p: Array, others: Array) -> Array:
    """Variance of each entry of (e_y − π)(e_y − π)ᵀ over one label of the model, as (k, k, n)."""
    # Off the diagonal the product (1[y=c]−π_c)(1[y=e]−π_e) is −π_e(1−π_c), −π_c(1−π_e) or π_cπ_e.
    second = (p * others**2)[:, None] * (p**2)[None, :]
    third = np.maximum(1.0 - p[:, None] - p[None, :], 0.0) * (p**2)[:, None] * (p**2)[None, :]
    square = second + second.transpose(1, 0, 2) + third
    c = np.arange(len(p))
    square[c, c] = p * others**4 + others * p**4
    return np.maximum(square - _curvature(p.T, others.T) ** 2, 0.0)
