"""Going down a loss: ``objectives`` with the matrices a model gives them, ``steps`` and flows, and ``irls`` for regressions."""

from fisher_core.descent.irls import irls_step, race
from fisher_core.descent.objectives import Objective, divergence, likelihood, reward
from fisher_core.descent.steps import (
    KINDS,
    direction,
    flow,
    kl_ball,
    kl_step,
    matrix,
    path,
    step,
    steps_until,
)

__all__ = [
    "KINDS",
    "Objective",
    "direction",
    "divergence",
    "flow",
    "irls_step",
    "kl_ball",
    "kl_step",
    "likelihood",
    "matrix",
    "path",
    "race",
    "reward",
    "step",
    "steps_until",
]
