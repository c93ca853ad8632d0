r"""Where to observe a logistic response: the inputs whose labels say most.

A label at predictor z = b + wx carries the information w(z) = π(z)π(−z) about z, most at the boundary z = 0; but about
the slope it is w(z)x², and the boundary says nothing of it. With z in place of x the best inputs are universal:

    slope alone          max z²w(z)               z tanh(z/2) = 2
    slope and intercept  two inputs ±z, half of the labels each: max det F = (z w(z))²,  z tanh(z/2) = 1

Source: Silvey (1980), *Optimal Design*, §6.5.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import expit

from fisher_core import validation as check
from fisher_core.validation import Array


def slope_information(slope: ArrayLike, x: ArrayLike, intercept: float = 0.0) -> Array:
    """Σᵢ w(b + wxᵢ)xᵢ² for labels at inputs x (n,), summed over them; slope (...) to (...)."""
    x, slope = check.vector("x", x), check.array("slope", slope)
    z = check.scalar("intercept", intercept) + slope[..., None] * x
    return expit(z) * expit(-z) @ x**2


def best_for_slope() -> float:
    """|wx| = 2.3994, where one label says most about the slope: π = .917."""
    return _root(2.0)


def d_optimal() -> float:
    """|wx| = 1.5434 on both sides, where the determinant of F is largest: π = .824 and .176."""
    return _root(1.0)


def best_pair(theta: ArrayLike) -> Array:
    """The two inputs x with b + wx = ±d_optimal(), (..., 2), for θ = (b, w) (..., 2); infinite where w = 0."""
    theta = check.parameters("theta", theta, 2)
    with np.errstate(divide="ignore"):
        return (np.array([-1.0, 1.0]) * d_optimal() - theta[..., :1]) / theta[..., 1:]


def _root(value: float) -> float:
    return float(brentq(lambda z: z * np.tanh(z / 2) - value, 1e-3, 10.0, xtol=1e-14))
