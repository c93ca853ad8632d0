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
from fisher_core.validation import Array


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
    return newton(task_b, penalty, start=penalty.anchor)


def quadratic_minimisers(h: Array, b: Array, m: Array, a: Array, strengths: Array) -> Array:
    """θ_∞ for every λ in ``strengths`` (K,): (K, d). ``h``, ``m`` (d, d); ``b``, ``a`` (d,)."""
    curvature = h + strengths[:, None, None] * m
    values, vectors = np.linalg.eigh(curvature)
    null = values <= 8 * h.shape[0] * np.finfo(float).eps * values[:, -1:]
    if null.any():
        worst = int(np.argmax(null.any(axis=1)))
        raise linalg.SingularFisherError(
            f"H_B + λM at λ = {strengths[worst]:g}", values[worst], vectors[worst][:, null[worst]]
        )
    right = np.stack([np.broadcast_to(h @ (b - a), (len(strengths), len(a))), strengths[:, None] * (m @ (a - b))], -1)
    steps = np.linalg.solve(curvature, right)
    from_a, from_b = steps[..., 0], steps[..., 1]
    near_a = np.linalg.norm(from_a, axis=1) <= np.linalg.norm(from_b, axis=1)
    return np.where(near_a[:, None], a + from_a, b + from_b)


def newton(task: Task, penalty: Penalty, start: ArrayLike, tolerance: float = 1e-12, max_steps: int = 100) -> Array:
    """Minimiser (d,) of the convex ``task.loss`` + ``penalty.value`` by Newton's method, halving steps that overshoot.

    Converged when the Newton decrement ½ gᵀH⁻¹g, the loss still to be won, is below ``tolerance``² of 1 + loss; the
    last step then leaves an error of order ``tolerance``². Raises ValueError after ``max_steps``.
    """
    theta = check.vector("start", start)
    value = task.loss(theta) + penalty.value(theta)
    for _ in range(max_steps):
        gradient = task.gradient(theta) + penalty.gradient(theta)
        step = -linalg.solve(task.hessian(theta) + penalty.hessian(theta), gradient)
        slope = gradient @ step  # −gᵀH⁻¹g, twice the predicted gain
        if -slope <= 2 * tolerance**2 * (1.0 + abs(value)):
            return theta + step
        size = 1.0
        while True:
            trial = theta + size * step
            trial_value = task.loss(trial) + penalty.value(trial)
            # Near the optimum the gain drowns in the rounding of the loss: there the full step is the better judge.
            if trial_value <= value + 1e-4 * size * slope or -slope < 1e-10 * (1.0 + abs(value)):
                break
            size /= 2
        theta, value = trial, trial_value
    raise ValueError(f"max_steps = {max_steps} must be larger: Newton's method is at {theta} with slope {slope:.3g}")
