r"""How training gets there: gradient descent on L_B + penalty from θ_A, step by step, and its continuous limit.

descent   θ_{t+1} = θ_t − η ∇(L_B + penalty)(θ_t)         stable for η < 2/λ_max(H_B + λM)
flow      θ(t) = θ_∞ + e^{−(H_B + λM)t}(θ_0 − θ_∞)        quadratic tasks
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import linalg
from fisher_core import validation as check
from fisher_core.continual.penalties import Penalty
from fisher_core.continual.quadratic import QuadraticTask
from fisher_core.continual.tasks import Task
from fisher_core.validation import Array

__all__ = ["Run", "gradient_flow", "paths", "step_limit", "train"]

# A run is given up when its gradient has grown this much beyond 1 + its first length: far outside any picture, and far
# inside float32. Below the step limit gradients of a quadratic only ever shrink.
BLOW_UP = 1e8


@dataclass(frozen=True, eq=False)
class Run:
    """One training run.

    Attributes
    ----------
    path : θ_0 … θ_T, (T+1, d); where the run diverged it rests at the last point before.
    losses : for each task its loss along the path, (T+1,), nats per observation.
    objective : L_B + penalty along the path, (T+1,).
    diverged_at : the first step that was given up, or None.
    """

    path: Array
    losses: dict[str, Array]
    objective: Array
    diverged_at: int | None


def train(
    task_b: Task,
    penalty: Penalty,
    start: ArrayLike,
    steps: int = 200,
    learning_rate: float = 0.05,
    noise: float = 0.0,
    rng: np.random.Generator | None = None,
    tasks: Mapping[str, Task] | None = None,
) -> Run:
    """Gradient descent on ``task_b.loss`` + ``penalty.value`` from ``start`` (d,).

    ``noise`` is the standard deviation of Gaussian noise on every entry of every gradient, as minibatches would bring;
    it needs ``rng``. ``tasks`` are those whose losses are recorded; by default B, and A as its own Laplace
    approximation ½(θ−θ_A)ᵀF_A(θ−θ_A) if the penalty knows F_A.
    """
    start = check.vector("start", start, penalty.anchor.size)
    steps = check.integer("steps", steps)
    shocks = _shocks(noise, rng, steps, start.size)
    path, given_up = _descend(
        lambda theta: task_b.gradient(theta) + penalty.gradient(theta), start[None], steps, learning_rate, shocks
    )
    path, diverged_at = path[0], int(given_up[0]) if given_up[0] <= steps else None
    losses = {name: task.loss(path) for name, task in (tasks or _default_tasks(task_b, penalty)).items()}
    return Run(path, losses, task_b.loss(path) + penalty.value(path), diverged_at)


def paths(
    tasks_b: Task | Sequence[Task],
    penalties: Penalty | Sequence[Penalty],
    starts: ArrayLike,
    steps: int = 200,
    learning_rate: float = 0.05,
    noise: float = 0.0,
    rng: np.random.Generator | None = None,
) -> Array:
    """Descents for K problems side by side, (K, steps+1, d): a table to scrub. With ``noise`` all get the same shocks.

    ``tasks_b`` and ``penalties`` are sequences of length K or single ones for all; ``starts`` is (d,) or (K, d). Each
    trail is that of :func:`train`. Quadratic tasks take a few milliseconds, one logistic task for all K some ten times
    that; different logistic tasks are evaluated one by one.
    """
    task_list = list(tasks_b) if isinstance(tasks_b, Sequence) else [tasks_b]
    penalty_list = [penalties] if isinstance(penalties, Penalty) else list(penalties)
    d = penalty_list[0].anchor.size
    starts = np.atleast_2d(check.parameters("starts", starts, d))
    m = np.stack([p.hessian() for p in penalty_list])
    a = np.stack([p.anchor for p in penalty_list])
    if not len({len(task_list), len(penalty_list), len(starts)} - {1}) <= 1:
        raise ValueError(
            f"tasks_b, penalties and starts have lengths {len(task_list)}, {len(penalty_list)}, {len(starts)} "
            "and must have one length K, or 1"
        )
    count = max(len(task_list), len(penalty_list), len(starts))
    if all(task.is_quadratic for task in task_list):
        h = np.stack([task.hessian() for task in task_list])
        b = np.stack([task.minimiser for task in task_list])
        # H(θ−b) + λM(θ−a) in one product; about a, so that a large λM a has nothing to cancel against.
        s, constant = h + m, np.einsum("kij,kj->ki", h, a - b)

        def gradient(theta: Array) -> Array:
            return np.einsum("kij,kj->ki", s, theta - a) + constant
    else:

        def gradient(theta: Array) -> Array:
            if len(task_list) == 1:
                slopes = task_list[0].gradient(theta)
            else:
                slopes = np.stack([task.gradient(t) for task, t in zip(task_list, theta, strict=True)])
            return slopes + np.einsum("kij,kj->ki", m, theta - a)

    steps = check.integer("steps", steps)
    shocks = _shocks(noise, rng, steps, d)
    return _descend(gradient, np.broadcast_to(starts, (count, d)), steps, learning_rate, shocks)[0]


def _shocks(noise: float, rng: np.random.Generator | None, steps: int, size: int) -> Array | None:
    """What is added to the gradient of each step, (steps, size), or None."""
    if check.non_negative("noise", noise) == 0:
        return None
    return noise * check.generator("rng", rng).standard_normal((steps, size))


def _descend(
    gradient: Callable[[Array], Array], starts: Array, steps: int, learning_rate: float, shocks: Array | None = None
) -> tuple[Array, Array]:
    """K descents (K, steps+1, d) from ``starts`` (K, d), and for each the step it was given up at, or steps + 1."""
    learning_rate = check.positive("learning_rate", learning_rate)
    path = np.empty((steps + 1, *starts.shape))
    path[0] = starts
    given_up = np.full(len(starts), steps + 1)
    bound = np.full(len(starts), np.inf)
    for t in range(steps + 1):
        slope = gradient(path[t])
        size = np.abs(slope).max(axis=1)
        if t == 0:
            bound = BLOW_UP * (1.0 + size)
        moving = size <= bound
        if not moving.all():
            bound[~moving] = -1.0  # once given up, at rest for ever
            given_up[~moving & (given_up > steps)] = t
            path[t, ~moving] = path[t - 1, ~moving]
        if t < steps:
            noisy = slope if shocks is None else slope + shocks[t]
            path[t + 1] = path[t] - learning_rate * np.where(moving[:, None], noisy, 0.0)
    return np.ascontiguousarray(np.moveaxis(path, 1, 0)), given_up


def step_limit(task_b: Task, penalty: Penalty, theta: ArrayLike | None = None) -> float:
    """2/λ_max(∇²L_B + λM): gradient descent with a larger step diverges (for a quadratic, from almost everywhere).

    The Hessian is taken at ``theta``, by default at the anchor; inf where nothing curves.
    """
    at = penalty.anchor if theta is None else theta
    largest = float(np.linalg.eigvalsh(task_b.hessian(at) + penalty.hessian(at))[-1])
    return 2.0 / largest if largest > 0 else np.inf


def gradient_flow(task_b: Task, penalty: Penalty, start: ArrayLike, times: ArrayLike) -> Array:
    r"""θ(t) of dθ/dt = −∇(L_B + penalty) at ``times`` (T,), (T, d), for a quadratic task: no step size, no limit.

    In the eigenbasis S = V diag(s) Vᵀ of S = H_B + λM every coordinate moves by −(1 − e^{−st})/s times its first
    gradient, which is finite also where s = 0, so singular problems need no exception.
    """
    if not task_b.is_quadratic:
        raise ValueError(
            f"task_b = {type(task_b).__name__} must be a quadratic task; for the others use train with a small learning_rate"
        )
    start = check.vector("start", start, penalty.anchor.size)
    times = check.vector("times", times)
    if times.min(initial=0.0) < 0:
        raise ValueError(f"times contain {times.min():g} and must be >= 0")
    s, v, _ = linalg.eigen("curvature", task_b.hessian(start) + penalty.hessian(start))
    gradient = (task_b.gradient(start) + penalty.gradient(start)) @ v
    t = times[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        moved = np.where(s > 0, -np.expm1(-np.maximum(s, 0.0) * t) / s, t)
    return start - (moved * gradient) @ v.T


def _default_tasks(task_b: Task, penalty: Penalty) -> dict[str, Task]:
    if penalty.fisher is None:
        return {"B": task_b}
    return {"A": QuadraticTask(penalty.anchor, penalty.fisher), "B": task_b}
