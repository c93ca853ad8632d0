r"""A task with heavy-tailed noise: a bowl near its centre, a cone far away, and one Fisher matrix everywhere.

It is regression with Laplace noise, seen through the excess loss (the KL divergence) in nats per observation: in the
eigenbasis P = Σ p_j u_j u_jᵀ each direction is measured by one reading u_jᵀθ + noise with Fisher information p_j, and

    L(θ) = Σ_j h(z_j),   h(z) = |z| + e^{−|z|} − 1,   z_j = √p_j u_jᵀ(θ − c),   F = P,   ∇²L = Σ_j e^{−|z_j|} p_j u_j u_jᵀ

so F equals the Hessian at c and nowhere else: what EWC remembers is right, and its parabola is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import linalg
from fisher_core import validation as check
from fisher_core.numerics.special import exp_excess
from fisher_core.validation import Array


@dataclass(frozen=True, eq=False)
class HeavyTailedTask:
    """L(θ) = Σ h(z_j) with ``center`` c (d,) and ``precision`` P (d, d), symmetric positive definite; source: above."""

    center: Array
    precision: Array

    is_quadratic = False

    def __post_init__(self) -> None:
        center = check.vector("center", self.center)
        precision = check.positive_semidefinite("precision", self.precision, center.size)
        values, _, null = linalg.eigen("precision", precision)
        if null.size:
            raise linalg.SingularFisherError("precision", values, null)
        object.__setattr__(self, "center", center)
        object.__setattr__(self, "precision", precision)

    @cached_property
    def _root(self) -> Array:
        """Columns √p_j u_j, (d, d)."""
        values, vectors, _ = linalg.eigen("precision", self.precision)
        return vectors * np.sqrt(values)

    @property
    def size(self) -> int:
        return self.center.size

    @property
    def minimiser(self) -> Array:
        return self.center

    def loss(self, theta: ArrayLike) -> Array:
        """``theta`` (..., d) gives (...)."""
        return exp_excess(-np.abs(self._readings(theta))).sum(axis=-1)

    def gradient(self, theta: ArrayLike) -> Array:
        """``theta`` (..., d) gives (..., d)."""
        z = self._readings(theta)
        return (-np.sign(z) * np.expm1(-np.abs(z))) @ self._root.T

    def hessian(self, theta: ArrayLike | None = None) -> Array:
        """∇²L at one point (d,), by default the centre, where it is P; (d, d)."""
        if theta is None:
            return self.precision
        return (self._root * np.exp(-np.abs(self._readings(theta)))) @ self._root.T

    def fisher(self, theta: ArrayLike | None = None) -> Array:
        """P (d, d), per observation, the same for every ``theta``."""
        return self.precision

    def _readings(self, theta: ArrayLike) -> Array:
        """z (..., d): distances from the centre in standard deviations of one reading."""
        return (check.parameters("theta", theta, self.center.size) - self.center) @ self._root
