r"""A task whose loss is a quadratic bowl: the case in which every step of EWC is exact.

    L(θ) = ½ (θ − c)ᵀ P (θ − c),     ∇L = P(θ − c),     ∇²L = F = P

It is the excess loss, in nats per observation, of linear regression with Gaussian noise; a linear-Gaussian model has
the same Fisher matrix everywhere, equal to the Hessian for any labels. Whatever EWC gets wrong here, it gets wrong by
design and not by approximation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import linalg
from fisher_core import validation as check
from fisher_core.validation import Array

__all__ = ["QuadraticTask", "rotation", "turned"]


@dataclass(frozen=True, eq=False)
class QuadraticTask:
    """L(θ) = ½(θ−c)ᵀP(θ−c) with ``center`` c (d,) and ``precision`` P (d, d), symmetric positive semi-definite.

    ``theta`` is (..., d): losses are (...), gradients (..., d). A singular P is allowed: the task is indifferent along
    its null space.
    """

    center: Array
    precision: Array

    is_quadratic = True

    def __post_init__(self) -> None:
        center = check.vector("center", self.center)
        object.__setattr__(self, "center", center)
        object.__setattr__(self, "precision", check.positive_semidefinite("precision", self.precision, center.size))

    @property
    def size(self) -> int:
        return self.center.size

    @property
    def minimiser(self) -> Array:
        return self.center

    def loss(self, theta: ArrayLike) -> Array:
        offset = check.parameters("theta", theta, self.center.size) - self.center
        return 0.5 * np.einsum("...i,...i->...", offset @ self.precision, offset)

    def gradient(self, theta: ArrayLike) -> Array:
        return (check.parameters("theta", theta, self.center.size) - self.center) @ self.precision

    def hessian(self, theta: ArrayLike | None = None) -> Array:
        """P (d, d), the same for every ``theta``."""
        return self.precision

    def fisher(self, theta: ArrayLike | None = None) -> Array:
        """P (d, d), per observation, the same for every ``theta``."""
        return self.precision

    def rotated(self, angle: float) -> QuadraticTask:
        """The same task under other weight names: c → Rc, P → RPRᵀ, R counter-clockwise by ``angle`` (radians)."""
        r = rotation(angle, self.size)
        return QuadraticTask(r @ self.center, turned(r, self.precision))


def turned(r: Array, matrix: Array) -> Array:
    """R·matrix·Rᵀ for a positive semi-definite matrix (d, d), as a product of factors: it stays so to the last digit."""
    root = r @ linalg.factor("matrix", matrix)
    return np.asarray(root @ root.T)


def rotation(angle: float, size: int = 2) -> Array:
    """Counter-clockwise rotation of the plane about the origin by ``angle`` radians, (2, 2); ``size`` must be 2."""
    if size != 2:
        raise ValueError(f"size = {size} must be 2: only tasks of two parameters can be rotated")
    cos, sin = np.cos(check.scalar("angle", angle)), np.sin(angle)
    return np.array([[cos, -sin], [sin, cos]])
