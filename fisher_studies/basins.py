r"""The region where a task is done well: {θ: L(θ) ≤ L(θ*) + level}, two parameters."""

from __future__ import annotations

import numpy as np

from fisher_core import linalg
from fisher_core import validation as check
from fisher_core.continual.tasks import Task
from fisher_core.validation import Array


def basin(task: Task, level: float, points: int = 181) -> Array:
    """Its rim as a closed polygon (points, 2), counter-clockwise; ``level`` in nats above the task's own minimum.

    An ellipse for a quadratic task. Otherwise convexity gives one crossing on every ray from the minimiser, found by
    bisection in units of that ellipse. Raises SingularFisherError when the region has no end.
    """
    level = check.positive("level", level)
    if task.size != 2:
        raise ValueError(f"task has {task.size} parameters and must have 2")
    center = task.minimiser
    rays = linalg.fisher_ellipse(task.hessian(), level).points(points)
    if task.is_quadratic:
        return center + rays
    target = float(task.loss(center)) + level
    outer = np.ones(points)
    while (short := task.loss(center + outer[:, None] * rays) < target).any():
        if outer.max() > 1e6:
            raise ValueError(f"level = {level:g} must be lower: the loss does not reach it in every direction")
        outer[short] *= 2
    inner = np.zeros(points)
    for _ in range(60):
        middle = (inner + outer) / 2
        inside = task.loss(center + middle[:, None] * rays) < target
        inner, outer = np.where(inside, middle, inner), np.where(inside, outer, middle)
    return center + outer[:, None] * rays
