r"""A policy with a continuous action: where the natural gradient is the slower one.

    a ~ N(μ, σ),  reward −(a − m)²:   J = −(μ − m)² − σ²,   ∇J = (−2(μ − m), −2σ),   F = diag(1, 2)/σ²

F grows as σ shrinks, and with it natural steps shrink: the policy becomes sure before it has arrived. Source: Kakade (2001).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import validation as check
from fisher_core.validation import Array


@dataclass(frozen=True)
class GaussianPolicy:
    """Action a ~ N(μ, σ) with reward −(a − target)²: J = −(μ − target)² − σ². Flows of (μ, σ) in closed form."""

    target: float = 1.0

    def value(self, mu: ArrayLike, sigma: ArrayLike) -> Array:
        """J, broadcasting."""
        return -((check.array("mu", mu) - self.target) ** 2) - check.array("sigma", sigma) ** 2

    def natural_flow(self, mu: float, sigma: float, times: ArrayLike) -> tuple[Array, Array]:
        """μ_t − m = (μ₀ − m)/(1 + 2σ₀²t),  1/σ_t² = 1/σ₀² + 2t: as σ shrinks, so does the step, for F = diag(1, 2)/σ²."""
        t, variance = check.array("times", times), check.positive("sigma", sigma) ** 2
        shrink = 1 + 2 * variance * t
        return self.target + (mu - self.target) / shrink, np.sqrt(variance / shrink)

    def plain_flow(self, mu: float, sigma: float, times: ArrayLike) -> tuple[Array, Array]:
        """μ_t − m and σ_t both decay as e^{−2t}."""
        decay = np.exp(-2 * check.array("times", times))
        return self.target + (mu - self.target) * decay, check.positive("sigma", sigma) * decay
