"""Learning task B without forgetting task A: elastic weight consolidation (Kirkpatrick et al. 2017) on small tasks.

Losses are negative log-likelihoods per observation, in nats; every Fisher matrix is per observation; every penalty
carries its ½.
Networks are learned by :mod:`fisher_core.continual.networks`.
"""

from fisher_core.continual import capacity, capacity_simulation, digits_study, network_sweeps, networks, weight_noise
from fisher_core.continual.basins import basin
from fisher_core.continual.goals import regret, worth
from fisher_core.continual.heavy_tailed import HeavyTailedTask
from fisher_core.continual.landscape import Landscape, Trails, hessian_by_differences
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
from fisher_core.continual.many_tasks import Course, in_sequence, joint_minimiser, merged, trail
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
    "Course",
    "Gaussian",
    "GridPosterior",
    "HeavyTailedTask",
    "Landscape",
    "LinearGaussianTask",
    "LogisticTask",
    "Penalty",
    "QuadraticTask",
    "Run",
    "Spring",
    "Stiffness",
    "Sweep",
    "Task",
    "Trails",
    "basin",
    "bayes_strength",
    "best",
    "capacity",
    "capacity_simulation",
    "consolidate",
    "digits_study",
    "fisher_overlap",
    "gradient_flow",
    "half_life",
    "hessian_by_differences",
    "in_sequence",
    "joint_minimiser",
    "laplace",
    "merged",
    "minimiser",
    "network_sweeps",
    "networks",
    "overlap_by_layer",
    "paths",
    "penalty",
    "posterior_on_grid",
    "regret",
    "rotation",
    "routes",
    "running_shares",
    "shares",
    "step_limit",
    "stiffness_held",
    "sweep",
    "trail",
    "train",
    "weight_noise",
    "with_prior",
    "worth",
]
