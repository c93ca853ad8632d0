r"""A network small enough to differentiate by hand: f(x) = v₁ tanh w₁x + v₂ tanh w₂x, P(y = 1 | x) = 1/(1 + e^{−f}).

The Hessian of the summed loss L = −Σ log p(yₙ | xₙ) in θ = (w₁, w₂, v₁, v₂) splits into

    ∇²L = G + R,    G = Σ πₙ(1 − πₙ) ∇fₙ∇fₙᵀ,    R = Σ (πₙ − yₙ) ∇²fₙ

G is the Gauss–Newton matrix and, for this output, Fisher's; it is positive semi-definite. R, the network's own curvature
weighted by residuals, is not, and ‖R‖₂ ≤ maxₙ‖∇²fₙ‖₂ · Σ|πₙ − yₙ|. Source: Martens (2020), arXiv 1412.1193, §8–9.

The derivatives of ``MLP`` go backwards through layers; those written out here check them, and are checked by them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from fisher_core import validation as check
from fisher_core.validation import Array

EXAMPLE_X = np.array([-1.5, -0.5, 0.5, 1.0, 2.0])
EXAMPLE_Y = np.array([0.0, 0.0, 1.0, 0.0, 1.0])
EXAMPLE_THETA = np.array([1.0, -0.5, 1.0, 0.5])


@dataclass(frozen=True, eq=False)
class Split:
    """∇²L = ``gauss_newton`` + ``rest``, (4, 4) each, and the ``bound`` on the spectral norm of the latter."""

    gauss_newton: Array
    rest: Array
    empirical: Array
    steepest: float  # max ‖∇²f‖₂
    residuals: float  # Σ |π − y|

    @property
    def hessian(self) -> Array:
        return self.gauss_newton + self.rest

    @property
    def bound(self) -> float:
        return self.steepest * self.residuals


def outputs(x: ArrayLike, theta: ArrayLike) -> tuple[Array, Array, Array]:
    """f (n,), ∇f (n, 4) and ∇²f (n, 4, 4) at inputs x (n,)."""
    x, theta = check.vector("x", x), check.vector("theta", theta, 4)
    w, v = theta[:2], theta[2:]
    t = np.tanh(x[:, None] * w)
    slope = x[:, None] * (1 - t**2)  # ∂ tanh(wx)/∂w
    bend = -2 * x[:, None] * t * slope  # ∂² tanh(wx)/∂w²
    second = np.zeros((len(x), 4, 4))
    for k in (0, 1):
        second[:, k, k] = v[k] * bend[:, k]
        second[:, k, 2 + k] = second[:, 2 + k, k] = slope[:, k]
    return t @ v, np.concatenate([v * slope, t], axis=1), second


def loss(x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> float:
    """−Σ log p(yₙ | xₙ), nats."""
    x = check.vector("x", x)
    y = check.vector("y", y, x.size)
    f = outputs(x, theta)[0]
    return float((np.logaddexp(0.0, f) - y * f).sum())


def split(x: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Split:
    """Both parts of the Hessian of the summed loss, for labels y (n,) of 0 and 1."""
    x = check.vector("x", x)
    y = check.vector("y", y, x.size)
    f, gradient, second = outputs(x, theta)
    p = expit(f)
    return Split(
        (gradient.T * (p * expit(-f))) @ gradient,
        np.einsum("n,nij->ij", p - y, second),
        (gradient.T * (p - y) ** 2) @ gradient,
        float(np.linalg.norm(second, 2, axis=(1, 2)).max()),
        float(np.abs(p - y).sum()),
    )


def by_labels(x: ArrayLike, theta: ArrayLike) -> Array:
    """Fisher's matrix summed over both labels of every input, Σ Σ_y p(y|x) s sᵀ, (4, 4): the second method beside G."""
    x = check.vector("x", x)
    f, gradient, _ = outputs(x, theta)
    total = np.zeros((4, 4))
    for chance, residual in ((expit(f), expit(-f)), (expit(-f), -expit(f))):
        score = residual[:, None] * gradient
        total += (score.T * chance) @ score
    return total
