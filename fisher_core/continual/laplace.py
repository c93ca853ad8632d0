r"""Where the penalty comes from: the posterior after task A as a prior for task B.

    log p(θ | D_A) = −N_A L_A(θ) − ½τ‖θ‖² + const ≈ −½ (θ − θ_A)ᵀ(N_A F_A + τI)(θ − θ_A) + const

The right-hand side is Laplace's approximation at the mode θ_A (MacKay 1992); keeping the diagonal of its precision
gives the EWC penalty (Kirkpatrick et al. 2017; Huszár 2018), N_A standing where λ stands. L is the mean loss in nats
per observation, F per observation, τ ≥ 0 the precision of a Gaussian prior about 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fisher_core import linalg
from fisher_core import validation as check
from fisher_core.continual.logistic import LogisticTask
from fisher_core.continual.minimisers import minimiser
from fisher_core.continual.penalties import penalty
from fisher_core.continual.quadratic import QuadraticTask
from fisher_core.continual.tasks import Task
from fisher_core.validation import Array

__all__ = ["Gaussian", "GridPosterior", "bayes_strength", "laplace", "posterior_on_grid", "with_prior"]


@dataclass(frozen=True, eq=False)
class Gaussian:
    """N(mean, precision⁻¹) with ``mean`` (d,), ``precision`` (d, d) positive definite."""

    mean: Array
    precision: Array

    @property
    def covariance(self) -> Array:
        return linalg.inverse(self.precision)

    def log_density(self, theta: ArrayLike) -> Array:
        """``theta`` (..., d) gives (...)."""
        offset = check.parameters("theta", theta, self.mean.size) - self.mean
        log_determinant = np.linalg.slogdet(self.precision)[1]
        square = np.einsum("...i,...i->...", offset @ self.precision, offset)
        return 0.5 * (log_determinant - self.mean.size * np.log(2 * np.pi) - square)


@dataclass(frozen=True, eq=False)
class GridPosterior:
    """A density on a rectangular grid, normalised by the trapezium rule.

    Attributes
    ----------
    theta_1, theta_2 : the axes, (n₁,) and (n₂,).
    density : (n₂, n₁): rows run over θ₂, as pictures do.
    log_evidence : log ∫ p(D_A | θ) p(θ) dθ over the grid, up to constants that no θ enters.
    edge : largest density on the rim over the largest of all; near 0 when the grid holds the posterior.
    """

    theta_1: Array
    theta_2: Array
    density: Array
    log_evidence: float
    edge: float

    def total_variation(self, other: Gaussian) -> float:
        """½ ∫ |p − q| over the grid plus half of what ``other`` has outside it."""
        q = np.exp(other.log_density(_mesh(self.theta_1, self.theta_2)))
        outside = max(0.0, 1.0 - _integral(q, self.theta_1, self.theta_2))
        return 0.5 * (_integral(np.abs(self.density - q), self.theta_1, self.theta_2) + outside)


def posterior_on_grid(
    task: Task, observations: float, theta_1: ArrayLike, theta_2: ArrayLike, prior_precision: float = 0.0
) -> GridPosterior:
    """The exact posterior ∝ exp(−N·L(θ) − ½τ‖θ‖²) on a grid, N = ``observations`` > 0, two parameters."""
    axes = check.vector("theta_1", theta_1), check.vector("theta_2", theta_2)
    for name, axis in zip(("theta_1", "theta_2"), axes, strict=True):
        if axis.size < 2 or not (np.diff(axis) > 0).all():
            raise ValueError(f"{name} = {axis} must be at least two ascending numbers")
    n, tau = check.positive("observations", observations), check.non_negative("prior_precision", prior_precision)
    theta = _mesh(*axes)
    log_density = -n * task.loss(theta) - 0.5 * tau * (theta**2).sum(axis=-1)
    top = log_density.max()
    density = np.exp(log_density - top)
    mass = _integral(density, *axes)
    rim = max(density[0].max(), density[-1].max(), density[:, 0].max(), density[:, -1].max())
    return GridPosterior(*axes, density / mass, float(top + np.log(mass)), float(rim))


def with_prior(task: Task, ridge: float) -> Task:
    """The task whose loss is L + (ridge/2)‖θ‖², up to a constant: its level sets are those of a posterior, ridge = τ/N."""
    if check.non_negative("ridge", ridge) == 0:
        return task
    if isinstance(task, LogisticTask):
        return LogisticTask(task.x, task.y, task.ridge + ridge)
    if not task.is_quadratic:
        raise ValueError(f"task = {type(task).__name__} must be quadratic or logistic to carry a prior")
    mode = minimiser(task, penalty("l2", ridge, np.zeros(task.size)))
    return QuadraticTask(mode, task.hessian() + ridge * np.eye(task.size))


def laplace(task: Task, observations: float, prior_precision: float = 0.0, diagonal: bool = False) -> Gaussian:
    """The Gaussian at the posterior mode with precision N·∇²L + τI, or with the diagonal of that.

    ∇²L is the Fisher matrix for these models (plus the ridge, if the task has one). For a quadratic task the full
    Gaussian *is* the posterior. Keeping the diagonal of the precision keeps the conditional variances, which are never
    larger than the marginal ones: the diagonal is overconfident. Raises SingularFisherError if a direction has neither
    information nor prior.
    """
    n, tau = check.positive("observations", observations), check.non_negative("prior_precision", prior_precision)
    mode = task.minimiser if tau == 0 else minimiser(task, penalty("l2", tau / n, np.zeros(task.size)))
    precision = n * task.hessian(mode) + tau * np.eye(mode.size)
    values, _, null = linalg.eigen("precision", precision)
    if null.shape[1]:
        raise linalg.SingularFisherError("N·F + τI", values, null, "Raise prior_precision or drop the direction")
    return Gaussian(mode, np.diag(np.diag(precision)) if diagonal else precision)


def bayes_strength(observations_a: float, observations_b: float | None = None) -> float:
    """The λ that makes the full EWC penalty the Laplace approximation of task A, F being per observation.

    N_A if the loss of B is summed over its observations, N_A/N_B if it is their mean (give ``observations_b``).
    """
    n_a = check.positive("observations_a", observations_a)
    return n_a if observations_b is None else n_a / check.positive("observations_b", observations_b)


def _mesh(theta_1: Array, theta_2: Array) -> Array:
    return np.stack(np.meshgrid(theta_1, theta_2), axis=-1)


def _integral(values: Array, theta_1: Array, theta_2: Array) -> float:
    return float(np.trapezoid(np.trapezoid(values, theta_1, axis=1), theta_2))
