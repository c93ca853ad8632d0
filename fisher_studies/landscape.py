r"""A two-weight problem and all that a reader can scrub it to: other strengths λ, other names for the weights.

Turning the whole problem by an angle changes no task, only the axes. Whoever takes diag(F_A) in the turned axes uses,
seen from the old ones, the penalty Rᵀ diag(R F_A Rᵀ) R. So every angle is another penalty for the *same* two tasks, and
all trails are one batch; turning them back into the new axes comes last.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import validation as check
from fisher_core.continual.minimisers import newton_minimiser, quadratic_minimisers
from fisher_core.continual.penalties import Penalty, penalty
from fisher_core.continual.quadratic import rotation
from fisher_core.continual.tasks import Task
from fisher_core.continual.training import paths
from fisher_core.validation import Array


@dataclass(frozen=True, eq=False)
class Trails:
    """K runs. ``path`` (K, T+1, 2) in the turned axes; ``losses`` {"A": (K, T+1), "B": (K, T+1)}, as in `Landscape`."""

    path: Array
    losses: dict[str, Array]


@dataclass(frozen=True, eq=False)
class Landscape:
    """Task A (learned), task B (to learn) and the matrix that stands for F_A, all in the axes of angle 0.

    ``fisher`` (2, 2) is by default A's own Fisher matrix at its minimiser; another one shows what a wrong one does.
    All losses are in nats per observation above the task's own minimum, so that 0 means: as well as it can be done.
    """

    task_a: Task
    task_b: Task
    fisher: Array | None = None

    def penalty(self, kind: str, strength: float, angle: float = 0.0) -> Penalty:
        """What someone uses who names the weights by axes turned by ``angle`` (radians), in the axes of angle 0."""
        fisher = self.task_a.fisher() if self.fisher is None else self.fisher
        here = penalty(kind, strength, self.task_a.minimiser, fisher)
        if angle == 0.0:
            return here
        turned = here.rotated(angle)
        return penalty(kind, strength, turned.anchor, turned.fisher).rotated(-angle)

    def losses(self, theta: Array) -> dict[str, Array]:
        """Both losses above their minima; ``theta`` (..., 2) in the axes of angle 0 gives (...)."""
        return {n: task.loss(theta) - task.loss(task.minimiser) for n, task in (("A", self.task_a), ("B", self.task_b))}

    def trails(
        self,
        kind: str,
        strengths: ArrayLike,
        angles: ArrayLike = 0.0,
        steps: int = 120,
        learning_rate: float = 0.1,
        noise: float = 0.0,
        rng: np.random.Generator | None = None,
    ) -> Trails:
        """Descent on B from θ_A for K pairs of strength and angle (broadcast to (K,)), seen in the turned axes.

        With ``noise`` all runs get the same shocks, turned with the problem, so that they can be compared.
        """
        strengths, angles = check.array("strengths", strengths), check.array("angles", angles)
        strength, angle = np.broadcast_arrays(np.atleast_1d(strengths), np.atleast_1d(angles))
        unit = {t: self.penalty(kind, 1.0, t) for t in {float(t) for t in angle}}
        penalties = [unit[float(t)].with_strength(float(s)) for s, t in zip(strength, angle, strict=True)]
        path = paths(self.task_b, penalties, self.task_a.minimiser, steps, learning_rate, noise, rng)
        return Trails(turned(path, angle), self.losses(path))

    def ends(self, kind: str, strengths: ArrayLike, angle: float = 0.0) -> tuple[Array, dict[str, Array]]:
        """Minimisers (K, 2) in the turned axes for every strength, and their losses {"A": (K,), "B": (K,)}."""
        strengths = check.vector("strengths", strengths)
        reference = self.penalty(kind, 0.0, angle)
        if self.task_b.is_quadratic:
            h, b = self.task_b.hessian(), self.task_b.minimiser
            theta = quadratic_minimisers(h, b, reference.matrix, reference.anchor, strengths)
        else:
            theta, start = np.empty((len(strengths), 2)), self.task_b.minimiser
            for k, strength in enumerate(strengths):
                start = theta[k] = newton_minimiser(self.task_b, reference.with_strength(strength), start=start)
        return turned(theta[None], [angle])[0], self.losses(theta)

    def best_total(
        self, kind: str, angle: float = 0.0, rounds: int = 5, bounds: tuple[float, float] = (-4.0, 4.0)
    ) -> tuple[float, float]:
        """The strength with the least L_A + L_B, and that sum: a grid in log₁₀ λ over ``bounds``, then finer ones."""
        low, high = bounds
        for _ in range(rounds):
            grid = np.linspace(low, high, 33)
            losses = self.ends(kind, 10.0**grid, angle)[1]
            total = losses["A"] + losses["B"]
            k = int(np.argmin(total))
            low, high = grid[max(k - 1, 0)], grid[min(k + 1, 32)]
        return float(10.0 ** grid[k]), float(total[k])


def hessian_by_differences(task: Task, theta: ArrayLike, step: float = 1e-4) -> Array:
    """∇²L at ``theta`` (d,) from second differences of the loss alone: a check that shares no derivative formula."""
    theta = check.vector("theta", theta, task.size)
    e = step * np.eye(task.size)
    plus, minus = e[:, None] + e[None], e[:, None] - e[None]
    loss = task.loss
    return (loss(theta + plus) - loss(theta + minus) - loss(theta - minus) + loss(theta - plus)) / (4 * step**2)


def turned(theta: Array, angles: ArrayLike) -> Array:
    """R(angle_k) θ for every row of ``theta`` (K, ..., 2)."""
    r = np.stack([rotation(float(t)) for t in np.asarray(angles)])
    return np.einsum("kij,k...j->k...i", r, theta)
