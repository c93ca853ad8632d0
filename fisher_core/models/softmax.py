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

from fisher_core import validation as check
from fisher_core.family import Estimate
from fisher_core.models.base import ConditionalModel
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
        curvature = self._curvature(*self.probabilities(x, theta))
        return -np.einsum("nj,nl,nce->njcle", rows, rows, curvature).reshape(n, m, m)

    def sample(self, x: ArrayLike, theta: ArrayLike, rng: np.random.Generator) -> Array:
        """Labels 0 … k−1 as integers, (n,)."""
        p, _ = self.probabilities(x, theta)
        uniform = check.generator("rng", rng).random((len(p), 1))
        return np.minimum((uniform >= np.cumsum(p, axis=1)).sum(axis=1), self.classes - 1)

    def fisher(self, x: ArrayLike, theta: ArrayLike) -> Array:
        return self._fisher(check.rows("x", x), self._curvature(*self.probabilities(x, theta)))

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
        cross = f[:, :, None] * p[:, None, :]
        average = p[:, :, None] * p[:, None, :] - cross - cross.transpose(0, 2, 1)
        c = np.arange(self.classes)
        average[:, c, c] = f * others**2 + (1.0 - f) * p**2
        # Off the diagonal the product (1[y=c]−π_c)(1[y=e]−π_e) is −π_e(1−π_c), −π_c(1−π_e) or π_cπ_e.
        second = (p * others**2)[:, :, None] * (p**2)[:, None, :]
        third = np.maximum(1.0 - p[:, :, None] - p[:, None, :], 0.0) * (p**2)[:, :, None] * (p**2)[:, None, :]
        square = second + second.transpose(0, 2, 1) + third
        square[:, c, c] = p * others**4 + others * p**4
        variance = np.maximum(square - self._curvature(p, others) ** 2, 0.0) / draws
        error = np.sqrt(self._fisher(rows**2, variance) / len(rows))
        return Estimate(self._fisher(rows, average), error, len(rows) * draws)

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

    def _curvature(self, p: Array, others: Array) -> Array:
        """diag π − ππᵀ for every row, (n, k, k)."""
        result = -p[:, :, None] * p[:, None, :]
        c = np.arange(self.classes)
        result[:, c, c] = p * others
        return result

    def _fisher(self, x: Array, curvature: Array) -> Array:
        """(1/n) Σ xxᵀ ⊗ Λ by one product per pair of classes, (dk, dk): no n×dk×dk array, no n·k×dk factor."""
        n, d = x.shape
        k = self.classes
        blocks = np.empty((d, k, d, k))
        for c in range(k):
            for e in range(c + 1):
                block = (x * curvature[:, c, e, None]).T @ x / n
                blocks[:, c, :, e] = blocks[:, e, :, c] = block
        return check.computed(blocks.reshape(d * k, d * k), x=x)
