r"""What λ buys: (L_A, L_B) at the end of training for every strength, and the best there is for each kind of penalty.

One λ is an unfair comparison, for the kinds do not share a scale; the whole curve λ ↦ (L_A, L_B) is the Pareto front
of a kind, and its best sum the fair number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import validation as check
from fisher_core.continual.minimisers import newton_minimiser, quadratic_minimisers
from fisher_core.continual.penalties import PENALTIES, Penalty, penalty
from fisher_core.continual.tasks import Task
from fisher_core.validation import Array

__all__ = ["Best", "Sweep", "best", "sweep"]


@dataclass(frozen=True, eq=False)
class Sweep:
    """Where training ends, for K strengths and every kind.

    Attributes
    ----------
    strengths : (K,).
    endpoints : for each kind (K, d).
    losses : for each kind {"A": (K,), "B": (K,)}, nats per observation.
    """

    strengths: Array
    endpoints: dict[str, Array]
    losses: dict[str, dict[str, Array]]

    def total(self, kind: str) -> Array:
        """L_A + L_B, (K,)."""
        return self.losses[kind]["A"] + self.losses[kind]["B"]


@dataclass(frozen=True, eq=False)
class Best:
    """The strength with the least L_A + L_B. ``interior`` is False when it sits at an end of the range searched."""

    kind: str
    strength: float
    endpoint: Array
    losses: dict[str, float]
    interior: bool

    @property
    def total(self) -> float:
        return self.losses["A"] + self.losses["B"]


def sweep(task_a: Task, task_b: Task, strengths: ArrayLike, kinds: Sequence[str] = tuple(PENALTIES)) -> Sweep:
    """Endpoints and losses of B after A for every λ in ``strengths`` (K,) and every kind.

    Anchor and Fisher are those of ``task_a`` at its minimiser. Closed form and vectorised over λ if ``task_b`` is
    quadratic, else Newton's method from one strength to the next.
    """
    strengths = check.vector("strengths", strengths)
    if strengths.min(initial=0.0) < 0:
        raise ValueError(f"strengths contain {strengths.min():g} and must be >= 0")
    endpoints = {kind: _endpoints(task_a, task_b, kind, strengths) for kind in kinds}
    losses = {kind: {"A": task_a.loss(e), "B": task_b.loss(e)} for kind, e in endpoints.items()}
    return Sweep(strengths, endpoints, losses)


def best(task_a: Task, task_b: Task, kind: str, bounds: tuple[float, float] = (1e-6, 1e6)) -> Best:
    """The λ in ``bounds`` with the least L_A + L_B for this ``kind``: a grid in log λ, then brackets within brackets.

    Each round looks at 25 strengths between the neighbours of the last best one, so log λ is known to about 1e-8,
    the square root of the rounding in the losses. For "none" the strength is 0.
    """
    if check.choice("kind", kind, tuple(PENALTIES)) == "none":
        end = _endpoints(task_a, task_b, kind, np.zeros(1))[0]
        return Best(kind, 0.0, end, {"A": float(task_a.loss(end)), "B": float(task_b.loss(end))}, True)
    low, high = np.log10(check.positive("bounds[0]", bounds[0])), np.log10(check.positive("bounds[1]", bounds[1]))
    if not low < high:
        raise ValueError(f"bounds = {bounds} must be ascending")
    ends = low, high
    points = 121
    while True:
        grid = np.linspace(low, high, points)
        theta = _endpoints(task_a, task_b, kind, 10.0**grid)
        losses = {"A": task_a.loss(theta), "B": task_b.loss(theta)}
        k = int(np.argmin(losses["A"] + losses["B"]))
        low, high = grid[max(k - 1, 0)], grid[min(k + 1, points - 1)]
        if high - low < 1e-8:
            interior = bool(ends[0] + 1e-7 < grid[k] < ends[1] - 1e-7)
            return Best(
                kind, float(10.0 ** grid[k]), theta[k], {t: float(loss[k]) for t, loss in losses.items()}, interior
            )
        points = 25


def _endpoints(task_a: Task, task_b: Task, kind: str, strengths: Array) -> Array:
    reference: Penalty = penalty(kind, 0.0, task_a.minimiser, task_a.fisher())
    if task_b.is_quadratic:
        return quadratic_minimisers(task_b.hessian(), task_b.minimiser, reference.matrix, reference.anchor, strengths)
    ends = np.empty((len(strengths), reference.anchor.size))
    theta = task_b.minimiser
    for k, strength in enumerate(strengths):
        theta = ends[k] = newton_minimiser(task_b, reference.with_strength(strength), start=theta)
    return ends
