r"""Logistic regression: P(y = 1 | x) = π(z) = 1/(1 + e⁻ᶻ), z = xᵀθ, labels 0 and 1.

    log p = −log(1 + e^{−z}) if y = 1, −log(1 + e^{z}) if y = 0,     r = y − π,     w = π(z)π(−z)

1 − π is never formed: at z = 40 it is 0 in float64, and with it the Fisher information of a confident model. π(−z)
keeps every digit, and a trained network lives at such logits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from fisher_core import linalg, newton
from fisher_core import validation as check
from fisher_core.models.generalized_linear import GeneralizedLinearModel, column_scale
from fisher_core.models.softmax_output import COUNTED_DRAWS, hits
from fisher_core.validation import Array


class SeparableDataError(ValueError):
    """A plane separates the labels: the likelihood grows without end along ``direction`` (d,), a unit vector."""

    def __init__(self, direction: Array) -> None:
        shown = np.array2string(direction, precision=4, threshold=6)
        super().__init__(
            f"y is separable: no theta maximises the likelihood, it grows without end along the direction {shown}"
        )
        self.direction = direction


@dataclass(frozen=True)
class LogisticRegression(GeneralizedLinearModel):
    """Bernoulli(π(xᵀθ)); x (n, d), y (n,) of 0 and 1, θ (d,), no implicit intercept."""

    def check_labels(self, y: ArrayLike, n: int) -> Array:
        y = check.vector("y", y, n)
        if np.count_nonzero(y * y != y):
            wrong = (y != 0) & (y != 1)
            raise ValueError(f"y contains {y[wrong][0]:g} and must be 0 or 1")
        return y

    def log_density(self, y: Array, z: Array) -> Array:
        return -softplus(np.where(y == 1, -z, z))

    @np.errstate(over="ignore")  # beyond a logit of 709 the residual is below 1e-308 and becomes 0
    def residual(self, y: Array, z: Array) -> Array:
        sign = y + y - 1.0
        total = np.exp(sign * z)
        total += 1.0
        return sign / total  # ±π(−|…|): 1 − π is not formed here either

    def weight(self, z: Array) -> Array:
        # π(z)π(−z) = e^{−|z|}/(1 + e^{−|z|})²: the same digits as two calls of expit, at an eighth of their time.
        e = np.copysign(z, -1.0)
        np.exp(e, out=e)
        total = e + 1.0
        total *= total
        e /= total
        return e

    def draw(self, z: Array, rng: np.random.Generator) -> Array:
        return (rng.random(z.shape) < expit(z)).astype(float)

    def mean(self, z: Array) -> Array:
        return expit(z)

    def squared_residuals(self, z: Array, rng: np.random.Generator, draws: int) -> Array:
        """((1 − f) π(−|z|)² + f π(|z|)²), f the share of labels against the odds: π(|z|)² ((1 − f) e^{−2|z|} + f)."""
        e = np.copysign(z, -1.0)
        np.exp(e, out=e)
        total = e + 1.0
        unlikely = e / total  # of the label the model does not expect
        surprises: NDArray[np.integer]
        surprises = hits(unlikely, rng, draws) if draws <= COUNTED_DRAWS else rng.binomial(draws, unlikely)
        share = surprises / draws
        e *= e
        e *= 1.0 - share
        e += share
        total *= total
        e /= total
        return e

    def squared_residual_variance(self, z: Array) -> Array:
        """π(z)π(−z) tanh²(z/2)."""
        return self.weight(z) * np.tanh(0.5 * z) ** 2

    def mle(self, x: ArrayLike, y: ArrayLike) -> Array:
        """Maximum likelihood (d,) by Newton's method, here the same as Fisher scoring and as IRLS.

        Raises SeparableDataError when the maximum is at infinity, and SingularFisherError when columns of x are
        dependent.
        """
        x = check.rows("x", x)
        y = self.check_labels(y, len(x))
        scale = column_scale(x)
        x = x / scale
        try:
            theta = newton.minimise(
                lambda t: self.mean_loss(x, y, t),
                lambda t: self.mean_gradient(x, y, t),
                lambda t: self.mean_hessian(x, y, t),
                np.zeros(x.shape[1]),
            )
        except linalg.SingularFisherError:
            theta = None
        # On separable data the logits grow by about 1 a step until their loss is below rounding, far beyond 20. Large
        # logits alone prove nothing; a separating direction does.
        if theta is None or np.abs(x @ theta).max() > 20:
            direction = separating_direction(np.where(y == 1, 1.0, -1.0)[:, None] * x)
            if direction is not None:
                raise SeparableDataError(direction / scale / np.linalg.norm(direction / scale))
            if theta is None:
                raise ValueError(
                    "x must be less extreme: the Hessian is singular to rounding, yet no plane separates y"
                )
        return theta / scale


def softplus(z: Array) -> Array:
    """log(1 + eᶻ) = max(z, 0) + log(1 + e^{−|z|}): the accuracy of np.logaddexp(0, z) in half its time."""
    return np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z)))


def separating_direction(margins: Array) -> Array | None:
    """A unit vector v with mᵀv ≥ 0 for all rows m of ``margins`` and > 0 for some, or None (Albert and Anderson 1984).

    The linear programme max Σ mᵀv over |vⱼ| ≤ 1 under those inequalities; columns of about unit size. For two classes
    the margins are (2y−1) x.
    """
    from scipy.optimize import linprog

    found = linprog(-margins.sum(axis=0), A_ub=-margins, b_ub=np.zeros(len(margins)), bounds=(-1, 1))
    if not found.success or -found.fun <= 1e-7 * len(margins):
        return None
    return np.asarray(found.x / np.linalg.norm(found.x), dtype=np.float64)
