r"""Whom a way of remembering serves: equal tasks ½(θ − c_k)², and a goal that counts task k by r^{T−k}.

    G_r(θ) = Σ v_k ½(θ − c_k)²,    v_k = r^{T−k} / Σ_j r^{T−j},    least at θ*_r = Σ v_k c_k
    regret  G_r(θ) − G_r(θ*_r) = ½(θ − θ*_r)²

r = 1 values all tasks alike, r > 1 the older ones more. A single spring has no regret at r = 1, online EWC none at
r = γ, whatever the centres: each rule is right for its own goal.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import validation as check
from fisher_core.validation import Array


def worth(tasks: int, ratio: float) -> Array:
    """v_1 … v_T (T,), sum 1: task k counts ``ratio`` r > 0 times as much as task k + 1."""
    t, r = check.integer("tasks", tasks, 1), check.positive("ratio", ratio)
    logs = np.log(r) * np.arange(t - 1, -1, -1)
    weights = np.exp(logs - logs.max())  # no overflow, however many tasks
    return weights / weights.sum()


def regret(theta: ArrayLike, centers: ArrayLike, ratio: float) -> Array:
    """What the goal G_r loses by stopping at ``theta`` (...) instead of at its best; ``centers`` c (T,), in nats."""
    centers = check.vector("centers", centers)
    return 0.5 * (check.array("theta", theta) - worth(centers.size, ratio) @ centers) ** 2
