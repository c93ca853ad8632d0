r"""Tasks learned one after the other: the way there and where it ends, for every way to remember.

Task t ends at the minimiser of L_t(θ) + (λ/2) Σ (θ − a)ᵀS(θ − a) over the springs that are held then. If it is quadratic,

    (P_t + λ Σ S) θ_t = P_t c_t + λ Σ S a

and with the full Fisher matrix and a single spring θ_T is the minimiser of the *sum* of all losses, whatever the order.
For other tasks the Fisher matrix is taken at θ_t, Newton's method finds θ_t, and nothing is exact any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import linalg
from fisher_core import validation as check
from fisher_core.continual.minimisers import CURVE, newton_minimiser
from fisher_core.continual.penalties import PENALTIES, Penalty, penalty
from fisher_core.continual.quadratic import QuadraticTask
from fisher_core.continual.springs import MEMORIES, Spring, consolidate
from fisher_core.continual.tasks import Task
from fisher_core.continual.training import gradient_flow, paths, step_limit
from fisher_core.numerics import newton
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
    tasks: Sequence[Task],
    memory: str = "single",
    kind: str = "ewc_full",
    strength: float = 1.0,
    decay: float = 1.0,
) -> Course:
    """Learn ``tasks`` in order; a task that comes again (the same object) is remembered again.

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
        stiffness = make(task.fisher(theta))
        if memory == "factors":
            before = sum((s.stiffness @ s.anchor for s in springs), np.zeros(task.size))
            after = (stiffness + sum((s.stiffness for s in springs), np.zeros_like(stiffness))) @ theta
            factors[id(task)] = (stiffness, after - before)
        else:
            springs = consolidate(springs, theta, stiffness, memory, decay)
    path = np.stack(endpoints)
    return Course(path, tuple(held), np.stack([task.loss(path) for task in distinct], axis=1))


def joint_minimiser(tasks: Sequence[Task]) -> Array:
    """The minimiser (d,) of the sum of the losses, all data kept: what remembering is measured against."""
    if all(task.is_quadratic for task in tasks):
        return _minimiser(tasks[0], [Spring(task.minimiser, task.hessian()) for task in tasks[1:]], 1.0)
    return newton.minimise(
        lambda theta: float(sum(task.loss(theta) for task in tasks)),
        lambda theta: np.sum([task.gradient(theta) for task in tasks], axis=0),
        lambda theta: np.sum([task.hessian(theta) for task in tasks], axis=0),
        np.mean([task.minimiser for task in tasks], axis=0),
    )


def merged(springs: Sequence[Spring]) -> Spring:
    """The one spring with the same force everywhere: S = Σ S_i, Sa = Σ S_i a_i; ``springs`` hold matrices (d, d)."""
    if not springs:
        raise ValueError("springs is empty and must hold at least one")
    stiffness = np.sum([s.stiffness for s in springs], axis=0)
    force = np.sum([s.stiffness @ s.anchor for s in springs], axis=0)
    return Spring(linalg.least_norm(stiffness, force, "stiffness"), stiffness)


def trail(tasks: Sequence[Task], course: Course, start: ArrayLike, steps: int = 32, strength: float = 1.0) -> Array:
    """Training as one path through all stages, (T·steps + 1, d): from ``start`` (d,) to θ_1, from there to θ_2, and on.

    ``course`` is what :func:`in_sequence` made of the same ``tasks`` at the same ``strength``. Each stage is gradient
    flow, the limit of small steps. Its nodes lie at times proportional to e^{κu} − 1 for even u, from a tenth of the
    fastest time constant to twelve of the slowest, and the last node is θ_t itself. Tasks that are not quadratic are
    descended in small steps, and the nodes are those nearest in time. Raises SingularFisherError when a stage does not
    curve along some direction and so has no end.
    """
    here, steps = check.vector("start", start, tasks[0].size), check.integer("steps", steps, 2)
    strength = check.non_negative("strength", strength)
    path = [here[None]]
    for task, springs, end in zip(tasks, course.springs, course.endpoints, strict=True):
        held = _held(springs, strength, task.size)
        curvature = task.hessian(end) + held.hessian()
        times = _times(curvature, steps)
        if task.is_quadratic:
            bowl = QuadraticTask(end, curvature)
            stage = gradient_flow(bowl, penalty("none", 0.0, here), here, times)
        else:
            rate = min(0.2 * step_limit(task, held, here), 0.2 * step_limit(task, held, end))
            count = min(int(np.ceil(times[-1] / rate)), 4000)
            stage = paths(task, held, here, count, rate)[0, np.minimum(np.round(times / rate).astype(int), count)]
        stage[-1] = here = end
        path.append(stage)
    return np.concatenate(path)


def _times(curvature: Array, steps: int) -> Array:
    rates, _, null = linalg.eigen("curvature", curvature)
    if null.size:
        raise linalg.SingularFisherError("The curvature of a stage", rates, null, CURVE)
    first, last = 0.1 / rates[-1], 12.0 / rates[0]
    u = np.arange(1, steps + 1) / steps
    return first * np.expm1(u * np.log1p(last / first))


def _held(springs: Sequence[Spring], strength: float, size: int) -> Penalty:
    if not springs:
        return penalty("none", 0.0, np.zeros(size))
    spring = merged(springs)
    return Penalty("ewc_full", strength, spring.anchor, spring.stiffness)


def _minimiser(task: Task, springs: Sequence[Spring], strength: float) -> Array:
    if not springs:
        return task.minimiser
    if not task.is_quadratic:
        held = _held(springs, strength, task.size)
        return newton_minimiser(task, held, start=held.anchor)
    center, curvature = task.minimiser, task.hessian().copy()
    pull = np.zeros(task.size)
    for s in springs:
        curvature += strength * s.stiffness
        pull += strength * (s.stiffness @ (s.anchor - center))  # about c, where nothing cancels when λ is small
    return center + linalg.solve(curvature, pull, name="P + λ Σ S", advice=CURVE)


def _product(factors: Sequence[tuple[Array, Array]]) -> tuple[Spring, ...]:
    """One spring equal to the sum of the factors; none if there are none."""
    if not factors:
        return ()
    stiffness = np.sum([f for f, _ in factors], axis=0)
    return (Spring(linalg.least_norm(stiffness, np.sum([h for _, h in factors], axis=0), "stiffness"), stiffness),)
