r"""Poisson regression: counts y = 0, 1, 2, … with mean μ = e^η, η = xᵀθ + offset; log link, the canonical one.

    log p = y η − e^η − log y!,     r = y − μ,     w = μ,     F = (1/n) Σ μ xxᵀ

An *exposure* t, the time or the area that a row was watched, is the offset log t: then e^{xᵀθ} is the rate, μ = t e^{xᵀθ}.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import validation as check
from fisher_core.families.poisson import Poisson
from fisher_core.models.generalized_linear import GeneralizedLinearModel
from fisher_core.models.separation import NoMaximumError
from fisher_core.validation import Array

__all__ = ["CountlessDirectionError", "PoissonRegression"]

LARGEST = 709.0  # e to this is still a float64
LARGEST_DRAWN = 9.2e18  # numpy's counts are 64 bits


class CountlessDirectionError(NoMaximumError):
    """Rows without a count lie to one side of all others: the likelihood grows as their rates go to 0."""

    reason = "y is 0 in every row whose rate changes along one direction"


@dataclass(frozen=True, eq=False)
class PoissonRegression(GeneralizedLinearModel):
    """Poisson(exp(xᵀθ + offset)); x (n, d), y (n,) of counts, θ (d,), no implicit intercept.

    ``offset``, or ``exposure`` > 0 of which it is the logarithm: one number or (n,). ``weights`` (n,) say how many equal
    rows each stands for (:mod:`~fisher_core.models.row_data`).
    """

    offset: ArrayLike | None = None
    exposure: ArrayLike | None = None
    weights: ArrayLike | None = None

    no_maximum = CountlessDirectionError
    by_row = ("offset", "exposure", "weights")

    def __post_init__(self) -> None:
        if self.offset is not None and self.exposure is not None:
            raise ValueError("offset and exposure are both given and one must be None: the offset is log(exposure)")
        self.hold("offset", self.offset)
        self.hold("exposure", self.exposure, "> 0")
        self.hold_weights()

    def check_labels(self, y: ArrayLike, n: int) -> Array:
        y = check.vector("y", y, n)
        wrong = (y < 0) | (y != np.floor(y))
        if wrong.any():
            raise ValueError(f"y contains {y[wrong][0]:g} and must be a whole number >= 0")
        return y

    def log_rate(self, z: Array) -> Array:
        """η = z + offset."""
        if self.exposure is not None:
            return z + np.log(self.exposure)
        return z if self.offset is None else z + np.asarray(self.offset)

    def log_density(self, y: Array, z: Array) -> Array:
        eta = self.log_rate(z)
        rate = np.exp(eta)
        # The family's form does not cancel where y is near μ, but needs μ with all its digits; at rate 1 it is −1 − log y!.
        held = (rate > 1e-300) & (rate < np.inf)
        log_p = Poisson()._log_prob(y, np.where(held, rate, 1.0)[None])
        return log_p if held.all() else np.where(held, log_p, y * eta - rate + log_p + 1.0)

    def residual(self, y: Array, z: Array) -> Array:
        return y - self.weight(z)

    def weight(self, z: Array) -> Array:
        return np.exp(self.log_rate(z))

    def draw(self, z: Array, rng: np.random.Generator) -> Array:
        return rng.poisson(self._drawable(z)).astype(float)

    def mean(self, z: Array) -> Array:
        return self.weight(z)

    def squared_residuals(self, z: Array, rng: np.random.Generator, draws: int) -> Array:
        rate = self._drawable(z)
        total = np.zeros_like(rate)
        for _ in range(draws):
            total += (rng.poisson(rate) - rate) ** 2
        return total / draws

    def squared_residual_variance(self, z: Array) -> Array:
        """μ + 2μ²: the fourth central moment μ + 3μ² less the square of the second."""
        rate = self.weight(z)
        return rate + 2 * rate**2

    def guess(self, y: Array) -> Array:
        """log(y + ½) − offset."""
        return np.log(y + 0.5) - self.log_rate(np.zeros_like(y))

    def margins(self, x: Array, y: Array) -> Array:
        """−x where nothing was counted; x and −x where something was: along v its rate must stay as it is."""
        some = y > 0
        return np.concatenate([-x[~some], x[some], -x[some]])

    def forces(self, y: Array, z: Array) -> Array:
        some, rate = y > 0, self.weighted(self.weight(z))
        return np.concatenate([rate[~some], self.weighted(y)[some], rate[some]])

    def reach(self, y: Array, z: Array) -> float:
        return float(np.max(-self.log_rate(z), where=y == 0, initial=0.0))

    def _drawable(self, z: Array) -> Array:
        rate = self.weight(z)
        if not rate.max(initial=0.0) <= LARGEST_DRAWN:
            raise ValueError(f"theta must be smaller: counts of mean {rate.max():.3g} do not fit into 64 bits")
        return rate

    def _logits(self, x: ArrayLike, theta: ArrayLike) -> tuple[Array, Array]:
        x, z = super()._logits(x, theta)
        largest = self.log_rate(z).max()
        if largest > LARGEST:
            raise ValueError(f"theta must be smaller: the mean of a count, exp({largest:.6g}), overflows float64")
        return x, z
