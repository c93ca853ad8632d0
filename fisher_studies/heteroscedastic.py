r"""A straight line whose noise grows with |x|: the textbook case for the sandwich.

    y = 1 + 2x + (a + b|x|) z,     x, z ~ N(0, 1)

Least squares assumes one noise level.  Population error bars of the slope from n points, with E|x| = √(2/π),
E x² = 1, E|x|³ = 2√(2/π), E x⁴ = 3:

    naive²     E[sd²]/n      = (a² + 2ab E|x|  + b²)/n
    sandwich²  E[x² sd²]/n   = (a² + 2ab E|x|³ + 3b²)/n
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import validation as check
from fisher_core.validation import Array

MEAN_ABS = np.sqrt(2 / np.pi)


def population_errors(a: float, b: float, n: int) -> tuple[float, float]:
    """Naive and sandwich standard errors of the slope."""
    a, b, n = check.non_negative("a", a), check.non_negative("b", b), check.integer("n", n, 1)
    naive = a**2 + 2 * a * b * MEAN_ABS + b**2
    sandwich = a**2 + 4 * a * b * MEAN_ABS + 3 * b**2
    return float(np.sqrt(naive / n)), float(np.sqrt(sandwich / n))


def simulated_slopes(n: int, fits: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """(A, B), each (fits,): the error of the fitted slope in a fresh data set of n is a·A + b·B, for any a and b."""
    n, fits = check.integer("n", n, 3), check.integer("fits", fits, 1)
    parts = []
    for start in range(0, fits, 250):  # a few MB at a time
        x, z = rng.standard_normal((2, min(250, fits - start), n))
        lever = x - x.mean(axis=1, keepdims=True)
        pull = lever * z / (lever**2).sum(axis=1, keepdims=True)
        parts.append((pull.sum(axis=1), (pull * np.abs(x)).sum(axis=1)))
    a, b = zip(*parts, strict=True)
    return np.concatenate(a), np.concatenate(b)


def slope_errors(x: ArrayLike, y: ArrayLike) -> tuple[float, float]:
    """Naive and sandwich standard errors of the slope of y on x, both (n,), by sums over rows without a matrix."""
    x, y = check.vector("x", x), check.vector("y", y)
    if x.shape != y.shape or np.ptp(x) == 0:
        raise ValueError(f"x and y have shapes {x.shape} and {y.shape} and must be of one length, with x not constant")
    lever = x - x.mean()
    spread = lever @ lever
    residual = y - y.mean() - lever * (lever @ y) / spread
    return float(np.sqrt(np.mean(residual**2) / spread)), float(np.sqrt(lever**2 @ residual**2) / spread)
