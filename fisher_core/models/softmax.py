r"""Softmax regression: P(y = c | x) = π_c = e^{z_c}/Σ_e e^{z_e}, z = Wᵀx, all k columns of W kept.

    score  ∂ log p/∂W_{jc} = x_j (1[y = c] − π_c),     F = (1/n) Σ xxᵀ ⊗ (diag π − ππᵀ)

θ is W (d, k) flattened in C order: θ[j·k + c] = W[j, c]. Adding one vector to all columns changes nothing, so F has a
null space of dimension d or more; it is part of the lesson and stays. What logits make of labels is in
:mod:`~fisher_core.models.softmax_output`, which networks share.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import linalg
from fisher_core import validation as check
from fisher_core.estimate import Estimate
from fisher_core.models import design, fit
from fisher_core.models import softmax_output as output
from fisher_core.models.row_data import RowData
from fisher_core.models.separation import SeparableDataError
from fisher_core.numerics import error_rows, grams
from fisher_core.validation import Array

__all__ = ["SoftmaxRegression"]


@dataclass(frozen=True, eq=False)
class SoftmaxRegression(RowData):
    """``classes`` k ≥ 2; x (n, d), y (n,) of labels 0 … k−1, θ (d·k,) or W (d, k). No implicit intercept.

    ``weights`` (n,) say how many equal rows each stands for (:mod:`~fisher_core.models.row_data`).
    """

    classes: int
    weights: ArrayLike | None = None

    def __post_init__(self) -> None:
        check.integer("classes", self.classes, 2)
        self.hold_weights()

    def probabilities(self, x: ArrayLike, theta: ArrayLike) -> tuple[Array, Array]:
        """π (n, k) and the sum of the other classes' probabilities, 1 − π, (n, k), both to full relative accuracy."""
        _, p, others = self._by_class(x, theta)
        return p.T, others.T

    def log_prob(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        rows, z = self._logits(x, theta)
        return output.log_prob(z.T, output.check_labels(y, len(rows), self.classes))

    def score(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        rows, residual = self._residuals(x, y, theta)
        return (rows[:, :, None] * residual[:, None, :]).reshape(len(rows), -1)

    def hessian(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        rows, p, others = self._by_class(x, theta)
        output.check_labels(y, len(rows), self.classes)
        n, m = len(rows), rows.shape[1] * self.classes
        curvature = _curvature(p, others)[grams.packing(self.classes)[2]]
        return -np.einsum("nj,nl,cen->njcle", rows, rows, curvature).reshape(n, m, m)

    def sample(self, x: ArrayLike, theta: ArrayLike, rng: np.random.Generator) -> Array:
        """Labels 0 … k−1 as integers, (n,)."""
        return output.draw(self.probabilities(x, theta)[0], check.generator("rng", rng))  # type: ignore[return-value]

    def fisher(self, x: ArrayLike, theta: ArrayLike) -> Array:
        rows, p, others = self._by_class(x, theta)
        return check.computed(self._mean(rows, lambda part: _curvature(p[:, part], others[:, part])), x=x)

    def fisher_diagonal(self, x: ArrayLike, theta: ArrayLike) -> Array:
        rows, p, others = self._by_class(x, theta)
        return (np.square(rows.T) @ self.weighted(p * others).T / self.total_weight(len(rows))).ravel()

    def fisher_vector(self, x: ArrayLike, theta: ArrayLike, v: ArrayLike) -> Array:
        rows, p, moved = self._moved(x, theta, v)
        return (rows.T @ self.weighted(output.curved(p, moved).T).T / self.total_weight(len(rows))).ravel()

    def fisher_quadratic(self, x: ArrayLike, theta: ArrayLike, v: ArrayLike) -> float:
        """The mean variance of the logit change vᵀx under the model's own labels."""
        _, p, moved = self._moved(x, theta, v)
        return self.average(output.variance(p, moved))

    def gauss_newton(self, x: ArrayLike, theta: ArrayLike) -> Array:
        """Λ = diag π − ππᵀ in the logits, which are linear in θ: the same matrix as ``fisher``."""
        return self.fisher(x, theta)

    def gauss_newton_diagonal(self, x: ArrayLike, theta: ArrayLike) -> Array:
        return self.fisher_diagonal(x, theta)

    def monte_carlo_fisher(self, x: ArrayLike, theta: ArrayLike, rng: np.random.Generator, draws: int = 1) -> Estimate:
        """Λ of every row becomes diag f − fπᵀ − πfᵀ + ππᵀ, f the frequencies of ``draws`` labels from the model.

        That is the average of (e_y − π)(e_y − π)ᵀ, so the cost does not depend on ``draws``. The standard error is
        exact, the spread of that average being known in closed form. It costs as much again: computed when it is first
        read, and until then x must stay as it is.
        """
        draws, rng = check.integer("draws", draws, 1), check.generator("rng", rng)
        rows, p, others = self._by_class(x, theta)
        f = np.ascontiguousarray(output.frequencies(p.T, rng, draws).T)

        def average(part: slice) -> Array:
            return _average_outer_product(p[:, part], others[:, part], f[:, part])

        def variance(part: slice) -> Array:
            return self.only(part).weighted(_variance_of_outer_product(p[:, part], others[:, part]) / draws)

        value = check.computed(self._mean(rows, average), x=x)
        trace, total = value.trace(), self.total_weight(len(rows))

        def standard_error() -> Array:
            squares = (f * others**2 + (1.0 - f) * p**2).sum(axis=0)
            error_rows.squared_lengths(rows, self.weighted(squares) / total, trace)
            return np.sqrt(self._mean(rows**2, variance) / total)

        return Estimate(value, standard_error, len(rows) * draws)

    def mean_loss(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> float:
        """−(1/n) Σ log p(y_i | x_i, θ)."""
        return -self.average(self.log_prob(x, y, theta))

    def mean_gradient(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        """Gradient of ``mean_loss``, shape (d·k,)."""
        rows, residual = self._residuals(x, y, theta)
        return -(rows.T @ self.weighted(residual.T).T / self.total_weight(len(rows))).ravel()

    def mean_hessian(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        """Hessian of ``mean_loss``, the observed information, (dk, dk): the link is canonical, so it is ``fisher``."""
        output.check_labels(y, len(check.rows("x", x)), self.classes)
        return self.fisher(x, theta)

    def empirical_fisher(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        """E = (1/n) Σ xxᵀ ⊗ rrᵀ, r = e_y − π at the observed labels: uncentred, and in general not the Fisher matrix."""
        rows, residual = self._residuals(x, y, theta)
        r = np.ascontiguousarray(residual.T)
        return check.computed(self._mean(rows, lambda part: grams.packed_outer(r[:, part])), x=x)

    def inverse_information(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Array:
        """H⁻¹ among weights whose columns add up to zero, (dk, dk); see :meth:`mle`.

        H has no inverse: nothing is known of a vector added to all columns, which changes no probability. This is H⁻¹ for
        the representative that ``mle`` returns. SingularFisherError if more is unknown.
        """
        x, p, others = self._by_class(x, theta)
        output.check_labels(y, len(x), self.classes)
        weights = self.weighted((p * others).sum(axis=0)) / self.total_weight(len(x))
        at = design.orthogonal(x, weights, "the observed information")
        gram = self._mean(at.rows, lambda part: _curvature(p[:, part], others[:, part]))
        basis = self._contrasts(x.shape[1])
        back = np.kron(at.back, np.eye(self.classes)) @ basis
        try:
            within = linalg.inverse(basis.T @ gram @ basis)
        except linalg.SingularFisherError as error:
            null = back @ error.null_space
            null = np.linalg.qr(null / np.linalg.norm(null, axis=0))[0]
            raise linalg.SingularFisherError("the observed information", error.eigenvalues, null) from None
        with np.errstate(over="ignore", invalid="ignore"):  # reported by the next line
            return check.computed(back @ within @ back.T, x=x, theta=theta)

    def mle(self, x: ArrayLike, y: ArrayLike) -> Array:
        """Maximum likelihood, (d·k,), by Newton's method: of all equivalent maxima the one of least norm.

        A vector added to all columns of W changes no probability, so maxima form a plane parallel to that null space.
        The one of least norm is orthogonal to it: its columns add up to zero. SeparableDataError when the maximum is at
        infinity, SingularFisherError when columns of x are dependent.
        """
        x = check.matrix("x", check.rows("x", x))
        self.check_rows(len(x))
        y = output.check_labels(y, len(x), self.classes)
        kept = slice(None) if self.weights is None else np.asarray(self.weights) > 0
        return fit.maximum(_Likelihood(self.only(kept), y[kept]), x[kept]).ravel()

    def _mean(self, x: Array, halves: Callable[[slice], Array]) -> Array:
        """Σ w xxᵀ ⊗ Λ/Σ w; see :func:`fisher_core.numerics.grams.kronecker`."""
        total = self.total_weight(len(x))
        if self.weights is None:
            return grams.kronecker(x, halves, self.classes) / total
        return grams.kronecker(x, lambda part: self.only(part).weighted(halves(part)), self.classes) / total

    def _contrasts(self, d: int) -> Array:
        """Orthonormal columns (dk, d(k−1)) that span the weights whose columns add up to zero."""
        return np.asarray(np.kron(np.eye(d), _helmert(self.classes)), dtype=np.float64)

    def _logits(self, x: ArrayLike, theta: ArrayLike) -> tuple[Array, Array]:
        """x, and z (k, n): with few classes numpy adds up columns faster than rows."""
        x = check.rows("x", x)
        self.check_rows(len(x))
        w = check.array("theta", theta)
        size = x.shape[1] * self.classes
        if w.shape not in ((size,), (x.shape[1], self.classes)):
            wanted = f"({size},) or ({x.shape[1]}, {self.classes})"
            raise ValueError(f"theta has shape {w.shape} and must have shape {wanted}")
        return x, check.computed(w.reshape(-1, self.classes).T @ x.T, x=x)

    def _by_class(self, x: ArrayLike, theta: ArrayLike) -> tuple[Array, Array, Array]:
        """x, and π and 1 − π as (k, n)."""
        x, z = self._logits(x, theta)
        return x, *output.probabilities(z, axis=0)

    def _moved(self, x: ArrayLike, theta: ArrayLike, v: ArrayLike) -> tuple[Array, Array, Array]:
        """x, π (n, k), and the change (n, k) of the logits along ``v``."""
        rows, p, _ = self._by_class(x, theta)
        return rows, p.T, rows @ check.vector("v", v, rows.shape[1] * self.classes).reshape(-1, self.classes)

    def _residuals(self, x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> tuple[Array, Array]:
        """x, and e_y − π (n, k)."""
        x, p, others = self._by_class(x, theta)
        return x, output.residual(p.T, others.T, output.check_labels(y, len(x), self.classes))


def _curvature(p: Array, others: Array) -> Array:
    """diag π − ππᵀ for every column of π (k, n), as its half (k(k+1)/2, n)."""
    i, j, where = grams.packing(len(p))
    half = -p[i]
    half *= p[j]
    half[where.diagonal()] = p * others
    return half


def _average_outer_product(p: Array, others: Array, f: Array) -> Array:
    """Mean of (e_y − π)(e_y − π)ᵀ over labels of frequencies f (k, n), as its half (k(k+1)/2, n)."""
    i, j, where = grams.packing(len(p))
    surprise = f * others
    half = np.maximum(1.0 - f[i] - f[j], 0.0) * p[i] * p[j] - surprise[i] * p[j] - p[i] * surprise[j]
    half[where.diagonal()] = f * others**2 + (1.0 - f) * p**2
    return half


def _variance_of_outer_product(p: Array, others: Array) -> Array:
    """Variance of each entry of (e_y − π)(e_y − π)ᵀ over one label of the model, as its half (k(k+1)/2, n)."""
    # Off the diagonal the product (1[y=c]−π_c)(1[y=e]−π_e) is −π_e(1−π_c), −π_c(1−π_e) or π_cπ_e.
    i, j, where = grams.packing(len(p))
    square, second = p**2, p * others**2
    half = second[i] * square[j] + square[i] * second[j] + np.maximum(1.0 - p[i] - p[j], 0.0) * square[i] * square[j]
    half[where.diagonal()] = second * others**2 + others * square**2
    return np.maximum(half - _curvature(p, others) ** 2, 0.0)


def _helmert(k: int) -> Array:
    """Orthonormal columns (k, k−1) that are orthogonal to (1, …, 1)."""
    return np.asarray(np.linalg.qr(np.column_stack([np.ones(k), np.eye(k)[:, :-1]]))[0][:, 1:])


class _Likelihood(fit.Likelihood):
    """Of softmax regression in γ (d, k−1): W = T γ Cᵀ with C orthonormal contrasts between classes, (k, k−1)."""

    no_maximum = SeparableDataError

    def __init__(self, model: SoftmaxRegression, y: output.Labels) -> None:
        self.model, self.y, self.total = model, y, model.total_weight(len(y))
        self.contrasts = _helmert(model.classes)

    def start(self, rows: Array, weights: Array) -> Array:
        return np.zeros((rows.shape[1], self.model.classes - 1))

    def shares(self, n: int) -> Array:
        return self.model.weighted(np.ones(n)) / self.total

    def loss(self, z: Array) -> float:
        return -self.model.average(output.log_prob(z @ self.contrasts.T, self.y))

    def gradient(self, rows: Array, z: Array) -> Array:
        residual = output.residual(*output.probabilities(z @ self.contrasts.T), self.y) @ self.contrasts
        return -(rows.T @ self.model.weighted(residual.T).T / self.total).ravel()

    def hessian(self, rows: Array, z: Array) -> Array:
        p, others = output.probabilities(self.contrasts @ z.T, axis=0)
        gram = self.model._mean(rows, lambda part: _curvature(p[:, part], others[:, part]))
        basis = self.model._contrasts(rows.shape[1])
        result = basis.T @ gram @ basis
        return (result + result.T) / 2

    def information(self, z: Array) -> Array:
        p, others = output.probabilities(self.contrasts @ z.T, axis=0)
        return self.model.weighted((p * others).sum(axis=0)) / self.total

    def reach(self, z: Array) -> float:
        return float(np.ptp(z @ self.contrasts.T, axis=1).max())

    def margins(self, x: Array) -> Array:
        """(e_y − e_c) ⊗ x for every other class c, without the columns of the last class: W is measured from it."""
        k = self.model.classes
        chosen = np.arange(k) == self.y[:, None]
        gaps = (chosen[:, None, :] * 1.0 - np.eye(k))[~chosen][:, :-1]
        return (np.repeat(x, k - 1, axis=0)[:, :, None] * gaps[:, None, :]).reshape(len(gaps), -1)

    def forces(self, z: Array) -> Array:
        p = output.probabilities(z @ self.contrasts.T)[0]
        return self.model.weighted(p.T).T[np.arange(self.model.classes) != self.y[:, None]]

    def as_parameters(self, gamma: Array) -> Array:
        return gamma @ self.contrasts.T

    def as_free(self, w: Array) -> Array:
        return (w[:, :-1] - w[:, -1:]).ravel()

    def as_direction(self, v: Array) -> Array:
        """Of all W that give these probabilities the one whose columns add up to zero."""
        k = self.model.classes
        w = np.column_stack([v.reshape(-1, k - 1), np.zeros(v.size // (k - 1))])
        w -= w.mean(axis=1, keepdims=True)
        return (w / np.linalg.norm(w)).ravel()
