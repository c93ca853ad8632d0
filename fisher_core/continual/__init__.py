"""Learning task B without forgetting task A: elastic weight consolidation (Kirkpatrick et al. 2017) on small tasks.

Losses are negative log-likelihoods per observation, in nats; every Fisher matrix is per observation; every penalty
carries its ½.
Networks are learned by :mod:`fisher_core.continual.networks`.
"""

from fisher_core.continual import networks, six_ways
from fisher_core.continual.laplace import (
    Gaussian,
    GridPosterior,
    bayes_strength,
    laplace,
    posterior_on_grid,
    with_prior,
)
from fisher_core.continual.linear_gaussian import LinearGaussianTask
from fisher_core.continual.logistic import LogisticTask
from fisher_core.continual.minimisers import minimiser
from fisher_core.continual.optimisers import SGD, Adam
from fisher_core.continual.overlap import fisher_overlap, overlap_by_layer
from fisher_core.continual.penalties import PENALTIES, Penalty, penalty
from fisher_core.continual.quadratic import QuadraticTask, rotation
from fisher_core.continual.springs import (
    MEMORIES,
    Spring,
    Stiffness,
    consolidate,
    half_life,
    routes,
    running_shares,
    shares,
    stiffness_held,
)
from fisher_core.continual.sweeps import Best, Sweep, best, sweep
from fisher_core.continual.tasks import Task
from fisher_core.continual.training import Run, gradient_flow, paths, step_limit, train

__all__ = [
    "MEMORIES",
    "PENALTIES",
    "SGD",
    "Adam",
    "Best",
    "Gaussian",
    "GridPosterior",
    "LinearGaussianTask",
    "LogisticTask",
    "Penalty",
    "QuadraticTask",
    "Run",
    "Spring",
    "Stiffness",
    "Sweep",
    "Task",
    "bayes_strength",
    "best",
    "consolidate",
    "fisher_overlap",
    "gradient_flow",
    "half_life",
    "laplace",
    "minimiser",
    "networks",
    "overlap_by_layer",
    "paths",
    "penalty",
    "posterior_on_grid",
    "rotation",
    "routes",
    "running_shares",
    "shares",
    "six_ways",
    "step_limit",
    "stiffness_held",
    "sweep",
    "train",
    "with_prior",
]
