r"""Normal with unknown mean and known covariance Σ: log p = −½ (x − μ)ᵀ Σ⁻¹ (x − μ) − ½ log det 2πΣ.

    s = Σ⁻¹(x − μ),   F = Σ⁻¹,   KL(p‖q) = ½ (μ_p − μ_q)ᵀ Σ⁻¹ (μ_p − μ_q)

The information does not depend on μ: parameter space is flat, and KL is exactly its quadratic approximation.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import linalg
from fisher_core import validation as check
from fisher_core.family import Family
from fisher_core.parameter import Parameter
from fisher_core.validation import Array

__all__ = ["NormalMean"]


class NormalMean(Family):
    """x is (n, k); theta = (mu_1, …, mu_k); ``covariance`` (k, k) is positive definite."""

    key = "normal_mean"
    title = "Normal mean, known covariance"

    def __init__(self, covariance: ArrayLike = ((1.0, 0.6), (0.6, 1.5))) -> None:
        self.covariance = check.positive_semidefinite("covariance", covariance)
        if linalg.null_space(self.covariance).size:
            raise ValueError(f"covariance = {self.covariance.tolist()} must be positive definite")
        self.root = np.linalg.cholesky(self.covariance)
        self.columns = len(self.covariance)
        self.locations = tuple(range(self.columns))
        self.parameters = tuple(
            Parameter(f"mu_{i + 1}", "μ" + "₁₂₃₄₅₆₇₈₉"[i : i + 1], -np.inf, np.inf, (-3.0, 3.0), 0.0)
            for i in range(self.columns)
        )

    @cached_property
    def precision(self) -> Array:
        """Σ⁻¹ (k, k), when first wanted: it takes scipy.linalg, which takes longer to import than all the families."""
        return linalg.inverse(self.covariance)

    def _log_prob(self, x: Array, theta: Array) -> Array:
        residual = x - theta
        norm = np.log(np.diag(self.root)).sum() + len(theta) / 2 * np.log(2 * np.pi)
        return -0.5 * ((residual @ self.precision) * residual).sum(axis=1) - norm

    def _score(self, x: Array, theta: Array) -> Any:
        return (x - theta) @ self.precision

    def _hessian(self, x: Array, theta: Array) -> Any:
        return -self.precision

    def _fisher(self, theta: Array) -> Any:
        return self.precision

    def _kl(self, p: Array, q: Array, step: Array) -> Array:
        return 0.5 * np.einsum("i...,ij,j...", step, self.precision, step)

    def _sample(self, theta: Array, n: int, rng: np.random.Generator) -> Array:
        return theta + rng.standard_normal((n, len(theta))) @ self.root.T

    def _mle(self, x: Array) -> Any:
        return x.mean(axis=0)
