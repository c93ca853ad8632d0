r"""Quadratic tasks learned one after the other: where training ends, exactly, for every way to remember.

Task t ends at the minimiser of L_t(θ) + (λ/2) Σ (θ − a)ᵀS(θ − a) over the springs that are held then:

    (P_t + λ Σ S) θ_t = P_t c_t + λ Σ S a

With the full Fisher matrix and a single spring θ_T is the minimiser of the *sum* of all losses, whatever the order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fisher_core import linalg
from fisher_core import validation as check
from fisher_core.continual.penalties import PENALTIES
from fisher_core.continual.quadratic import QuadraticTask
from fisher_core.continual.springs import MEMORIES, Spring, consolidate
from fisher_core.validation import Array


@dataclass(frozen=True, eq=False)
class Course:
    """Tasks learned in order.

    Attributes
    ----------
    endpoints : θ_1 … θ_T, (T, d).
    springs : what was held while each task was learned, T tuples; the first is empty.
    losses : (T, K): the loss of each of the K distinct tasks, in order of first appearance, after every stage.
    """

    endpoints: Array
    springs: tuple[tuple[Spring, ...], ...]
    losses: Array

    @property
    def total(self) -> float:
        """Sum of the losses of all tasks at the end."""
        return float(self.losses[-1].sum())


def in_sequence(
    tasks: Sequence[QuadraticTask],
    memory: str = "single",
    kind: str = "ewc_full",
    strength: float = 1.0,
    decay: float = 1.0,
) -> Course:
    """Learn ``tasks`` in order; a task that comes again is remembered again.

    ``memory`` is "separate", "single", "online" or "factors". The last keeps one factor (S_t, S_t θ) per task and, when
    a task comes again, takes its old factor out first, so that nothing counts twice; else it is "single". ``kind`` is a
    key of PENALTIES. Raises SingularFisherError when neither task nor springs curve along some direction.
    """
    check.choice("memory", memory, (*MEMORIES, "factors"))
    make, strength = PENALTIES[check.choice("kind", kind, tuple(PENALTIES))], check.non_negative("strength", strength)
    if not tasks:
        raise ValueError("tasks is empty and must hold at least one")
    distinct = list({id(task): task for task in tasks}.values())
    factors: dict[int, tuple[Array, Array]] = {}
    springs: tuple[Spring, ...] = ()
    endpoints, held = [], []
    for task in tasks:
        if memory == "factors":
            factors.pop(id(task), None)
            springs = _product(list(factors.values()))
        held.append(springs)
        theta = _minimiser(task, springs, strength)
        endpoints.append(theta)
        stiffness = make(task.fisher())
        if memory == "factors":
            before = sum((s.stiffness @ s.anchor for s in springs), np.zeros(task.size))
            after = (stiffness + sum((s.stiffness for s in springs), np.zeros_like(stiffness))) @ theta
            factors[id(task)] = (stiffness, after - before)
        else:
            springs = consolidate(springs, theta, stiffness, memory, decay)
    path = np.stack(endpoints)
    return Course(path, tuple(held), np.stack([task.loss(path) for task in distinct], axis=1))


def joint_minimiser(tasks: Sequence[QuadraticTask]) -> Array:
    """The minimiser (d,) of the sum of the losses, all data kept: what remembering is measured against."""
    return _minimiser(tasks[0], [Spring(task.center, task.precision) for task in tasks[1:]], 1.0)


def _minimiser(task: QuadraticTask, springs: Sequence[Spring], strength: float) -> Array:
    curvature, pull = task.precision.copy(), np.zeros(task.size)
    for s in springs:
        curvature += strength * s.stiffness
        pull += strength * (s.stiffness @ (s.anchor - task.center))  # about c, where nothing cancels when λ is small
    return task.center + linalg.solve(curvature, pull) if springs else task.center


def _product(factors: Sequence[tuple[Array, Array]]) -> tuple[Spring, ...]:
    """One spring equal to the sum of the factors; none if there are none."""
    if not factors:
        return ()
    stiffness = np.sum([f for f, _ in factors], axis=0)
    return (Spring(np.linalg.lstsq(stiffness, np.sum([h for _, h in factors], axis=0), rcond=None)[0], stiffness),)
