r"""Where training ends: the minimiser of L_B(θ) + (λ/2)(θ−θ_A)ᵀM(θ−θ_A).

For a quadratic task the normal equations close it (H = ∇²L_B, b its minimiser, a = θ_A):

    θ_∞ = (H + λM)⁻¹ (H b + λM a) = a + (H + λM)⁻¹ H (b − a) = b + λ(H + λM)⁻¹ M (a − b)

and the last two forms keep their digits where the first loses them: near a for large λ, near b for small.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import linalg
from fisher_core import validation as check
from fisher_core.continual.penalties import Penalty
from fisher_core.continual.tasks import Task
from fisher_core.numerics import newton
from fisher_core.validation import Array

__all__ = ["minimiser", "newton_minimiser", "quadratic_minimisers"]

CURVE = "Raise λ, or hold that direction by another penalty"


def minimiser(task_b: Task, penalty: Penalty) -> Array:
    """The minimiser (d,) of ``task_b.loss`` plus ``penalty.value``; closed form if the task is quadratic, else Newton.

    Raises SingularFisherError when neither the task nor the penalty curves along some direction: there is then a whole
    line of minimisers.
    """
    if task_b.is_quadratic:
        b = check.vector("penalty.anchor", penalty.anchor, task_b.minimiser.size)
        return quadratic_minimisers(
            task_b.hessian(), task_b.minimiser, penalty.matrix, b, np.array([penalty.strength])
        )[0]
    return newton_minimiser(task_b, penalty, start=penalty.anchor)


def quadratic_minimisers(h: Array, b: Array, m: Array, a: Array, strengths: Array) -> Array:
    """θ_∞ for every λ in ``strengths`` (K,): (K, d). ``h``, ``m`` (d, d); ``b``, ``a`` (d,)."""
    curvature = h + strengths[:, None, None] * m
    right = np.empty((len(strengths), len(a), 2))
    right[..., 0], right[..., 1] = h @ (b - a), strengths[:, None] * (m @ (a - b))
    from_a, from_b = np.moveaxis(linalg.solves(curvature, right), -1, 0)
    singular = np.isnan(from_a).any(axis=1)
    if singular.any():
        worst = int(np.argmax(singular))
        linalg.inverse(curvature[worst], name=f"H_B + λM at λ = {strengths[worst]:g}", advice=CURVE)
    return np.where(np.abs(from_a) <= np.abs(from_b), a + from_a, b + from_b)


def newton_minimiser(task: Task, penalty: Penalty, start: ArrayLike) -> Array:
    """Minimiser (d,) of the convex ``task.loss`` + ``penalty.value`` by Newton's method from ``start`` (d,)."""
    return newton.minimise(
        lambda theta: float(task.loss(theta) + penalty.value(theta)),
        lambda theta: task.gradient(theta) + penalty.gradient(theta),
        lambda theta: task.hessian(theta) + penalty.hessian(theta),
        start,
    )
