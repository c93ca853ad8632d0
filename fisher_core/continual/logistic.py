r"""A classification task: the loss is convex but no bowl, so the Fisher at θ_A goes stale on the way to B.

L(θ) = −(1/n) Σ log p(y_i | x_i, θ) + (ridge/2)‖θ‖²,     ∇²L = F + ridge·I
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from fisher_core import information
from fisher_core import validation as check
from fisher_core.continual.quadratic import rotation
from fisher_core.models.logistic import LogisticRegression, softplus
from fisher_core.numerics import newton
from fisher_core.validation import Array

__all__ = ["LogisticTask"]

BLOCK = 1 << 14  # margins at a time: a grid of parameters times all the data would leave the cache


@dataclass(frozen=True, eq=False)
class LogisticTask:
    """Logistic regression on x (n, d), y (n,) of 0 and 1, without intercept; mean loss in nats per observation.

    ``ridge`` ≥ 0 is the precision of a Gaussian prior about 0, divided by n. Without it separable data have no
    minimiser and ``minimiser`` raises SeparableDataError.
    """

    x: Array
    y: Array
    ridge: float = 0.0

    is_quadratic = False

    def __post_init__(self) -> None:
        x = check.matrix("x", check.rows("x", self.x))
        object.__setattr__(self, "x", x)
        object.__setattr__(self, "y", LogisticRegression().check_labels(self.y, len(x)))
        object.__setattr__(self, "ridge", check.non_negative("ridge", self.ridge))

    @classmethod
    def drawn(cls, theta: ArrayLike, spread: ArrayLike, n: int, rng: np.random.Generator) -> LogisticTask:
        """A random data set: inputs N(0, diag(spread²)), labels from the model at ``theta`` (d,)."""
        theta = check.vector("theta", theta)
        spread = check.vector("spread", spread, theta.size)
        rng = check.generator("rng", rng)
        x = spread * rng.standard_normal((check.integer("n", n, 1), theta.size))
        return cls(x, LogisticRegression().sample(x, theta, rng))

    @property
    def size(self) -> int:
        return self.x.shape[1]

    @cached_property
    def minimiser(self) -> Array:
        if self.ridge == 0:
            return LogisticRegression().mle(self.x, self.y)
        return newton.minimise(lambda t: float(self.loss(t)), self.gradient, self.hessian, np.zeros(self.x.shape[1]))

    def loss(self, theta: ArrayLike) -> Array:
        """``theta`` (..., d) gives (...)."""
        theta = check.parameters("theta", theta, self.x.shape[1])
        points = theta.reshape(-1, self.size)
        surprise = np.empty(len(points))
        rows = max(1, BLOCK // len(self.x))
        for start in range(0, len(points), rows):
            block = slice(start, start + rows)
            surprise[block] = softplus(-points[block] @ self._signed.T).mean(axis=1)
        return surprise.reshape(theta.shape[:-1]) + 0.5 * self.ridge * (theta**2).sum(axis=-1)

    def gradient(self, theta: ArrayLike) -> Array:
        """``theta`` (..., d) gives (..., d)."""
        theta = check.parameters("theta", theta, self.x.shape[1])
        return self.ridge * theta - expit(-theta @ self._signed.T) @ self._signed / len(self.x)

    def hessian(self, theta: ArrayLike | None = None) -> Array:
        """F + ridge·I at one point (d,), by default the minimiser; (d, d)."""
        return self.fisher(theta) + self.ridge * np.eye(self.x.shape[1])

    def fisher(self, theta: ArrayLike | None = None) -> Array:
        """Fisher information of the likelihood alone at one point, by default the minimiser; (d, d)."""
        return LogisticRegression().fisher(self.x, self.minimiser if theta is None else theta)

    def empirical_fisher(self, theta: ArrayLike | None = None) -> Array:
        """Uncentred second moment of the scores at the observed labels; it vanishes as the fit becomes perfect."""
        at = self.minimiser if theta is None else theta
        return information.empirical(LogisticRegression(), (self.x, self.y), at).value

    def rotated(self, angle: float) -> LogisticTask:
        """The same task under other weight names: θ → Rθ and x → Rx, counter-clockwise by ``angle`` (radians)."""
        return LogisticTask(self.x @ rotation(angle, self.size).T, self.y, self.ridge)

    @cached_property
    def _signed(self) -> Array:
        return np.where(self.y == 1, 1.0, -1.0)[:, None] * self.x  # the loss sees y only as the sign of its row
