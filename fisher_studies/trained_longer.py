r"""A separable logistic regression trained longer and longer: SAMPLE keeps its mean and loses its median.

On separable data the likelihood has no maximum. Gradient descent θ ← θ − η∇L(θ) makes the model ever surer, the exact
Fisher matrix goes to 0, and SAMPLE, though unbiased at every θ, becomes EMPIRICAL in nearly every run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import validation as check
from fisher_core.models.logistic import LogisticRegression
from fisher_core.validation import Array


@dataclass(frozen=True, eq=False)
class Training:
    """Diagonals of the Fisher matrix along a training run, one row per recorded step.

    Attributes
    ----------
    steps (T,), theta (T, d), exact (T, d), empirical (T, d).
    samples : what SAMPLE returns, (T, runs, d).
    """

    steps: Array
    theta: Array
    exact: Array
    empirical: Array
    samples: Array

    @property
    def median_ratio(self) -> Array:
        """Median of SAMPLE over runs, in units of EXACT, (T, d)."""
        return np.median(self.samples, axis=1) / self.exact

    @property
    def mean_ratio(self) -> tuple[Array, Array]:
        """Mean of SAMPLE over runs in units of EXACT and its standard error, both (T, d)."""
        ratio = self.samples / self.exact[:, None]
        return ratio.mean(axis=1), ratio.std(axis=1, ddof=1) / np.sqrt(ratio.shape[1])


def trained_longer(
    x: ArrayLike, y: ArrayLike, rate: float, steps: Sequence[int], runs: int, rng: np.random.Generator
) -> Training:
    """Gradient descent from θ = 0 on the mean loss of ``x`` (n, d), ``y`` (n,), recorded at the ascending ``steps``."""
    model, rows = LogisticRegression(), check.rows("x", x)
    labels, rate = model.check_labels(y, len(rows)), check.positive("rate", rate)
    runs, rng = check.integer("runs", runs, 2), check.generator("rng", rng)
    if not len(steps) or steps[0] < 0 or (np.diff(steps) <= 0).any():
        raise ValueError(f"steps = {list(steps)} must ascend from 0 or more")
    squares, theta, step = rows**2, np.zeros(rows.shape[1]), 0
    path, exact, empirical, samples = [], [], [], []
    for wanted in steps:
        while step < wanted:
            theta, step = theta + rate * rows.T @ model.residual(labels, rows @ theta) / len(rows), step + 1
        z = rows @ theta
        drawn = model.draw(np.broadcast_to(z, (runs, len(z))), rng)
        path.append(theta)
        exact.append(model.fisher_diagonal(rows, theta))
        empirical.append(model.residual(labels, z) ** 2 @ squares / len(rows))
        samples.append(model.residual(drawn, z) ** 2 @ squares / len(rows))
    return Training(np.asarray(steps), *(np.array(a) for a in (path, exact, empirical, samples)))
