r"""Newton's method for smooth convex losses of a few parameters: θ ← θ − H⁻¹g with a line search."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import linalg
from fisher_core import validation as check
from fisher_core.validation import Array

TOLERANCE = 1e-12
FLAT = "The loss must curve along every direction"


def minimise(
    loss: Callable[[Array], float],
    gradient: Callable[[Array], Array],
    hessian: Callable[[Array], Array],
    start: ArrayLike,
    max_steps: int = 200,
) -> Array:
    """The minimiser (d,) of a convex ``loss`` of θ (d,) with ``gradient`` (d,) and ``hessian`` (d, d).

    Stops when the Newton decrement ½ gᵀH⁻¹g, the loss still to be won, is below TOLERANCE² of 1 + loss, and takes that
    last step too: convergence is quadratic, so the error left is that of rounding in g. A step that does not win at
    least 1e-4 of what its slope promises is halved (Armijo). Raises SingularFisherError where H is singular and
    ValueError after ``max_steps``.
    """
    theta = check.vector("start", start)
    value = loss(theta)
    slope = -np.inf
    for _ in range(max_steps):
        g = gradient(theta)
        step = -linalg.solve(hessian(theta), g, name="the Hessian of the loss", advice=FLAT)
        slope = float(g @ step)  # −gᵀH⁻¹g
        if -slope <= 2 * TOLERANCE**2 * (1.0 + abs(value)):
            return theta + step
        theta = theta + shortened(partial(_along, loss, theta, step), value, slope) * step
        value = loss(theta)
    raise ValueError(f"max_steps = {max_steps} must be larger: the slope is still {slope:.3g} at theta = {theta}")


def _along(loss: Callable[[Array], float], theta: Array, step: Array, size: float) -> float:
    return loss(theta + size * step)


def shortened(loss: Callable[[float], float], value: float, slope: float) -> float:
    """How much of a step to take, 1, ½, ¼, …, for ``loss`` as a function of it: ``value`` at 0, falling by ``slope`` < 0.

    Near the optimum the gain drowns in the rounding of the loss; there the full step is the better judge.
    """
    size = 1.0
    if -slope > 1e-10 * (1.0 + abs(value)):
        while not loss(size) <= value + 1e-4 * size * slope:
            size /= 2
    return size
